"""What doubling costs: the table, and which rows grow faster than they should.

Tests: tests/benchmarks/test_scale.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.measuring.processes import Use

#: What doubling may cost: twice as much is linear, four times is the square.
LIMIT = 2.6
_HEAD = "| of what | size | seconds | CPU seconds | peak of memory | doubled |\n"
_RULE = "| --- | --- | --- | --- | --- | --- |\n"
_MEGABYTE = 10**6


@dataclass(frozen=True, slots=True)
class Row:
    """One act with one subject, at several sizes."""

    subject: str
    act: str
    uses: dict[int, Use] = field(default_factory=dict)

    @property
    def growth(self) -> tuple[float, float]:
        """How many times as much CPU time, and memory, doubling takes at most."""
        uses = [self.uses[size] for size in sorted(self.uses)]
        cpu = max((b.cpu / a.cpu for a, b in pairwise(uses)), default=1.0)
        return cpu, max((b.peak / a.peak for a, b in pairwise(uses)), default=1.0)


def table(rows: Iterable[Row]) -> str:
    """Give a Markdown table with a row for each act."""
    lines = []
    for row in rows:
        sizes = sorted(row.uses)
        uses = [row.uses[size] for size in sizes]
        cells = [
            f"{row.subject}: {row.act}",
            "<br>".join(f"{size:,}" for size in sizes),
            "<br>".join(f"{use.seconds:.2f}" for use in uses),
            "<br>".join(f"{use.cpu:.2f}" for use in uses),
            "<br>".join(f"{use.peak / _MEGABYTE:.0f} MB" for use in uses),
            "x {:.2f}, memory x {:.2f}".format(*row.growth),
        ]
        lines.append(f"| {' | '.join(cells)} |\n")
    return _HEAD + _RULE + "".join(lines)


def faults(rows: Iterable[Row]) -> Iterator[str]:
    """Name what grows faster than it should."""
    for row in rows:
        for growth, what in zip(row.growth, ("CPU time", "memory"), strict=True):
            if growth > LIMIT:
                yield f"{row.subject}: {row.act}: doubling takes {growth:.2f} times the {what}"
