"""The parameters of stages as plain values: what they are, where from, and how they differ.

A value is what a lock holds of it, so that the parameters of any two revisions can be compared
without importing any pipeline. Its *name* is dotted where values are nested: `optimizer.rate`.
Example::

    differences({"train": {"rate": 0.1}}, {"train": {"rate": 0.2}})

Tests: tests/engine/test_parameters.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen
from pivot.stage_def.leaves import leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pivot.stage_def.leaves import Json

#: Raised with every change of the documents that `to_json` gives.
FORMAT_VERSION = 1


@frozen
class ParamValue:
    """A value that a stage sees."""

    name: str
    value: Json
    #: `default`, `params.yaml:3`, the name of a variable, `--set train.rate`.
    origin: str


@frozen
class StageValues:
    """All parameters of a stage, in the order of their definition."""

    stage: str
    params: tuple[ParamValue, ...]


@frozen
class Difference:
    """A parameter that is another, or only there, in one of two states of the project."""

    stage: str
    name: str
    #: Whether the parameter is there in the old and in the new state, and as what.
    in_old: bool
    in_new: bool
    old: Json = None
    new: Json = None

    @property
    def change(self) -> str:
        """What became of it: `changed`, `added` or `removed`."""
        if self.in_old and self.in_new:
            return "changed"
        return "added" if self.in_new else "removed"

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON values; what isn't there is left out."""
        fields = {"stage": self.stage, "param": self.name, "change": self.change}
        old = {"old": self.old} if self.in_old else {}
        return fields | old | ({"new": self.new} if self.in_new else {})


@frozen
class Side:
    """One of the two states that are compared."""

    #: As a person called it; `workspace` if there's no commit.
    name: str
    commit: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {"revision": None if self.commit is None else self.name, "commit": self.commit}


@frozen
class ParamsDiff:
    """How the parameters of two states of a project differ."""

    old: Side
    new: Side
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the documented form."""
        return {
            "version": FORMAT_VERSION,
            "old": self.old.to_json(),
            "new": self.new.to_json(),
            "changes": [difference.to_json() for difference in self.differences],
        }


def values_to_json(stages: tuple[StageValues, ...]) -> dict[str, Any]:
    """Give the parameters of stages in the documented form."""
    found = {
        one.stage: {p.name: {"value": p.value, "origin": p.origin} for p in one.params}
        for one in stages
    }
    return {"version": FORMAT_VERSION, "stages": found}


def differences(
    old: Mapping[str, Mapping[str, Json]], new: Mapping[str, Mapping[str, Json]]
) -> Iterator[Difference]:
    """Give what differs between the parameters by stage of two states, in the new one's order."""
    for stage in dict.fromkeys([*new, *old]):
        before = {leaf.name: leaf for leaf in leaves(old.get(stage, {}))}
        after = {leaf.name: leaf for leaf in leaves(new.get(stage, {}))}
        for name in dict.fromkeys([*after, *before]):
            was, now = before.get(name), after.get(name)
            # As texts: for Python 1 is True and 1.0, and a stage that sees another of them runs.
            if was is None or now is None or was.text != now.text:
                yield Difference(
                    stage,
                    name,
                    was is not None,
                    now is not None,
                    was.value if was else None,
                    now.value if now else None,
                )
