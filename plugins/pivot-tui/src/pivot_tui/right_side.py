"""The right side: in four tabs, what there is to say of the stage that is selected.

Only the tab that is seen is kept up to date, and only where something has changed; what takes a
moment (comparing outputs, reading earlier runs) is done in threads. Tests: tests/test_app.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import TabbedContent, TabPane
from textual.worker import Worker, WorkerState

import pivot
from pivot_tui import details
from pivot_tui.board import Phase
from pivot_tui.drawn import Drawn, Kind, drawn
from pivot_tui.lines_view import LinesView
from pivot_tui.outputs import changes
from pivot_tui.past import past, usual

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from pivot.api import RunRecord
    from pivot.interfaces import Runs
    from pivot_tui.board import Board, Row

_TITLES = ("Log", "Why", "Outputs", "History")
_BROKEN = "The pipeline can't be run; it is tried again when a file changes."


class RightSide(Vertical):
    """Shows one stage at a time; `show` is to be called whenever the board may have changed."""

    def __init__(self, board: Board, runs: Runs, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._board = board
        self._runs = runs
        self._tabs = TabbedContent()
        self._views = {
            title.lower(): LinesView(id=f"{title.lower()}-lines", follow=title == "Log")
            for title in _TITLES
        }
        self._name: str | None = None
        #: What the tab that is seen shows; None if it must be made anew.
        self._shown: object = None
        self._printed = 0
        #: The runs before, and how often they were read.
        self._past: Sequence[RunRecord] = ()
        self._reads = 0

    def compose(self) -> ComposeResult:
        """Lay out the tabs."""
        with self._tabs:
            for title, view in zip(_TITLES, self._views.values(), strict=True):
                with TabPane(title, id=title.lower()):
                    yield view

    @property
    def tab(self) -> str:
        """The tab that is seen."""
        return self._tabs.active

    @tab.setter
    def tab(self, name: str) -> None:
        self._tabs.active = name

    def view(self, name: str) -> LinesView:
        """Give the lines of a tab."""
        return self._views[name]

    def on_tabbed_content_tab_activated(self) -> None:
        """Show the tab that is seen now."""
        self._shown = None
        self.show(self._name)

    def select(self, name: str | None) -> None:
        """Show another stage, from its beginning, or from the end that is followed."""
        self._shown = None
        for view in self._views.values():
            if not view.follow:
                view.scroll_home(animate=False, immediate=True)
        self.show(name)

    def show(self, name: str | None) -> None:
        """Bring up to date what is seen, of the stage of a name."""
        self._name = name
        row = self._board.row(name) if name else None
        if not self.tab:
            return
        if self._board.phase is Phase.BROKEN:
            error = [drawn(line) for line in self._board.note.split("\n")]
            self._say(Drawn(_BROKEN, Kind.TROUBLE), Drawn(""), *error)
        elif row is None:
            words = "No stage has such a name." if self._board.names() else "There are no stages."
            self._say(Drawn(words, Kind.DIM))
        else:
            self._show_row(row)

    def _say(self, *lines: Drawn) -> None:
        if self._becomes(lines):
            self.view(self.tab).put(lines)

    def _show_row(self, row: Row) -> None:
        match self.tab:
            case "log":
                self._log(row)
            case "why":
                if self._becomes(row):
                    self.view("why").put(details.why(row))
            case "outputs":
                if self._becomes((row.name, row.before, row.after, row.state)):
                    self._compare(row)
            case _:
                if self._becomes((row.name, self._reads)):
                    self.view("history").put(past(self._past, row.name))

    def _becomes(self, shown: object) -> bool:
        """Take note of what is to be shown; say whether it isn't."""
        if self._shown == shown:
            return False
        self._shown = shown
        return True

    def _log(self, row: Row) -> None:
        before, printed = self._shown, self._board.printed(row.name)
        if self._becomes((row.name, row.state, printed)):
            goes_on = isinstance(before, tuple) and before[0] == row.name
            new = printed - self._printed if goes_on and 0 < self._printed <= printed else None
            self._printed = printed
            self.view("log").put(details.log(self._board, self._runs.root, row.name), new)

    def _compare(self, row: Row) -> None:
        shown, root = self._shown, self._runs.root

        def compare() -> None:
            lines = changes(root, row)
            self.app.call_from_thread(put, lines)

        def put(lines: list[Drawn]) -> None:
            if self._shown is shown:
                self.view("outputs").put(lines)

        # Comparing may take a moment, in which keys are to work.
        self.run_worker(compare, thread=True, group="outputs", exclusive=True, exit_on_error=False)

    def read_history(self) -> None:
        """Read what is kept of earlier runs."""

        def read() -> None:
            try:
                runs = pivot.history(self._runs.root)
            except pivot.PivotError as error:
                notify = self.app.notify
                self.app.call_from_thread(notify, str(error), severity="error", markup=False)
            else:
                self.app.call_from_thread(take, runs)

        def take(runs: Sequence[RunRecord]) -> None:
            self._past = runs
            self._reads += 1
            self._board.expect(usual(runs))
            self.show(self._name)

        self.run_worker(read, thread=True, group="history", exclusive=True, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Fail with a thread that has failed, unless it was for want of an application."""
        if event.state is WorkerState.ERROR and event.worker.error and self.app.is_running:
            raise event.worker.error
