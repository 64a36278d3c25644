"""What Ctrl-C does to a run: once asks it to end, twice ends it at once.

SIGTERM does the same. The handlers are in place only while stages are run: before that, nothing
has begun, and Ctrl-C is an ordinary `KeyboardInterrupt`. The second signal has its default effect,
which nothing in the process can hold up; workers watch their parent, and die with it. Example::

    with Stopper(cancellation, display) as stopper:
        report = api.run(cancellation=cancellation, on_event=...)   # stopper.watch() meanwhile
    status = stopper.exit_status(report)

Tests: tests/cli/test_signals.py.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

    from pivot.api import Cancellation, RunReport
    from pivot.cli.display import Display

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopper:
    """Turns signals into a request to stop, for the time of a `with` block."""

    def __init__(self, cancellation: Cancellation, display: Display) -> None:
        self._cancellation = cancellation
        self._display = display
        self._before: dict[int, Any] = {}
        self._received: int | None = None
        #: Whether nothing runs that would have to be stopped.
        self.idle = False

    @property
    def signalled(self) -> int:
        """128 + the number of the signal that came, or 0."""
        return 0 if self._received is None else 128 + self._received

    def watch(self) -> None:
        """Handle signals from now on."""
        for number in _SIGNALS:
            # Who started us may have chosen that we ignore them: nohup, a background job.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._handle)

    def exit_status(self, report: RunReport) -> int:
        """Give the run's exit status; for one that was stopped, 128 + the signal's number."""
        return (report.interrupted and self.signalled) or report.exit_status

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def _handle(self, number: int, _frame: object) -> None:
        if self._received is not None:
            self._display.abandon()
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        self._received = number
        self._cancellation.request()
        if not self.idle:
            self._display.note(
                "stopping: nothing new is started; press Ctrl-C again to stop at once"
            )
