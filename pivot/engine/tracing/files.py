"""Which of the project's files were opened, looked for, written, and which directories listed.

An audit hook (PEP 578) sees every `open` of Python's own, `sqlite3.connect`, the listing of
directories, and what is handed to subprocesses. It can't be removed again, so that there is one for
the process, which does nothing while no recorder is on. Native readers that open files by
themselves (pyarrow, polars, duckdb) are not seen. Tests: tests/engine/tracing/.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pivot.errors import Place
from pivot.store.content import Signature

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Whose opening of a file is no reading of data: imports, and tracebacks that show source lines.
_MACHINERY = ("<frozen importlib", "<frozen zipimport")
_MACHINERY_ENDINGS = (
    "/linecache.py",
    "/tokenize.py",
    "/inspect.py",
    "/pivot/discovery/importer.py",
    "/pivot/engine/capture.py",
    "/pivot/engine/worker.py",
)


@dataclass(slots=True)
class FileRecord:
    """What was seen; paths are absolute."""

    #: File -> where it was first read, and what it looked like then (None: it wasn't there).
    reads: dict[str, tuple[Place | None, Signature | None]] = field(
        default_factory=dict[str, tuple[Place | None, Signature | None]]
    )
    writes: dict[str, Place | None] = field(default_factory=dict[str, Place | None])
    listed: dict[str, Place | None] = field(default_factory=dict[str, Place | None])


class FileRecorder:
    """Records what is opened below `root` while it is on."""

    def __init__(self, root: Path) -> None:
        self._prefix = f"{root}/"
        self._record = FileRecord()

    def start(self) -> None:
        """Begin with an empty record."""
        global _active  # noqa: PLW0603 - an audit hook is the process's, for good
        _install()
        self._record = FileRecord()
        _active = self

    def stop(self) -> FileRecord:
        """Stop, and give what was recorded."""
        global _active  # noqa: PLW0603 - as above
        _active = None
        return self._record

    def saw(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take an audit event."""
        match event:
            case "open":
                path, mode, flags = arguments
                self._opened(path, _is_writing(mode, flags))
            case "os.listdir" | "os.scandir":
                self._listed(arguments[0])
            case "sqlite3.connect":
                self._opened(arguments[0], writing=False)
            case "subprocess.Popen":
                executable, words, *_ = arguments
                for word in (executable, *_words(words)):
                    self._handed_over(word)
            case _:
                pass

    def _opened(self, given: Any, writing: bool) -> None:
        path = self._inside(given)
        if path is None:
            return
        place, machinery = self._caller()
        if machinery:
            return
        if writing:
            self._record.writes.setdefault(path, place)
        elif path not in self._record.writes and path not in self._record.reads:
            self._record.reads[path] = (place, _signature(path))

    def _handed_over(self, word: Any) -> None:
        path = self._inside(word)
        if path is not None and os.path.isfile(path):  # noqa: PTH113 - in a hook: few objects
            self._opened(path, writing=False)

    def _listed(self, given: Any) -> None:
        path = self._inside("." if given is None else given)
        if path is not None:
            place, machinery = self._caller()
            if not machinery:
                self._record.listed.setdefault(path, place)

    def _inside(self, given: Any) -> str | None:
        """Give the absolute path of something below the root, or None for anything else."""
        if isinstance(given, bytes):
            given = os.fsdecode(given)
        if not isinstance(given, str | os.PathLike):
            return None
        path = os.path.abspath(os.fspath(given))  # noqa: PTH100 - in a hook: few objects
        if isinstance(path, bytes) or "\0" in path:
            return None
        return path if path.startswith(self._prefix) else None

    def _caller(self) -> tuple[Place | None, bool]:
        """Give the project's line that is behind the event, and whether it is no reading."""
        frame: FrameType | None = sys._getframe(3)  # noqa: SLF001 - the way to one's callers
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith(_MACHINERY) or file.endswith(_MACHINERY_ENDINGS):
                return None, True
            if file.startswith(self._prefix):
                return Place(file.removeprefix(self._prefix), frame.f_lineno), False
            frame = frame.f_back
        return None, False


def _words(words: Any) -> list[Any]:
    return list(words) if isinstance(words, list | tuple) else [words]


def _is_writing(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & _WRITING)


def _signature(path: str) -> Signature | None:
    try:
        return Signature.of(os.stat(path))  # noqa: PTH116 - in a hook: few objects
    except OSError:
        return None


_active: FileRecorder | None = None
_installed = False


def _install() -> None:
    global _installed  # noqa: PLW0603 - a hook is the process's, for good
    if not _installed:
        _installed = True
        sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _active is not None:
        _active.saw(event, arguments)
