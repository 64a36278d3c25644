"""What happens in a subinterpreter that runs tasks: how it starts, and how it runs one call.

Tests: tests/executors/test_interpreter_pool.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pivot.executors import requests
from pivot.executors.limits import impose
from pivot.executors.payload import loads

if TYPE_CHECKING:
    from collections.abc import Callable

_inside = False
_start_error: requests.WorkerStartError | None = None


def inside() -> bool:
    """Say whether this is a subinterpreter, whose file descriptors are those of others, too."""
    return _inside


def start(initializer: bytes) -> None:
    """Set this interpreter up; what goes wrong is kept for the calls that follow."""
    global _inside, _start_error  # noqa: PLW0603 - they are as long-lived as the interpreter
    _inside = True
    try:
        impose()
        cast("Callable[[], None]", loads(initializer))()
    except BaseException as error:  # noqa: BLE001 - otherwise, nobody would be told the reason
        _start_error = requests.WorkerStartError(
            f"a subinterpreter could not be set up: {requests.in_words(error)}"
        )


def answer(request: bytes) -> bytes:
    """Do what a request asks for, and give the answer."""
    return requests.answer(request, _start_error)
