"""The rows of the table: what was done, in which unit it is measured, and what was promised.

A *budget* is a promise of DESIGN section 7: a bound for one figure, or for its ratio to another.
Example::

    row = ROWS["hashing"]
    row.budget.found(board)     # 0.93
    row.budget.met(board)       # True; None if that was not measured

Tests: tests/benchmarks/test_report.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.measuring.figures import Board, Column


class Unit(StrEnum):
    """What the figures of a row are."""

    SECONDS = "s"
    BYTES = "B"
    BYTES_PER_SECOND = "B/s"


@dataclass(frozen=True, slots=True)
class Budget:
    """A bound for a figure of a row."""

    text: str
    row: str
    column: Column
    limit: float
    #: The figure is to be at least so much, not at most.
    at_least: bool = False
    #: Not the figure counts, but its ratio to this one of the same row.
    over: Column | None = None

    def found(self, board: Board) -> float | None:
        """Give what the budget bounds, or None if it was not measured."""
        figure = board.get(self.row, self.column)
        if figure is None or self.over is None:
            return figure.value if figure else None
        other = board.get(self.row, self.over)
        return figure.value / other.value if other else None

    def met(self, board: Board) -> bool | None:
        """Say whether the budget is met, or None if that was not measured."""
        found = self.found(board)
        if found is None:
            return None
        return found >= self.limit if self.at_least else found <= self.limit


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    what: str
    unit: Unit = Unit.SECONDS
    budget: Budget | None = None
    #: Whether the sizes are bytes, and not stages or files.
    of_bytes: bool = False
    #: Whether the bare figure depends on the size, and is not just a start of Python.
    bare_grows: bool = False
    #: Whether the figures are per item already, so that they don't grow if all is well.
    per_item: bool = False


_PIVOT_176 = ("pivot", 176)
_BARE_176 = ("bare", 176)
_PIVOT_10000 = ("pivot", 10_000)
_LARGE = 1 << 28

_ALL = (
    Row(
        "cold",
        "cold run: all stages run, all is recorded",
        budget=Budget("176: <= 1 s", "cold", _PIVOT_176, 1.0),
        bare_grows=True,
    ),
    Row(
        "overhead",
        "per executed stage: warm workers, less a bare loop",
        budget=Budget("<= 3 ms", "overhead", _PIVOT_176, 0.003),
        bare_grows=True,
        per_item=True,
    ),
    Row(
        "no-op",
        "nothing changed",
        budget=Budget("10,000: <= 0.5 s", "no-op", _PIVOT_10000, 0.5),
    ),
    Row(
        "no-op-pandas",
        "nothing changed, the pipeline imports pandas",
        budget=Budget("176: <= 2 x bare", "no-op-pandas", _PIVOT_176, 2.0, over=_BARE_176),
    ),
    Row(
        "full",
        "nothing changed, by a full pass",
        budget=Budget("176: <= 0.15 s", "full", _PIVOT_176, 0.15),
    ),
    Row("full-pandas", "nothing changed, by a full pass, the pipeline imports pandas"),
    Row("status", "status, nothing changed"),
    Row("touch", "all files touched, none changed"),
    Row(
        "leaf",
        "one leaf function changed",
        budget=Budget("176: <= 0.4 s", "leaf", _PIVOT_176, 0.4),
    ),
    Row("helper", "a source file changed that the last stages share (up to 16)"),
    Row(
        "restore",
        "all outputs deleted, and restored",
        budget=Budget("176: <= 0.4 s", "restore", _PIVOT_176, 0.4),
    ),
    Row("edit", "in a process that embeds Pivot: from an edit to its result, pandas"),
    Row(
        "watch",
        "run --watch: from saving an edit to its result, pandas, less the stage's own time",
        budget=Budget("<= 0.5 s", "watch", ("pivot", 2), 0.5),
    ),
    Row(
        "completion",
        "names of stages completed in bash",
        budget=Budget("176: <= 0.1 s", "completion", _PIVOT_176, 0.1),
    ),
    Row("version", "`--version`"),
    Row("import", "`import pivot`, `import dvc.api`"),
    Row(
        "locks",
        "what has run is written down, and read",
        budget=Budget(
            "176: DVC >= 100 x", "locks", ("dvc", 176), 100.0, at_least=True, over=_PIVOT_176
        ),
    ),
    Row(
        "hashing",
        "a large file in the page cache is hashed (xxh64, the default)",
        Unit.BYTES_PER_SECOND,
        Budget(
            ">= 80 % of a read",
            "hashing",
            ("pivot", _LARGE),
            0.8,
            at_least=True,
            over=("bare", _LARGE),
        ),
        of_bytes=True,
        bare_grows=True,
        per_item=True,
    ),
    Row(
        "hashing-wide",
        "the same with xxh3_128",
        Unit.BYTES_PER_SECOND,
        of_bytes=True,
        bare_grows=True,
        per_item=True,
    ),
    Row("files-first", "a directory of so many files, seen for the first time"),
    Row("files-again", "a directory of so many files, again, by a full pass"),
    Row("bytes-first", "a file of that size, seen for the first time", of_bytes=True),
    Row("bytes-again", "a file of that size, again, by a full pass", of_bytes=True),
    Row(
        "memory-cold",
        "peak of memory, cold run",
        Unit.BYTES,
        Budget("10,000: <= 200 MB", "memory-cold", _PIVOT_10000, 200e6),
    ),
    Row(
        "memory-full",
        "peak of memory, full pass",
        Unit.BYTES,
        Budget("10,000: <= 200 MB", "memory-full", _PIVOT_10000, 200e6),
    ),
    Row("memory-files-first", "peak of memory, that directory, new", Unit.BYTES),
    Row("memory-files-again", "peak of memory, that directory, known", Unit.BYTES),
    Row("memory-bytes-first", "peak of memory, that file, new", Unit.BYTES, of_bytes=True),
    Row("memory-bytes-again", "peak of memory, that file, known", Unit.BYTES, of_bytes=True),
)
#: By name, in the order of the table.
ROWS = {row.name: row for row in _ALL}
