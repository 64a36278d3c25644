"""`pivot run --tui`: the runs of Pivot on the whole terminal, with keys to look around.

`Tui` is the driver behind the entry point. It keeps what the runs tell in a `Board`, which never
grows beyond a bound, and starts the application, which looks at the board some times a second: so a
terminal that is slow to draw holds up no run. Tests: tests/.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pivot_tui.board import Board

if TYPE_CHECKING:
    from pivot.events import Event
    from pivot.interfaces import Runs

__all__ = ["Tui"]

_SWITCH_SECONDS = 0.0002


class Tui:
    """The display named `tui`: see `pivot.interfaces.Display`."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._board = Board(runs.root)

    def tell(self, event: Event) -> None:
        """Take note of an event."""
        self._board.tell(event)

    def explain(self, stage: str, text: str) -> None:
        """Take note of why a stage is going to run."""
        self._board.explain(stage, text)

    def show(self) -> None:
        """Show the board until the user leaves, or the end was asked for and has come."""
        # Late: whoever lists the plugins needs no Textual.
        from pivot_tui.app import TuiApp

        app = TuiApp(self._runs, self._board)
        before = sys.getswitchinterval()
        # The run gives up the interpreter at every file; it must not wait for it till the picture
        # is drawn. With the usual 5 ms a run of many small stages takes half as long again.
        sys.setswitchinterval(_SWITCH_SECONDS)
        try:
            app.run()
        finally:
            sys.setswitchinterval(before)
        if app.broken is not None:
            raise app.broken
