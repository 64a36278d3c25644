"""What a stage prints: taken at the file descriptors, kept in a file, read line by line.

Replacing `sys.stdout` would miss subprocesses and C libraries, so the worker points descriptors 1
and 2 at the stage's log. The log is also locked (`flock`): the lock lives as long as any process
that inherited those descriptors, so that a stage never starts while something left over from an
earlier run may still write its outputs. Tests: tests/engine/test_capture.py.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import time
from typing import TYPE_CHECKING

from pivot.errors import WaitTimeoutError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_POLL_SECONDS = 0.02


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
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()


class LogTail:
    """Reads the lines that are added to a log while its stage runs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""

    def lines(self, *, final: bool = False) -> list[str]:
        """Give the complete lines that are new; with `final` also an unfinished last one."""
        complete = (self._rest + self._read()).split(b"\n")
        self._rest = complete.pop()
        if final and self._rest:
            complete.append(self._rest)
            self._rest = b""
        return [line.decode("utf-8", "replace").rstrip("\r") for line in complete]

    def _read(self) -> bytes:
        try:
            with self._path.open("rb") as stream:
                if os.fstat(stream.fileno()).st_size < self._offset:
                    self._offset, self._rest = 0, b""
                stream.seek(self._offset)
                data = stream.read()
        except FileNotFoundError:
            return b""
        self._offset += len(data)
        return data
