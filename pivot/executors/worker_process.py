"""What happens in a worker process: how it starts, and how it runs one call.

Tests: tests/executors/test_loky_pool.py.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, cast

from pivot.executors.lifeline import hang_on
from pivot.executors.payload import loads
from pivot.executors.requests import WorkerStartError, answer, in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.executors.lifeline import Lifeline
    from pivot.executors.line import Line

#: What a worker's environment has beside the parent's. Sets of text are in the same order
#: everywhere; and a worker that grew is not replaced behind the back of the stage in it.
ENVIRONMENT = {"PYTHONHASHSEED": "0", "LOKY_MAX_MEMORY_LEAK_SIZE": "1e18"}


#: A worker that had nothing to do for so long ends, to give its memory back.
_IDLE_SECONDS = 300


_start_error: WorkerStartError | None = None
_line: Line | None = None


def start(lifeline: Lifeline, line: Line, initializer: bytes) -> None:
    """Set this process up as a worker; what goes wrong is kept for the calls that follow."""
    global _line, _start_error  # noqa: PLW0603 - a worker has only the process to remember it in
    _line = line
    # The parent decides what Ctrl-C means. It blocked the signal until here.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    # It was meant for this process, which has read it by now, not for pools of a stage.
    os.environ.pop("LOKY_MAX_MEMORY_LEAK_SIZE", None)
    try:
        hang_on(lifeline)
        _detach_from_terminal()
        cast("Callable[[], None]", loads(initializer))()
    except BaseException as error:  # noqa: BLE001 - a worker that ends here would leave no reason
        _start_error = WorkerStartError(f"a worker could not be set up: {in_words(error)}")


def serve() -> None:
    """Answer requests until the line ends, or until there has been none for long."""
    assert _line is not None  # noqa: S101 - `start` went before
    while (request := _line.receive(_IDLE_SECONDS)) is not None:
        _line.send(answer(request, _start_error))


def _detach_from_terminal() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
