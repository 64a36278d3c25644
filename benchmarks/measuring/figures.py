"""A figure is what was measured; a `Board` holds all of them, each under a row and a column.

A *row* is what was done (`cold`), a *column* who did it to how much (`("pivot", 176)`). Example::

    board = Board()
    board.put("cold", ("pivot", 176), Figure(0.9))
    board.get("cold", ("pivot", 176))

Tests: tests/benchmarks/test_report.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

#: Who, and with how many stages, files or bytes (0: that has no size).
type Column = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured, in the unit of its row."""

    value: float
    #: CPU seconds, and the peak of memory in bytes, where a process was measured.
    cpu: float | None = None
    peak: int | None = None
    rounds: int = 1


@dataclass(frozen=True, slots=True)
class Board:
    """All that was measured so far."""

    figures: dict[str, dict[Column, Figure]] = field(default_factory=dict)
    #: What could not be measured, and why.
    skipped: list[str] = field(default_factory=list)
    #: What scripts with another kind of result printed, by their names.
    texts: dict[str, str] = field(default_factory=dict)

    def put(self, row: str, column: Column, figure: Figure) -> None:
        """Note a figure."""
        self.figures.setdefault(row, {})[column] = figure

    def get(self, row: str, column: Column) -> Figure | None:
        """Give a figure, or None if that was not measured."""
        return self.figures.get(row, {}).get(column)

    def in_cpu_seconds(self) -> Board:
        """Give the same with CPU seconds in place of those on the clock, where both are known."""
        return Board(
            {
                row: {
                    column: replace(figure, value=figure.cpu)
                    for column, figure in figures.items()
                    if figure.cpu is not None
                }
                for row, figures in self.figures.items()
                if any(figure.cpu is not None for figure in figures.values())
            }
        )

    def sizes(self, row: str, who: str) -> tuple[int, ...]:
        """Give for which sizes somebody was measured, ascending."""
        return tuple(sorted(size for name, size in self.figures.get(row, {}) if name == who))
