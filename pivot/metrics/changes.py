"""How two states of some metrics differ.

Numbers are compared as numbers, so that 1 and 1.0 are the same, but neither is `true`; a value that
is no number (NaN) is the same as another such one. The *relative* difference is that to the old
value: 0.1 is ten per cent more. Example: `compare({"loss": 2}, {"loss": 1})` gives one change, by
-1, or -0.5 relatively. Tests: tests/metrics/test_changes.py.
"""

from __future__ import annotations

import json
import math
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from pivot.frozen import frozen
from pivot.metrics.values import as_json, is_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pivot.metrics.values import Value

    type Status = Literal["added", "removed", "changed", "same"]


@frozen
class Change:
    """What became of one metric; `in_old` and `in_new` tell where it is there at all."""

    name: str
    in_old: bool
    in_new: bool
    old: Value = None
    new: Value = None
    #: Which way is better, `higher` or `lower`, if anybody said so.
    better: str | None = None

    @property
    def status(self) -> Status:
        """What became of it."""
        if self.in_old and self.in_new:
            return "same" if _same(self.old, self.new) else "changed"
        return "added" if self.in_new else "removed"

    @property
    def difference(self) -> int | float | None:
        """New minus old; None unless both are numbers and so is that."""
        if not (is_number(self.old) and is_number(self.new)):
            return None
        try:
            found = self.new - self.old
        except OverflowError:
            return None
        return found if found == found else None  # what isn't equal to itself is no number

    @property
    def relative(self) -> float | None:
        """The difference by the size of the old value; None if that is 0 or infinite."""
        by = self.difference
        if by is None or not is_number(self.old) or not self.old or not _finite(self.old):
            return None
        try:
            return by / abs(self.old)
        except OverflowError:
            return None

    @property
    def improved(self) -> bool | None:
        """Whether it went the better way; None if it stayed, or nobody knows."""
        by = self.difference
        return None if not by or self.better is None else (by > 0) == (self.better == "higher")

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON values; what isn't there is left out."""
        fields = {"name": self.name, "status": self.status}
        fields |= {"old": as_json(self.old)} if self.in_old else {}
        fields |= {"new": as_json(self.new)} if self.in_new else {}
        return fields | {
            "change": as_json(self.difference),
            "relative": as_json(self.relative),
            "better": self.better,
            "improved": self.improved,
        }


def _finite(value: float) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def _same(old: Value, new: Value) -> bool:
    if is_number(old) and is_number(new):
        return old == new or (old != old and new != new)
    # As texts: for Python true is 1, also inside of a list.
    return _text(old) == _text(new)


def _text(value: Value) -> str:
    return json.dumps(value, sort_keys=True)


def compare(
    old: Mapping[str, Value],
    new: Mapping[str, Value],
    better: Sequence[tuple[str, str]] = (),
) -> Iterator[Change]:
    """Give what became of each metric, in the new order, then those that are gone.

    `better` has pairs of a name, or a glob of names, and the way that is better.
    """
    for name in dict.fromkeys([*new, *old]):
        way = direction(name, better)
        yield Change(name, name in old, name in new, old.get(name), new.get(name), way)


def direction(name: str, better: Sequence[tuple[str, str]]) -> str | None:
    """Give the way that is better for a metric, as the first that fits says; None: nobody does."""
    return next((way for like, way in better if like == name or fnmatchcase(name, like)), None)
