"""What a stage prints: taken at the file descriptors, kept in a file, read line by line.

Replacing `sys.stdout` would miss subprocesses and C libraries, so the worker points descriptors 1
and 2 at the stage's log. The log is also locked (`flock`): the lock lives as long as any process
that inherited those descriptors, so that a stage never starts while something left over from an
earlier run may still write its outputs. Tests: tests/engine/test_capture.py.
"""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from pivot.errors import WaitTimeoutError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_POLL_SECONDS = 0.02
# What is read at once, in bytes: a stage that prints without end must not fill the parent's memory.
_CHUNK = 1 << 22
# In characters; what is longer is given in pieces.
_LONGEST_LINE = 1 << 16


@contextlib.contextmanager
def captured(log: str, patience: float) -> Iterator[None]:
    """Send what this process and its children print to the file `log`, from its beginning.

    Raises `WaitTimeoutError` if a process that is left over holds the log for `patience` seconds.
    """
    descriptor = os.open(log, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
    try:
        _lock(descriptor, log, patience)
        os.ftruncate(descriptor, 0)
        with _redirected(descriptor):
            yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def discarded() -> Iterator[None]:
    """Throw away what this process prints: a worker imports what its parent imported before it.

    In a subinterpreter, which shares the descriptors, only what it prints by itself.
    """
    # Late: only processes that run stages pay for it.
    from pivot.executors.subinterpreter import inside

    if inside():
        with _muted():
            yield
        return
    descriptor = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        with _redirected(descriptor):
            yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _muted() -> Iterator[None]:
    """Throw away what is written to this interpreter's own streams."""
    streams: list[Any] = [sys.stdout, sys.stderr]
    for stream in streams:
        # Not another stream in its place: what is set up meanwhile, such as logging, keeps it.
        stream.write = len
    try:
        yield
    finally:
        for stream in streams:
            del stream.write


def _lock(descriptor: int, log: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise WaitTimeoutError(
                    "a process that an earlier run of this stage started is still alive",
                    hint=f"find it with: fuser {log}",
                ) from None
            time.sleep(_POLL_SECONDS)
        else:
            return


@contextlib.contextmanager
def _redirected(descriptor: int) -> Iterator[None]:
    saved = [os.dup(number) for number in (1, 2)]
    _flush()
    try:
        for number in (1, 2):
            os.dup2(descriptor, number)
        yield
    finally:
        _flush()
        for number, original in zip((1, 2), saved, strict=True):
            os.dup2(original, number)
            os.close(original)


def _flush() -> None:
    # What C code printed lies in a buffer of its own, which no Python stream knows of.
    import ctypes  # late: only processes that run stages pay for it

    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    ctypes.CDLL(None).fflush(None)


class LogTail:
    """Begins a log afresh, and reads the lines that are added to it while its stage runs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        #: What was read of the line that is not complete yet.
        self._rest = ""
        # What is in the log is of an earlier run. It is emptied here, not just when the stage gets
        # its turn in a worker, so that nobody takes the old lines for new ones. A log that can't be
        # emptied or read can't be written either, which is the worker's to tell.
        with contextlib.suppress(OSError):
            os.truncate(path, 0)

    def lines(self, *, final: bool = False) -> list[str]:
        """Give the complete lines that are new; with `final` all there is, also half a line.

        As on a terminal, of what a progress bar writes over with carriage returns the last is
        given. A line without end comes in pieces.
        """
        found: list[str] = []
        while chunk := self._read():
            found += self._split(self._decoder.decode(chunk))
            if not final:
                break
        if final:
            found += self._split(self._decoder.decode(b"", final=True))
            found += [_visible(self._rest)] if self._rest else []
            self._rest = ""
        return found

    def _split(self, text: str) -> list[str]:
        *complete, rest = (self._rest + text).split("\n")
        while len(rest) > _LONGEST_LINE:
            if "\r" in rest:
                rest = rest.rpartition("\r")[2]
            else:
                complete.append(rest[:_LONGEST_LINE])
                rest = rest[_LONGEST_LINE:]
        self._rest = rest
        return [_visible(line) for line in complete]

    def _read(self) -> bytes:
        try:
            with self._path.open("rb") as stream:
                if os.fstat(stream.fileno()).st_size < self._offset:
                    self._offset, self._rest = 0, ""
                    self._decoder.reset()
                stream.seek(self._offset)
                data = stream.read(_CHUNK)
        except OSError:
            return b""
        self._offset += len(data)
        return data


def _visible(line: str) -> str:
    """Give what is left of a line after all its carriage returns."""
    return line.rstrip("\r").rpartition("\r")[2]
