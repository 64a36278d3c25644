"""What happens in a worker process: how it starts, and how it runs one call.

Tests: tests/executors/test_loky_pool.py.
"""

from __future__ import annotations

import os
import signal
import traceback
from typing import TYPE_CHECKING, Any, cast

from pivot.errors import PivotError
from pivot.executors.lifeline import hang_on
from pivot.executors.payload import PayloadError, dumps, loads

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.executors.lifeline import Lifeline
    from pivot.executors.line import Line
    from pivot.interfaces import Outcome, Task

#: What a worker's environment has beside the parent's. Sets of text are in the same order
#: everywhere; and a worker that grew is not replaced behind the back of the stage in it.
ENVIRONMENT = {"PYTHONHASHSEED": "0", "LOKY_MAX_MEMORY_LEAK_SIZE": "1e18"}


#: A worker that had nothing to do for so long ends, to give its memory back.
_IDLE_SECONDS = 300


class WorkerStartError(PivotError):
    """A worker process could not be started or set up."""


class ForeignError(PivotError):
    """An exception or a result that can't be sent from a worker, in words."""


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
        _start_error = WorkerStartError(f"a worker could not be set up: {_in_words(error)}")


def packed(call: bytes, task: Task) -> bytes:
    """Give a request as it is sent to a worker; `call` is a function of the task, packed."""
    return dumps((call, task))


def serve() -> None:
    """Answer requests until the line ends, or until there has been none for long."""
    assert _line is not None  # noqa: S101 - `start` went before
    while (request := _line.receive(_IDLE_SECONDS)) is not None:
        _line.send(_answer(request))


def unpacked(answer: bytes) -> tuple[Any, BaseException | None]:
    """Give what a call gave, or what it raised; raise `PayloadError` if that can't be known."""
    return cast("tuple[Any, BaseException | None]", loads(answer))


def _outcome(request: bytes) -> Outcome:
    if _start_error is not None:
        raise _start_error
    call, task = cast("tuple[bytes, Task]", loads(request))
    return cast("Callable[[Task], Outcome]", loads(call))(task)


def _answer(request: bytes) -> bytes:
    try:
        return dumps((_outcome(request), None))
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent is told
        if _can_be_sent(error):
            return dumps((None, error))
        shown = "".join(traceback.format_exception(error))
        return dumps((None, ForeignError(f"{_in_words(error)}\n{shown}")))


def _detach_from_terminal() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _can_be_sent(error: BaseException) -> bool:
    try:
        return type(loads(dumps(error))) is type(error)
    except PayloadError:
        return False
