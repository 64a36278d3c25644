"""What a person needs to see of an exception in their own code.

Frames of Pivot itself, of the import system and of the libraries that carry a call are left out at
the top, so that the first line shown is the user's. Example: `user_traceback(error)` starts at the
stage's function. Tests: tests/test_tracebacks.py.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.errors import Place

if TYPE_CHECKING:
    from types import TracebackType

_PACKAGE = f"{Path(__file__).parent}/"
_IMPORTLIB = f"{Path(importlib.__file__).parent}/"
_INSTALLED = frozenset({"site-packages", "dist-packages"})


def user_traceback(error: BaseException) -> str:
    """Give the formatted traceback of an exception and its causes, without Pivot's own frames."""
    import traceback  # only for what has failed

    summary = traceback.TracebackException.from_exception(error)
    # What leads back to an exception was already cut off when the summary was made.
    stack = [summary]
    while stack:
        current = stack.pop()
        current.stack = traceback.StackSummary.from_list(
            [frame for frame in current.stack if not _is_machinery(frame.filename)]
        )
        links = (current.__cause__, current.__context__, *(current.exceptions or ()))
        stack += [link for link in links if link is not None]
    return "".join(summary.format()).rstrip("\n")


def innermost_place(error: BaseException, root: Path) -> Place | None:
    """Give the last line of the project's own that the exception passed, relative to `root`."""
    found: Place | None = None
    base = f"{root}/"
    cursor: TracebackType | None = error.__traceback__
    while cursor is not None:
        file = cursor.tb_frame.f_code.co_filename
        if file.startswith(base) and not (_is_machinery(file) or _is_installed(file)):
            found = Place(file.removeprefix(base), cursor.tb_lineno)
        cursor = cursor.tb_next
    return found


def _is_machinery(filename: str) -> bool:
    return filename.startswith((_PACKAGE, _IMPORTLIB, "<frozen importlib"))


def _is_installed(filename: str) -> bool:
    # An environment often lies in the project that it is for.
    return not _INSTALLED.isdisjoint(Path(filename).parts)
