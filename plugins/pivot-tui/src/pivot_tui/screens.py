"""What may lie above all: the help, and the question whether to stop what runs.

Tests: tests/test_app.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

HELP = """\
Stages
  up, down, j, k      select the next stage
  page up, page down  select one further away
  home, end, g, G     select the first, the last
  /                   filter by a part of the name, or a glob; Escape shows all
  e                   select the next stage that failed

Of the stage that is selected
  1, l                Log: what it prints
  2, w                Why: why it runs
  3, o                Outputs: what it has changed
  4, h                History: the runs before
  f                   follow the end of the log, or stop following
  tab                 go to the other side, to scroll there

The run
  c                   cancel it; what is done stays done
  r                   run again (with --watch)
  q                   quit; asks if something runs
  Ctrl-C              stop and quit; twice: at once

Escape, q or ? closes this."""


class HelpScreen(ModalScreen[None]):
    """All keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", show=False)
    ]

    def compose(self) -> ComposeResult:
        """Show the keys."""
        with VerticalScroll(classes="box") as box:
            box.border_title = "Keys"
            yield Static(HELP, markup=False)


class QuitScreen(ModalScreen[bool]):
    """Gives whether to stop what runs, and quit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", show=False),
        Binding("n,escape,q", "answer(False)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Ask."""
        with VerticalScroll(classes="box small") as box:
            box.border_title = "Quit"
            yield Static(
                "A run is going on. Stop it and quit?\n\n"
                "What is done stays done; stages that run are stopped.\n\n"
                "y  stop and quit        n  go on",
                markup=False,
            )

    def action_answer(self, answer: bool) -> None:
        """Close with an answer."""
        self.dismiss(answer)
