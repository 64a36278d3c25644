"""Which environment variables project code asked for, and what it was told, as a hash.

`os.environ` turns each key into bytes by its `encodekey` before it looks it up, whatever way the
code goes (`[...]`, `get`, `in`, `os.getenv`): a wrapped `encodekey` sees them all. What libraries
ask for by themselves is not recorded, nor what the code has set itself. Values are never kept: they
may be secrets. Tests: tests/tracing/.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from pivot.hashing import hash_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

#: Where things are on this machine, and who is at work: no input of a result.
ORDINARY = frozenset(
    {"HOME", "HOSTNAME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "SHLVL", "TZ", "USER"}
    | {"OLDPWD", "PWD", "TEMP", "TMP", "TMPDIR", "VIRTUAL_ENV"}
    | {"COLUMNS", "DISPLAY", "EDITOR", "LINES", "PAGER", "TERM"}
)
#: What asks on behalf of its caller.
_PASSING = (
    *("<frozen os>", "/os.py", "<frozen _collections_abc>", "/_collections_abc.py"),
    *("<frozen posixpath>", "/posixpath.py"),  # `expandvars`
)
_SETTING = frozenset({"__setitem__", "__delitem__"})


def variable_hash(name: str) -> str | None:
    """Give the hash of a variable's value, None if it is not set."""
    value = os.environ.get(name)
    return None if value is None else hash_text(value)


class EnvironmentRecorder:
    """Records the variables that the project's code asks for while it is on."""

    def __init__(self, is_project: Callable[[str], bool]) -> None:
        self._is_project = is_project
        self._asked: dict[str, str | None] = {}
        self._set: set[str] = set()
        environ: Any = os.environ
        self._original: Callable[[Any], Any] = environ.encodekey

    @property
    def asked(self) -> tuple[tuple[str, str | None], ...]:
        """The names, sorted, with the hashes of their values."""
        return tuple(sorted(self._asked.items()))

    def start(self) -> None:
        """Begin."""
        environ: Any = os.environ
        environ.encodekey = self._encode

    def stop(self) -> None:
        """Stop."""
        environ: Any = os.environ
        environ.encodekey = self._original

    def _encode(self, key: Any) -> Any:
        encoded = self._original(key)
        if isinstance(key, str) and key not in ORDINARY and self._is_asked_by_the_project():
            if sys._getframe(1).f_code.co_name in _SETTING:  # noqa: SLF001 - the way to the caller
                self._set.add(key)
            elif key not in self._set and key not in self._asked:
                environ: Any = os.environ
                value = environ._data.get(encoded)  # noqa: SLF001 - asking it the normal way would come here again
                self._asked[key] = None if value is None else hash_text(os.fsdecode(value))
        return encoded

    def _is_asked_by_the_project(self) -> bool:
        frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the way to one's callers
        while frame is not None and frame.f_code.co_filename.endswith(_PASSING):
            frame = frame.f_back
        if frame is None:
            return False
        file = frame.f_code.co_filename
        # `<frozen ...>` and the like are no paths.
        return file.startswith(os.sep) and self._is_project(file)
