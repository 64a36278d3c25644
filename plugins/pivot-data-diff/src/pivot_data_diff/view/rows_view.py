"""The changed rows of a table: drawn as far as they are seen, however many there are.

The *cursor* is on a cell; its row is read from the file of the changes, and so are the rows that
are seen, each time that they are drawn. Tests: tests/view/test_app.py.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pivot_data_diff.rendering.shown import shown_name
from pivot_data_diff.result import Kind
from pivot_data_diff.view.grid import Grid, Look, fitted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from textual import events

    from pivot_data_diff.changes import StoredChanges
    from pivot_data_diff.result import RowChange, TableDiff

_SIGN_STYLES = {Kind.ADDED: "green", Kind.REMOVED: "red", Kind.MODIFIED: "yellow"}
_STYLES = {
    look: Style.parse(look if isinstance(look, str) else look.value)
    for look in (*Look, *_SIGN_STYLES.values())
}
_HEADING = Style(bold=True)


class RowsView(ScrollView, can_focus=True):
    """The rows; as many as there are cost the same."""

    DEFAULT_CSS = "RowsView { height: 1fr; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--row", "rows--cell"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("home,g", "go(0)", show=False),
        Binding("end,G", "go(-1)", show=False),
        Binding("left,h", "aside(-1)", show=False),
        Binding("right,l", "aside(1)", show=False),
        Binding("enter", "value", "Value"),
    ]

    class Moved(Message):
        """The cursor is on another cell."""

    class Asked(Message):
        """The user wants to see the whole value."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._changes: StoredChanges | None = None
        self._columns: Collection[str] | None = None
        self.grid: Grid | None = None
        #: The numbers of the changes that are shown.
        self.chosen: Sequence[int] = ()
        self.row = self.column = 0

    def put(self, table: TableDiff, changes: StoredChanges) -> None:
        """Show the changes of a table."""
        self.grid = Grid(table, changes)
        self._changes = changes
        self.column = 0
        self.row = 0
        self.choose(set(Kind), None)
        if self.chosen:
            self._go(0, (self._stops(0) or [0])[0])

    def clear(self) -> None:
        """Show no rows."""
        self._changes = self.grid = None
        self.chosen = ()
        self.row = self.column = 0
        self.post_message(self.Moved())

    def choose(self, kinds: Collection[Kind], columns: Collection[str] | None) -> None:
        """Show the changes of some kinds, and of those the ones that changed some columns."""
        if self._changes is None or self.grid is None:
            return
        current = self.chosen[self.row] if self.row < len(self.chosen) else 0
        self._columns = columns
        self.chosen = self._changes.choose(kinds, columns)
        width = len(self.grid.heading) + self.grid.width
        self.virtual_size = Size(width, len(self.chosen) + 1)
        # What was selected stays so, or what follows it is.
        self._go(bisect_left(self.chosen, current), self.column)
        # How much is seen is settled only when there are scroll bars, or none.
        self.call_after_refresh(self._follow)

    @property
    def change(self) -> RowChange | None:
        """The change that the cursor is on."""
        if self._changes is None or self.row >= len(self.chosen):
            return None
        return self._changes[self.chosen[self.row]]

    @property
    def name(self) -> str | None:
        """The label of the column that the cursor is on."""
        if self.grid is None or self.column >= len(self.grid.columns):
            return None
        return self.grid.columns[self.column].name

    # Moving

    def action_move(self, by: int) -> None:
        """Go some rows down or up."""
        self._go(self.row + by, self.column)

    def action_page(self, by: int) -> None:
        """Go a page down or up."""
        self._go(self.row + by * max(1, self._height - 1), self.column)

    def action_go(self, to: int) -> None:
        """Go to the first row, or the last."""
        self._go(to if to >= 0 else len(self.chosen) - 1, self.column)

    def action_aside(self, by: int) -> None:
        """Go some columns to the right or to the left."""
        self._go(self.row, self.column + by)

    def action_value(self) -> None:
        """Ask for the whole value."""
        if self.change is not None:
            self.post_message(self.Asked())

    def jump(self, by: int) -> bool:
        """Go to the next cell that changed, or the one before; say whether there is one."""
        if not self.chosen:
            return False
        ahead = [stop for stop in self._stops(self.row) if (stop - self.column) * by > 0]
        if ahead:
            self._go(self.row, min(ahead) if by > 0 else max(ahead))
            return True
        if not 0 <= self.row + by < len(self.chosen):
            return False
        stops = self._stops(self.row + by)
        self._go(self.row + by, stops[0] if by > 0 else stops[-1])
        return True

    def _stops(self, row: int) -> list[int]:
        """Give the columns of a row to go to; those of one that only one side has are all new."""
        if self._changes is None or self.grid is None:
            return []
        _, changed = self._changes.shape(self.chosen[row])
        wanted = [name for name in changed if self._columns is None or name in self._columns]
        return sorted(self.grid.places[name] for name in wanted) or [0]

    def on_click(self, event: events.Click) -> None:
        """Go to what is clicked on."""
        place = event.get_content_offset(self)
        if self.grid is None or place is None or place.y == 0:
            return
        row = place.y + self.scroll_offset.y - 1
        if row >= len(self.chosen):
            return
        x = place.x + self.scroll_offset.x - len(self.grid.heading)
        column = sum(column.start <= x for column in self.grid.columns) - 1
        self._go(row, column)
        if event.chain > 1:
            self.action_value()

    @property
    def _height(self) -> int:
        """How many rows are seen."""
        return max(1, self.scrollable_content_region.height - 1)

    def _go(self, row: int, column: int) -> None:
        columns = self.grid.columns if self.grid else ()
        self.row = max(0, min(row, len(self.chosen) - 1))
        self.column = max(0, min(column, len(columns) - 1))
        self._follow()
        self.refresh()
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Keep the cursor in what is seen."""
        self._follow()

    def _follow(self) -> None:
        """Scroll to the cursor."""
        columns = self.grid.columns if self.grid else ()
        left, top = self.scroll_offset
        top = min(max(top, self.row - self._height + 1), self.row)
        if self.grid and columns:
            cell = columns[self.column]
            seen = self.scrollable_content_region.width - len(self.grid.heading)
            left = min(max(left, cell.start + cell.width - seen), cell.start)
        self.scroll_to(left, top, animate=False, force=True, immediate=True)

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Give one line of what is seen; the first has the names of the columns."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        row = self.scroll_offset.y + y - 1
        if self.grid is None or self._changes is None or row >= len(self.chosen):
            return Strip.blank(width, base)
        if y == 0:
            texts = [(shown_name(column.name), base + _HEADING) for column in self.grid.columns]
            return self._line(self.grid.heading, base + _HEADING, texts, base)
        change = self._changes[self.chosen[row]]
        here = row == self.row
        if here:
            base += self.get_component_rich_style("rows--row")
        texts = [(cell.text, base + _STYLES[cell.look]) for cell in self.grid.cells(change)]
        if here and self.column < len(texts):
            cursor = self.get_component_rich_style("rows--cell")
            texts[self.column] = (texts[self.column][0], texts[self.column][1] + cursor)
        sign = base + _STYLES[_SIGN_STYLES[change.kind]]
        return self._line(self.grid.gutter(change), sign, texts, base)

    def _line(
        self, gutter: str, style: Style, texts: list[tuple[str, Style]], base: Style
    ) -> Strip:
        """Give the gutter, which stays where it is, and the cells that are seen."""
        width = self.scrollable_content_region.width
        room, left = width - len(gutter), self.scroll_offset.x
        segments: list[Segment] = []
        first = None
        for column, (text, look) in zip(self.grid.columns if self.grid else (), texts, strict=True):
            if column.start + column.width < left or column.start >= left + room:
                continue
            first = column.start if first is None else first
            segments += [Segment(fitted(text, column.width), look), Segment("  ", base)]
        skipped = left - (first or 0)
        cells = Strip(segments).crop_extend(max(0, skipped), max(0, skipped) + room, base)
        padding = [Segment(" " * -skipped, base)] if skipped < 0 else []
        return Strip([Segment(gutter, style), *padding, *cells]).adjust_cell_length(width, base)
