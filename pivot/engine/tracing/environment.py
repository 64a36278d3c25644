"""Which environment variables project code asked for, by name.

`os.environ` turns each key into bytes by its `encodekey` before it looks it up, whatever way the
code goes (`[...]`, `get`, `in`, `os.getenv`): a wrapped `encodekey` sees them all. What libraries
ask for by themselves is not recorded. Tests: tests/engine/tracing/.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

#: Where things are on this machine, and who is at work: no input of a result.
ORDINARY = frozenset(
    {
        "HOME",
        "HOSTNAME",
        "LANG",
        "LANGUAGE",
        "LOGNAME",
        "OLDPWD",
        "PATH",
        "PWD",
        "SHELL",
        "SHLVL",
        "TEMP",
        "TERM",
        "TMP",
        "TMPDIR",
        "TZ",
        "USER",
        "VIRTUAL_ENV",
        "COLUMNS",
        "LINES",
        "DISPLAY",
        "EDITOR",
        "PAGER",
    }
)
_PASSING = ("<frozen os>", "/os.py", "<frozen _collections_abc>", "/_collections_abc.py")


class EnvironmentRecorder:
    """Records the names of variables that the project's code asks for while it is on."""

    def __init__(self, root: Path) -> None:
        self._prefix = f"{root}/"
        self._asked: set[str] = set()
        self._original: Callable[[Any], Any] | None = None

    def start(self) -> None:
        """Begin with an empty record."""
        self._asked = set()
        environ: Any = os.environ
        self._original = environ.encodekey
        environ.encodekey = self._encode

    def stop(self) -> frozenset[str]:
        """Stop, and give the names."""
        environ: Any = os.environ
        if self._original is not None:
            environ.encodekey = self._original
            self._original = None
        return frozenset(self._asked - ORDINARY)

    def _encode(self, key: Any) -> Any:
        assert self._original is not None  # noqa: S101 - it is in place only between start and stop
        if isinstance(key, str) and self._is_asked_by_the_project():
            self._asked.add(key)
        return self._original(key)

    def _is_asked_by_the_project(self) -> bool:
        frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the way to one's callers
        while frame is not None and frame.f_code.co_filename.endswith(_PASSING):
            frame = frame.f_back
        return frame is not None and frame.f_code.co_filename.startswith(self._prefix)
