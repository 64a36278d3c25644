"""`pivot run --watch`: pass after pass on one display, until a signal comes.

Tests: tests/cli/test_watching.py.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pivot import api
from pivot.cli.stopping import Stopper
from pivot.events import RunStarted, Warned, Watching
from pivot.plugins import PluginHost

if TYPE_CHECKING:
    from pivot.cli.display import Display
    from pivot.cli.wish import Wish
    from pivot.events import Event


def watch(wish: Wish, display: Display) -> int:
    """Run now and whenever files change; give the exit status, which tells the signal."""
    cancellation = api.Cancellation()
    with Stopper(cancellation, display) as stopper:

        def tell(event: Event) -> None:
            match event:
                case RunStarted():
                    stopper.idle = False
                case Watching():
                    stopper.idle = True
                case _:
                    pass
            display.tell(event)

        stopper.watch()
        passes = api.watch(
            **wish.options,
            restart=wish.restart,
            globs=wish.globs or None,
            debounce=wish.debounce,
            on_event=tell,
            cancellation=cancellation,
            plugins=PluginHost(on_problem=lambda problem: tell(Warned(str(problem)))),
        )
        with contextlib.closing(passes):
            for report in passes:
                display.finish(report)
        return stopper.signalled
