"""The application: the stages on the left, what there is to say of the selected one on the right.

Ten times a second it looks at the board, and draws what is seen and has changed. It owns neither
the runs nor their events, and asks for their end only. Tests: tests/test_app.py and
tests/test_exits.py.
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, ClassVar, override

from textual.app import App
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Input, Static

from pivot_tui.board import Phase, State
from pivot_tui.pace import Pace
from pivot_tui.right_side import RightSide
from pivot_tui.screens import HelpScreen, QuitScreen
from pivot_tui.stage_list import StageList, matching
from pivot_tui.summary import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from pivot.interfaces import Runs
    from pivot_tui.board import Board

#: For how long, in seconds, it stays with a stage that it has selected by itself.
_LINGER = 0.5
_BUSY = (Phase.STARTING, Phase.RUNNING)


def _interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


class TuiApp(App[None]):
    """Shows a board until the user leaves."""

    CSS_PATH = "app.tcss"
    TITLE = "pivot"
    #: How often it looks at the board, in seconds.
    TICK = 0.1
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-narrow"),
        (80, "-normal"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("1,l", "tab('log')", "Log", key_display="1"),
        Binding("2,w", "tab('why')", "Why", key_display="2"),
        Binding("3,o", "tab('outputs')", "Outputs", key_display="3"),
        Binding("4,h", "tab('history')", "History", key_display="4"),
        Binding("f", "follow", "Follow"),
        Binding("e", "next_failure", "Next failure", show=False),
        Binding("c", "cancel", "Cancel"),
        Binding("r", "again", "Run again"),
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
        Binding("escape", "unfilter", "All stages", key_display="Esc"),
    ]

    def __init__(
        self, runs: Runs, board: Board, interrupt: Callable[[], None] = _interrupt
    ) -> None:
        super().__init__()
        self._runs = runs
        self._board = board
        self._interrupt = interrupt
        self._streams = (sys.stdout, sys.stderr)
        # Not asked for by their names each time: above them there may be another screen.
        #: The list on the left.
        self.stages = StageList(board, id="stages")
        self._summary = Static(id="summary", markup=False)
        self._field = Input(placeholder="part of a name, or a glob", id="filter", compact=True)
        self.right = RightSide(board, runs, id="right")
        self._notice = Static(id="notice", markup=False)
        #: What ended the application in an unforeseen way.
        self.broken: Exception | None = None
        self._pace = Pace()
        self._seen = self._plan = -1
        self._chosen = 0.0
        self._filter = ""
        #: Whether the user selects; else it is what runs.
        self._picked = False
        #: After how many runs the history was read.
        self._read: object = None
        #: By what keys have a meaning or not.
        self._usable: object = None

    def compose(self) -> ComposeResult:
        """Lay out what there is."""
        yield self._summary
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield self.stages
                yield self._field
            yield self.right
        yield self._notice
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Begin to look at the board."""
        # Textual would swallow what is printed, and has streams without a descriptor, which
        # processes that are started can't be given.
        sys.stdout, sys.stderr = self._streams
        self.stages.focus()
        self._field.display = self._notice.display = False
        # After a while in the background, what is on the terminal is not ours.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.tick()
        self.set_interval(self.TICK, self.tick)

    # Looking at the board

    def tick(self) -> None:
        """Look at the board, and draw what has changed, if the runs can spare the time."""
        if self._runs.over and self._runs.ending:
            self.exit()
            return
        version = self._board.version
        moving = self._board.count(State.RUNNING) or self._runs.ending
        if (version != self._seen or moving) and self._pace.allows():
            self._seen = version
            self._look()

    def _look(self) -> None:
        if self._board.plan != self._plan:
            self._plan = self._board.plan
            self._list()
        if not self._picked:
            self._choose()
        self._summary.update(summary(self._board, self._runs), layout=False)
        warnings = self._board.warnings
        self._notice.display = bool(warnings)
        if warnings:
            more = f" (and {len(warnings) - 1} more)" if len(warnings) > 1 else ""
            self._notice.update(f"warning: {warnings[-1]}{more}")
        ended = (self._board.ended, self._runs.over)
        if ended != self._read:
            self._read = ended
            self.right.read_history()
        self.stages.refresh()
        self.right.show(self.stages.selected)
        usable = (self._busy, self._runs.over)
        if usable != self._usable:
            # The footer is made anew.
            self._usable = usable
            self.refresh_bindings()

    def _list(self) -> None:
        self.stages.put(matching(self._board.names(), self._filter))

    def _choose(self) -> None:
        """Select what runs, as long as the user leaves that to us."""
        now = self._board.now()
        if now - self._chosen < _LINGER:
            return
        wanted = State.RUNNING if self._board.count(State.RUNNING) else State.FAILED
        current = self.stages.selected
        row = self._board.row(current) if current else None
        if row is None or row.state is wanted or not self._board.count(wanted):
            return
        for name in self.stages.names:
            found = self._board.row(name)
            if found is not None and found.state is wanted:
                self._chosen = now
                self.stages.choose(name)
                return

    # What the user does

    def on_stage_list_selected(self, event: StageList.Selected) -> None:
        """Show the stage that is selected now."""
        self._picked |= event.by_user
        self.right.select(event.name)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the stages that match."""
        self._filter = event.value
        self._list()

    def on_input_submitted(self) -> None:
        """Go back to the list."""
        self.stages.focus()

    def action_filter(self) -> None:
        """Ask for a filter."""
        self._field.display = True
        self.refresh_bindings()
        self._field.focus()

    def action_unfilter(self) -> None:
        """Show all stages."""
        self._field.value = ""
        self._field.display = False
        self.refresh_bindings()
        self.stages.focus()

    def action_tab(self, name: str) -> None:
        """Show a tab."""
        self.right.tab = name

    def action_follow(self) -> None:
        """Follow the end of the log, or stop following."""
        view = self.right.view("log")
        view.follow = not view.follow
        if view.follow:
            view.scroll_end(animate=False)
        self.notify("following the log" if view.follow else "not following the log", timeout=2)

    def action_next_failure(self) -> None:
        """Select the next stage that failed."""
        names = self.stages.names
        start = self.stages.cursor + 1
        for name in [*names[start:], *names[:start]]:
            row = self._board.row(name)
            if row is not None and row.state is State.FAILED:
                self.stages.pick(name)
                return

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(HelpScreen())

    @property
    def _busy(self) -> bool:
        return not self._runs.over and self._board.phase in _BUSY

    def action_cancel(self) -> None:
        """Stop the run that goes on."""
        self._runs.cancel()
        self.notify("stopping: nothing new is started", timeout=3)

    def action_again(self) -> None:
        """Run again."""
        self._runs.again()

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say whether a key has a meaning now."""
        if action == "cancel":
            return self._busy
        if action == "unfilter":
            return self._field.display
        if action == "again":
            return self._runs.watching and not self._runs.over
        return True

    @override
    async def action_quit(self) -> None:
        """Leave; if something runs, ask first."""
        if not self._busy:
            self._leave(True)
        elif not isinstance(self.screen, QuitScreen):
            self.push_screen(QuitScreen(), self._leave)

    def _leave(self, answer: bool | None) -> None:
        if answer:
            # The next look at the board finds that all is over, if it is.
            self._runs.end()

    def action_interrupt(self) -> None:
        """Do what Ctrl-C does elsewhere: this terminal makes no signal of it."""
        self._interrupt()

    @override
    def _handle_exception(self, error: Exception) -> None:
        self.broken = self.broken or error
        super()._handle_exception(error)
        # Whoever started this tells of it.
        self._exit_renderables.clear()
