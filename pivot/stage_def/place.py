"""Where a definition stands, as file and line, for the messages about it.

A function's place is where its code begins, beneath decorators and partials. What has no code of
its own (a built-in, a number given by mistake) is placed where Pivot was called. Tests:
tests/stage_def/test_place.py.
"""

from __future__ import annotations

import functools
import inspect
import sys
from typing import TYPE_CHECKING, Any

from pivot.errors import Place
from pivot.shell import Command

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

# Whose frames stand between a call in a pipeline and the code that looks for that call.
_CARRIERS = frozenset({"pivot", "pydantic"})


def function_place(function: Callable[..., Any]) -> Place:
    """Give the file and line where a callable's code begins."""
    target: Any = innermost(function)
    if isinstance(target, Command):
        return calling_place()  # its code is Pivot's
    if isinstance(target, type):
        module = sys.modules.get(target.__module__)
        file = getattr(module, "__file__", None)
        line = vars(target).get("__firstlineno__")
        return Place(file, line) if file and line else calling_place()
    code = getattr(target, "__code__", None)
    if code is None:
        # An instance with a __call__ method: where its class defines that.
        code = getattr(inspect.getattr_static(type(target), "__call__", None), "__code__", None)
    return Place(code.co_filename, code.co_firstlineno) if code else calling_place()


def innermost(function: Any) -> Any:
    """Give the callable that partials and well-behaved decorators are wrapped around."""
    target = inspect.unwrap(function)
    while isinstance(target, functools.partial):
        target = inspect.unwrap(target.func)
    return target


def calling_place() -> Place:
    """Give the line outside of Pivot that led here."""
    frame = sys._getframe()  # noqa: SLF001 - the documented way to a caller
    while _package(frame) in _CARRIERS and frame.f_back is not None:
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno)


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]
