"""What is sent to a worker and what comes back, as bytes: a call with its task, and an answer.

Example::

    result, error = unpacked(answer(packed(dumps(execute), task)))

Tests: tests/executors/test_requests.py.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any, cast

from pivot.errors import PivotError
from pivot.executors.payload import PayloadError, dumps, loads

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.interfaces import Outcome, Task


class WorkerStartError(PivotError):
    """A worker could not be started or set up."""


class ForeignError(PivotError):
    """An exception or a result that can't be sent from a worker, in words."""


def packed(call: bytes, task: Task) -> bytes:
    """Give a request as it is sent to a worker; `call` is a function of the task, packed."""
    return dumps((call, task))


def answer(request: bytes, start_error: WorkerStartError | None = None) -> bytes:
    """Do what a request asks for, in a worker; nothing is raised but sent back.

    With `start_error`, what went wrong when the worker was set up, that is the answer.
    """
    try:
        return dumps((_outcome(request, start_error), None))
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent is told
        if _can_be_sent(error):
            return dumps((None, error))
        shown = "".join(traceback.format_exception(error))
        return dumps((None, ForeignError(f"{in_words(error)}\n{shown}")))


def unpacked(data: bytes) -> tuple[Any, BaseException | None]:
    """Give what a call gave, or what it raised; raise `PayloadError` if that can't be known."""
    return cast("tuple[Any, BaseException | None]", loads(data))


def in_words(error: BaseException) -> str:
    """Give an exception's type and message on one line."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _outcome(request: bytes, start_error: WorkerStartError | None) -> Outcome:
    if start_error is not None:
        raise start_error
    call, task = cast("tuple[bytes, Task]", loads(request))
    return cast("Callable[[Task], Outcome]", loads(call))(task)


def _can_be_sent(error: BaseException) -> bool:
    try:
        return type(loads(dumps(error))) is type(error)
    except PayloadError:
        return False
