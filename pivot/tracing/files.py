"""Which of the project's files were opened, looked for or written, and which directories listed.

An audit hook (PEP 578) sees every `open` of Python's own, `sqlite3.connect`, the listing of
directories, and what is handed to subprocesses. It can't be removed again, so that there is one for
the process, which does nothing while no recorder is on. `os.stat` is no audit event: it is wrapped
for the time. Native readers that open files by themselves (pyarrow, polars, duckdb) are not seen.
Tests: tests/tracing/.
"""

from __future__ import annotations

import functools
import os
import shlex
import stat
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pivot.errors import Place
from pivot.store.content import Signature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Whose opening of a file is no reading of data: imports, tracebacks that show source lines, and
#: Pivot itself.
_MACHINERY = ("<frozen importlib", "<frozen zipimport")
_MACHINERY_ENDINGS = (
    "/linecache.py",
    "/tokenize.py",
    "/inspect.py",
    "/pivot/discovery/importer.py",
    "/pivot/engine/capture.py",
    "/pivot/plugins/installed.py",
)
#: Makes a path canonical, and so looks at each directory above it.
_RESOLVING = frozenset({"realpath", "_joinrealpath"})
_STATS = ("stat", "lstat", "access")
_ABILITIES = (
    os.supports_dir_fd,
    os.supports_effective_ids,
    os.supports_fd,
    os.supports_follow_symlinks,
)
#: What the machinery of imports reads for itself; it hands out data of packages, too.
_CODE = (".py", ".pyc", ".so")
_SHELLS = frozenset({"sh", "ash", "bash", "dash", "ksh", "zsh"})

type Kind = Literal["file", "directory", "absent"]


@dataclass(slots=True)
class FileRecord:
    """What was seen; paths are absolute."""

    #: File -> where it was first read, and what it looked like then (None: it wasn't there).
    reads: dict[str, tuple[Place | None, Signature | None]] = field(
        default_factory=dict[str, tuple[Place | None, Signature | None]]
    )
    writes: dict[str, Place | None] = field(default_factory=dict[str, Place | None])
    #: Directory -> where it was listed, and what it held (None: it wasn't there).
    listed: dict[str, tuple[Place | None, tuple[str, ...] | None]] = field(
        default_factory=dict[str, tuple[Place | None, tuple[str, ...] | None]]
    )
    looked: dict[str, Kind] = field(default_factory=dict[str, Kind])
    #: File outside the project that a line of the project had read -> what it looked like then.
    outside: dict[str, Signature | None] = field(default_factory=dict[str, Signature | None])


class FileRecorder:
    """Records what is opened below `root` while it is on; with `outside`, elsewhere too."""

    def __init__(
        self, root: Path, is_project: Callable[[str], bool], *, outside: bool = False
    ) -> None:
        self._is_project = is_project
        self._outside = outside
        # What is opened may be named by either.
        self._prefixes = (f"{root}{os.sep}", f"{root.resolve()}{os.sep}")
        self._stats: dict[str, Any] = {name: getattr(os, name) for name in _STATS}
        self._outer: FileRecorder | None = None
        self._roles: dict[str, str] = {}
        self.record = FileRecord()

    def start(self) -> None:
        """Begin."""
        global _active  # an audit hook is the process's, for good
        _install()
        self._outer, _active = _active, self
        for name, original in self._stats.items():
            watched = self._watched_access if name == "access" else self._watched
            _put(name, original, watched(original))

    def stop(self) -> None:
        """Stop."""
        global _active  # noqa: PLW0603 - as above
        for name, original in self._stats.items():
            _put(name, getattr(os, name), original)
        _active = self._outer

    def relative(self, path: str) -> str:
        """Give an absolute path of the record from the root on."""
        prefix = next(prefix for prefix in self._prefixes if path.startswith(prefix))
        return path.removeprefix(prefix)

    def saw(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take an audit event."""
        match event:
            case "open":
                path, mode, flags = arguments
                self._opened(path, _is_writing(mode, flags))
            case "os.listdir" | "os.scandir":
                self._listed(arguments[0])
            case "os.mkdir":
                self._opened(arguments[0], writing=True)
            case "os.rename" | "os.link" | "os.symlink":
                self._opened(arguments[1], writing=True)
            case "sqlite3.connect":
                self._opened(arguments[0], writing=False)
            case "subprocess.Popen":
                executable, words, *_ = arguments
                self._handed_over([executable, *_words(words)])
            case "os.system":
                self._handed_over(_words(arguments[0]))
            case _:
                pass

    def _opened(self, given: Any, writing: bool) -> None:
        path = self._inside(given)
        if path is None and self._outside and not writing:
            self._opened_outside(given)
        if path is None or path in self.record.writes:
            return
        known = self.record.reads.get(path)
        if known is not None and not writing:
            if known[1] is None:  # it wasn't there; whoever waits for it asks again
                self.record.reads[path] = (known[0], self.signature(path))
            return
        place, machinery = self._caller()
        if machinery and (writing or path.endswith(_CODE)):
            return
        if writing:
            self.record.writes[path] = place
        else:
            self.record.reads[path] = (place, self.signature(path))

    def _opened_outside(self, given: Any) -> None:
        if not isinstance(given, str | os.PathLike):
            return
        path = os.path.abspath(os.fspath(given))  # noqa: PTH100 - in a hook: few objects
        if isinstance(path, str) and path not in self.record.outside:
            place, machinery = self._caller()
            if place is not None and not machinery:
                self.record.outside[path] = self.signature(path)

    def _handed_over(self, words: list[Any]) -> None:
        for word in words:
            path = self._inside(word)
            if path is not None and self._kind(path) == "file":
                self._opened(path, writing=False)

    def _listed(self, given: Any) -> None:
        path = self._inside("." if given is None else given, root=True)
        if path is None or path in self.record.listed:
            return
        place, machinery = self._caller()
        if not machinery:
            # Noted before it is read: reading it here is an event of its own.
            self.record.listed[path] = (place, None)
            self.record.listed[path] = (place, _names(path))

    def _watched(self, original: Any) -> Any:
        @functools.wraps(original)
        def watched(path: Any, *args: Any, **options: Any) -> Any:
            try:
                found = original(path, *args, **options)
            except (FileNotFoundError, NotADirectoryError):
                self._looked(path, "absent", options)
                raise
            self._looked(path, _kind_of(found), options)
            return found

        return watched

    def _watched_access(self, original: Any) -> Any:
        @functools.wraps(original)
        def watched(path: Any, *args: Any, **options: Any) -> Any:
            self._looked(path, self._kind(path), options)
            return original(path, *args, **options)

        return watched

    def _looked(self, given: Any, kind: Kind, options: dict[str, Any]) -> None:
        if options.get("dir_fd") is not None:
            return
        path = self._inside(given)
        if path is None or path in self.record.writes:
            return
        if path in self.record.looked:
            # The last look counts: who waits for a file goes by what it sees at the end.
            self.record.looked[path] = kind
            return
        place, machinery = self._caller()
        # What no line of the project asked for is Pivot's own business.
        if place is not None and not machinery:
            self.record.looked[path] = kind

    def _kind(self, path: str) -> Kind:
        try:
            return _kind_of(self._stats["stat"](path))
        except OSError:
            return "absent"

    def signature(self, path: str) -> Signature | None:
        """Give what a file looks like now, None if it isn't there."""
        try:
            return Signature.of(self._stats["stat"](path))
        except OSError:
            return None

    def _inside(self, given: Any, *, root: bool = False) -> str | None:
        """Give the absolute path of something below the root, or None for anything else."""
        if isinstance(given, bytes):
            given = os.fsdecode(given)
        if not isinstance(given, str | os.PathLike):
            return None
        path = os.path.abspath(os.fspath(given))  # noqa: PTH100 - in a hook: few objects
        if isinstance(path, bytes) or "\0" in path:
            return None
        if root and f"{path}{os.sep}" in self._prefixes:
            return f"{path}{os.sep}"
        return path if path.startswith(self._prefixes) else None

    def _caller(self) -> tuple[Place | None, bool]:
        """Give the project's line that is behind the event, and whether it is no reading."""
        frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the way to one's callers
        while frame is not None:
            code = frame.f_code
            role = self._roles.get(code.co_filename) or self._role(code.co_filename)
            if role == "machinery" or code.co_name in _RESOLVING:
                return None, True
            if role == "project":
                return Place(self.relative(code.co_filename), frame.f_lineno), False
            frame = frame.f_back
        return None, False

    def _role(self, file: str) -> str:
        """Say what the code of a file is to the record, once for each file."""
        if file.startswith(_MACHINERY) or file.endswith(_MACHINERY_ENDINGS):
            role = "machinery"
        elif file.startswith(self._prefixes) and self._is_project(file):
            role = "project"
        else:
            role = "other"
        self._roles[file] = role
        return role


def _put(name: str, old: Any, new: Any) -> None:
    """Put a function of `os` in place of another one, with what it is said to be able to do."""
    setattr(os, name, new)
    for ability in _ABILITIES:
        if old in ability:
            ability.add(new)


def _kind_of(status: os.stat_result) -> Kind:
    return "directory" if stat.S_ISDIR(status.st_mode) else "file"


def _names(path: str) -> tuple[str, ...] | None:
    try:
        return tuple(sorted(os.listdir(path)))  # noqa: PTH208 - in a hook: few objects
    except OSError:
        return None


def _words(words: Any) -> list[Any]:
    """Give the words of a command, those that a shell will see, and the values of options."""
    if isinstance(words, bytes):
        words = os.fsdecode(words)
    if isinstance(words, str):
        found = _split(words)
    else:
        found = list(words) if isinstance(words, list | tuple) else [words]
    match found:
        case [str(program), "-c", str(line), *_] if os.path.basename(program) in _SHELLS:  # noqa: PTH119 - in a hook: few objects
            found += _split(line)
        case _:
            pass
    texts = [word for word in found if isinstance(word, str)]
    return found + [text.partition("=")[2] for text in texts if "=" in text]


def _split(line: str) -> list[Any]:
    try:
        return list(shlex.shlex(line, posix=True, punctuation_chars=True))
    except ValueError:
        return [line]


def _is_writing(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & _WRITING)


_EVENTS = frozenset(
    {"open", "os.listdir", "os.scandir", "os.mkdir", "os.rename", "os.link", "os.symlink"}
    | {"os.system", "sqlite3.connect", "subprocess.Popen"}
)
_active: FileRecorder | None = None
_installed = False


def _install() -> None:
    global _installed  # noqa: PLW0603 - a hook is the process's, for good
    if not _installed:
        _installed = True
        sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    # In this order: `id` is an event, too, and asked for everywhere.
    if _active is not None and event in _EVENTS:
        _active.saw(event, arguments)
