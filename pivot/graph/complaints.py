"""What can be wrong between stages, in words. Tests: tests/graph/test_build.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.errors import DefinitionError, DefinitionErrors
from pivot.graph.ownership import key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot.graph.node import Node


class Complaints:
    """Collects problems; a stage is the number of its position in `stages`."""

    def __init__(self, stages: Sequence[Node]) -> None:
        self._stages = stages
        self._found: list[tuple[int, DefinitionError]] = []

    def raise_all(self) -> None:
        """Raise `DefinitionErrors` in the order of the definitions, if there was any problem."""
        if self._found:
            self._found.sort(key=lambda found: found[0])
            raise DefinitionErrors(error for _, error in self._found)

    def same_name(self, first: int, second: int) -> None:
        """Tell that two stages have one name."""
        name, other = self._stages[second].name, self._stages[first].defined
        self._add(
            second,
            f"two stages are called {name!r}; the other is at {other}",
            "give one of them another name: register(function, name=...)",
        )

    def same_output(self, first: int, second: int, path: str) -> None:
        """Tell that an output has two owners, or that one stage lists it twice."""
        if first == second:
            self._add(second, f"{self._name(second)} lists the output {path!r} twice", "remove one")
            return
        self._add(
            second,
            f"two stages write {path!r}: {self._full(first)} and {self._full(second)}",
            "give one of them another path",
        )

    def overlap(self, inner: tuple[int, str], outer: tuple[int, str]) -> None:
        """Tell that an output lies in a directory that is an output itself."""
        self._add(
            max(inner[0], outer[0]),
            f"outputs overlap: {inner[1]!r} of {self._full(inner[0])} lies inside "
            f"{outer[1]!r} of {self._full(outer[0])}",
            "give one of them another path",
        )

    def own_output(self, stage: int, dep: str, out: str) -> None:
        """Tell that a stage reads what it writes."""
        same = key_of(dep) == key_of(out)
        what = (
            f"{dep!r} and writes it too" if same else f"{dep!r} and writes {out!r}, which is in it"
        )
        if len(key_of(dep)) > len(key_of(out)):
            what = f"{dep!r} and writes {out!r}, which holds it"
        self._add(
            stage,
            f"{self._name(stage)} reads {what}",
            "write another path, or declare it only once, as an outputs.IncrementalOut",
        )

    def cycle(self, stages: Sequence[int], links: Sequence[str]) -> None:
        """Tell that stages wait for each other; the next one reads `links[i]` of `stages[i]`."""
        circle = [*stages, stages[0]]
        arrows = " -> ".join(self._stages[stage].name for stage in circle)
        reads = [
            f"{self._name(reader)} reads {path!r}, which {self._name(writer)} writes"
            for writer, reader, path in zip(stages, circle[1:], links, strict=True)
        ]
        self._add(
            stages[0],
            "\n  ".join([f"the stages wait for each other: {arrows}", *reads]),
            "one of them must read something else",
        )

    def _add(self, stage: int, message: str, hint: str) -> None:
        where = self._stages[stage].defined
        self._found.append((stage, DefinitionError(message, where=where, hint=hint)))

    def _name(self, stage: int) -> str:
        return f"{self._stages[stage].name!r}"

    def _full(self, stage: int) -> str:
        return f"{self._name(stage)} ({self._stages[stage].defined})"
