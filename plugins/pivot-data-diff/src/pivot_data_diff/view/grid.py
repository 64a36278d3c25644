"""What stands in which cell of the changed rows of a table, and how wide the columns are.

A line is one change. Its *gutter* has the sign and the numbers of the row on both sides; then come
the cells: the key columns first, then the others of the new side, then those that only the old side
has. A modified cell shows both values. Example::

    grid = Grid(table, changes)
    grid.cells(changes[0])  # [Cell('7', Look.SAME), Cell('1.5 → 1.75', Look.CHANGED)]

Tests: tests/view/test_grid.py.
"""

from __future__ import annotations

import enum
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from pivot.frozen import frozen
from pivot_data_diff.rendering.plain import SIGNS
from pivot_data_diff.rendering.shown import shown, shown_change, shown_name
from pivot_data_diff.result import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot_data_diff.result import RowChange, TableDiff

#: The width of columns is that of their names, and of the values in about so many changes.
_SAMPLE = 100
_WIDEST = 32
_GAP = 2
ARROW = " → "


class Look(enum.Enum):
    """What a cell is; the value is how it looks, as a style of Rich."""

    SAME = "dim"
    ADDED = "green"
    REMOVED = "red"
    CHANGED = "bold black on yellow"


class Cell(NamedTuple):
    """What stands in a cell."""

    text: str
    look: Look


@frozen
class GridColumn:
    """A column: its label, and where it begins and how wide it is, in characters."""

    name: str
    start: int
    width: int


class Grid:
    """The layout of the changes of one table."""

    def __init__(self, table: TableDiff, changes: Sequence[RowChange]) -> None:
        self._before = {name: place for place, name in enumerate(table.before_columns)}
        self._after = {name: place for place, name in enumerate(table.after_columns)}
        names = [*dict.fromkeys((*table.keys, *table.after_columns, *table.before_columns))]
        self._names = [name for name in names if name in self._before or name in self._after]
        # Wide enough for the words above them.
        self._digits = max(3, len(str(max(table.counts.before, table.counts.after))))
        widths = [cell_len(shown_name(name)) for name in self._names]
        # An odd step: what repeats itself in the rows does mostly so with an even one.
        for change in changes[:: len(changes) // _SAMPLE | 1]:
            found = (cell_len(cell.text) for cell in self.cells(change))
            widths = [*map(max, widths, found)]
        widths = [min(width, _WIDEST) for width in widths]
        starts = accumulate((width + _GAP for width in widths), initial=0)
        self.columns = tuple(map(GridColumn, self._names, starts, widths))
        #: Label -> number of the column.
        self.places = {name: place for place, name in enumerate(self._names)}

    @property
    def width(self) -> int:
        """The width of all columns."""
        return self.columns[-1].start + self.columns[-1].width if self.columns else 0

    @property
    def heading(self) -> str:
        """What stands above the gutter."""
        return f"  {'old':>{self._digits}} {'new':>{self._digits}}  "

    def gutter(self, change: RowChange) -> str:
        """Give the sign, and the numbers of the row on both sides."""
        numbers = [row.number if row else "" for row in (change.before, change.after)]
        return f"{SIGNS[change.kind]} {numbers[0]:>{self._digits}} {numbers[1]:>{self._digits}}  "

    def cells(self, change: RowChange) -> list[Cell]:
        """Give what stands in the cells of a change."""
        return [self._cell(change, name) for name in self._names]

    def _cell(self, change: RowChange, name: str) -> Cell:
        old, new = self.values(change, name)
        if change.kind is Kind.MODIFIED and old and new:
            if name in change.changed:
                return Cell(ARROW.join(shown_change(old[0], new[0])), Look.CHANGED)
            return Cell(shown(new[0]), Look.SAME)
        if new:
            return Cell(shown(new[0]), Look.ADDED)
        return Cell(shown(old[0]), Look.REMOVED) if old else Cell("", Look.SAME)

    def values(self, change: RowChange, name: str) -> tuple[tuple[object] | None, ...]:
        """Give the old and the new value of a cell, None for a side that has no such cell."""
        return tuple(
            (row.values[places[name]],) if row and name in places else None
            for row, places in ((change.before, self._before), (change.after, self._after))
        )


def fitted(text: str, width: int) -> str:
    """Give a text with exactly this width; a mark shows where some is left out."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"
