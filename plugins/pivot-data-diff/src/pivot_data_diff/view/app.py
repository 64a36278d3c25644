"""The application: the files on the left, on the right the rows and columns of the selected one.

It shows a report that is complete; rows are read when they are drawn. Tests: tests/view/.
"""

from __future__ import annotations

import asyncio
import fnmatch
import signal
from typing import TYPE_CHECKING, ClassVar, cast, override

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Input, OptionList, Static, TabbedContent, TabPane

from pivot_data_diff.rendering.plain import SIGNS
from pivot_data_diff.rendering.shown import printable, row_name, shown_name
from pivot_data_diff.result import FileDiff, Kind, Problem
from pivot_data_diff.view.lines import instead_of_rows, problem_lines, schema_lines
from pivot_data_diff.view.lines_view import LinesView
from pivot_data_diff.view.rows_view import RowsView
from pivot_data_diff.view.screens import HelpScreen, ValueScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from pivot_data_diff.changes import StoredChanges
    from pivot_data_diff.result import Report, TableDiff

#: A file of the list: what is different, why it couldn't be compared, or the name of no data file.
type Entry = FileDiff | Problem | str

_KINDS = (Kind.ADDED, Kind.REMOVED, Kind.MODIFIED)
_COLOURS = {Kind.ADDED: "green", Kind.REMOVED: "red", Kind.MODIFIED: "yellow", Kind.UNCHANGED: ""}
_ENDING = (signal.SIGTERM, signal.SIGHUP)


class DiffApp(App[None]):
    """Shows a report until the user leaves."""

    CSS_PATH = "app.tcss"
    TITLE = "pivot data diff"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-narrow"),
        (80, "-normal"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("n", "jump(1)", "Next"),
        Binding("N", "jump(-1)", "Previous", show=False),
        Binding("a", "kind('added')", "Added"),
        Binding("r", "kind('removed')", "Removed"),
        Binding("m", "kind('modified')", "Modified"),
        Binding("c", "column", "Column"),
        Binding("slash", "filter", "Columns", key_display="/", show=False),
        Binding("escape", "all", "All", key_display="Esc", show=False),
        Binding("1", "tab('rows')", "Rows", show=False),
        Binding("2", "tab('schema')", "Schema"),
        Binding("right_square_bracket", "file(1)", show=False),
        Binding("left_square_bracket", "file(-1)", show=False),
        Binding("ctrl+c,ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report
        self._entries: list[Entry] = [*report.files, *report.problems, *report.unsupported]
        # Not asked for by their names each time: above them there may be another screen.
        self._list = OptionList(*map(_option, self._entries), id="files", markup=False)
        self._facts = Static(id="facts", markup=False)
        #: The rows, what is said instead of them, and the columns.
        self.rows = RowsView(id="changes")
        self.notes = LinesView(id="notes")
        self.schema = LinesView(id="columns")
        self._tabs = TabbedContent()
        self._cell = Static(id="cell", markup=False)
        self._field = Input(placeholder="part of a column's name, or a glob", id="filter")
        #: What ended the application in an unforeseen way.
        self.broken: Exception | None = None
        self._table: TableDiff | None = None
        self._kinds = set(_KINDS)
        self._columns: set[str] | None = None

    def compose(self) -> ComposeResult:
        """Lay out what there is."""
        sides = f"{printable(self._report.before)} -> {printable(self._report.after)}"
        yield Static(Text.assemble((" pivot data diff ", "bold"), sides), id="title")
        with Horizontal(id="body"):
            yield self._list
            with Vertical(id="right"):
                yield self._facts
                with self._tabs:
                    with TabPane("Rows", id="rows"):
                        yield self.rows
                        yield self.notes
                    with TabPane("Schema", id="schema"):
                        yield self.schema
                yield self._cell
                yield self._field
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show the first file that is different."""
        self._field.display = False
        loop = asyncio.get_running_loop()
        for number in _ENDING:
            # The terminal is put in order first, as if the user had left.
            loop.add_signal_handler(number, self.exit, None, 128 + number)
        first = (place for place, entry in enumerate(self._entries) if _is_different(entry))
        self._list.highlighted = next(first, 0)
        self.rows.focus()

    # Showing

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the file."""
        entry = self._entries[event.option_index]
        self._kinds, self._columns = set(_KINDS), None
        self._field.value = ""
        self._table = entry.table if isinstance(entry, FileDiff) else None
        changes = self._table.rows if self._table else None
        # Which of the two is seen is settled before rows are counted.
        self.rows.display = bool(changes)
        self.notes.display = not changes
        if self._table and changes:
            self.rows.put(self._table, cast("StoredChanges", changes))
        else:
            self.rows.clear()
            self.notes.put(_notes(entry))
        self.schema.put(schema_lines(self._table) if self._table else _notes(entry))
        if not self._list.has_focus:
            self._focus()
        self._show_facts()

    def on_option_list_option_selected(self) -> None:
        """Go to the right side."""
        self._focus()

    def _focus(self) -> None:
        rows = self.rows if self.rows.display else self.notes
        (self.schema if self._tabs.active == "schema" else rows).focus()

    def on_tabbed_content_tab_activated(self) -> None:
        """Go where the keys are wanted."""
        if not self._list.has_focus:
            self._focus()

    def _show_facts(self) -> None:
        parts: list[str | tuple[str, str]] = []
        table = self._table
        if table is not None:
            numbers = (table.counts.added, table.counts.removed, table.counts.modified)
            for kind, number in zip(_KINDS, numbers, strict=True):
                style = _COLOURS[kind] if kind in self._kinds else "dim strike"
                parts += [(f"{SIGNS[kind]}{number:,} {kind}", style), "  "]
            parts.append(f"{table.counts.unchanged:,} unchanged")
            if table.duplicates:
                old, new = table.duplicates.before, table.duplicates.after
                parts.append(f"  repeated keys: {old:,} -> {new:,}")
        if self.rows.display and table is not None and table.rows is not None:
            chosen = len(self.rows.chosen)
            if chosen < len(table.rows):
                parts.append((f"  showing {chosen:,} of {len(table.rows):,}", "bold"))
        if self._columns is not None:
            names = ", ".join(map(shown_name, sorted(self._columns))) or "none"
            parts.append((f"  changed: {names}", "bold"))
        self._facts.update(Text.assemble(*parts, no_wrap=True), layout=False)

    def on_rows_view_moved(self) -> None:
        """Show the cell that the cursor is on."""
        change, name, grid = self.rows.change, self.rows.name, self.rows.grid
        if self._table is None or change is None or name is None or grid is None:
            self._cell.update("", layout=False)
            return
        cell = grid.cells(change)[self.rows.column]
        row = row_name(self._table, change)
        heading = f"{row}, {shown_name(name)}"
        text = Text(f"{heading}\n{cell.text}", no_wrap=True, overflow="ellipsis")
        self._cell.update(text, layout=False)

    def on_rows_view_asked(self) -> None:
        """Show the whole value of a cell."""
        change, name, grid = self.rows.change, self.rows.name, self.rows.grid
        if self._table is None or change is None or name is None or grid is None:
            return
        old, new = grid.values(change, name)
        title = f"{row_name(self._table, change)}, {shown_name(name)}"
        if change.kind is Kind.MODIFIED and name not in change.changed and old and new:
            sides = [("unchanged", new, "")]
        else:
            sides = [("before", old, "red"), ("after", new, "green")]
        self.push_screen(ValueScreen(title, sides))

    # What the user does

    def action_tab(self, name: str) -> None:
        """Show a tab."""
        self._tabs.active = name

    def action_file(self, by: int) -> None:
        """Show the next file, or the one before."""
        place = (self._list.highlighted or 0) + by
        if 0 <= place < len(self._entries):
            self._list.highlighted = place

    def action_jump(self, by: int) -> None:
        """Go to the next change, or the one before."""
        if not self.rows.jump(by):
            where = "after" if by > 0 else "before"
            self.notify(f"there is no change {where} this one", timeout=2)

    def action_kind(self, name: str) -> None:
        """Show the rows of a kind, or don't."""
        self._kinds ^= {Kind(name)}
        self._choose()

    def action_column(self) -> None:
        """Show only rows in which a column changed, or all again."""
        name = self.rows.name
        wanted = {name} if name is not None else None
        self._columns = None if self._columns == wanted else wanted
        self._choose()

    def action_filter(self) -> None:
        """Ask for columns."""
        if self._table is not None:
            self._field.display = True
            # At once: what is typed next is meant for it.
            self.screen.set_focus(self._field)

    def action_all(self) -> None:
        """Show all rows."""
        self._kinds, self._columns = set(_KINDS), None
        self._field.value = ""
        self._field.display = False
        self._choose()
        self._focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the rows in which such columns changed."""
        wanted = event.value.strip().lower()
        if self._field.display:
            names = self.rows.grid.places if self.rows.grid else ()
            self._columns = {name for name in names if _matches(name, wanted)} if wanted else None
            self._choose()

    def on_input_submitted(self) -> None:
        """Go back to the rows."""
        self._field.display = False
        self._focus()

    def _choose(self) -> None:
        self.rows.choose(self._kinds, self._columns)
        self._show_facts()

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(HelpScreen())

    @override
    def _handle_exception(self, error: Exception) -> None:
        self.broken = self.broken or error
        super()._handle_exception(error)
        # Whoever started this tells of it.
        self._exit_renderables.clear()


def _matches(name: str, wanted: str) -> bool:
    return wanted in name.lower() or fnmatch.fnmatchcase(name.lower(), wanted)


def _is_different(entry: Entry) -> bool:
    return not isinstance(entry, FileDiff) or entry.kind is not Kind.UNCHANGED


def _notes(entry: Entry) -> list[tuple[str, str]]:
    if isinstance(entry, FileDiff):
        return instead_of_rows(entry)
    if isinstance(entry, Problem):
        return problem_lines(entry)
    return [("Different, but not a data file.", "dim")]


def _option(entry: Entry) -> Text:
    """Give the line of a file in the list."""
    if isinstance(entry, Problem):
        return Text(f"! {printable(entry.path)}", "bold red", no_wrap=True)
    if isinstance(entry, str):
        return Text(f"? {printable(entry)}", "dim", no_wrap=True)
    text = Text(no_wrap=True)
    text.append(f"{SIGNS[entry.kind]} {printable(entry.path)}", _COLOURS[entry.kind] or "dim")
    if entry.table is not None and entry.table.different:
        counts = entry.table.counts
        numbers = f"  +{counts.added:,} -{counts.removed:,} ~{counts.modified:,}"
        text.append(numbers, "dim")
    return text
