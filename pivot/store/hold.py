"""Who works on a stage right now, when several processes could.

A *hold* is the kernel's exclusive `flock` on a stage's hold file. It ends when it is released or
its process ends, however that happens, so that nobody ever waits for a hold that no process has.
The file stays: removing it would let two processes lock two files of one name. What it says is only
for people. Example::

    with Hold.try_acquire(layout.hold_file("train")) or give_up():
        ...

Tests: tests/store/test_hold.py.
"""

from __future__ import annotations

import fcntl
import os
import sys
from typing import TYPE_CHECKING, Self

from pivot.store.atomic import making_parent, write_all
from pivot.store.faults import storage_error

if TYPE_CHECKING:
    from pathlib import Path

# Enough for a command and some targets; a person reads it in one line.
_LONGEST = 200


class Hold:
    """A hold that this process has, until `release`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def try_acquire(cls, file: Path) -> Self | None:
        """Give the hold of a file, or None if it is held, by this process or another.

        Raises `StorageError` if the file can't be made or its file system has no locks.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        try:
            descriptor = making_parent(file, lambda: os.open(file, flags, 0o666))
        except OSError as error:
            raise storage_error(error, "open", file) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            who = _myself()
            write_all(descriptor, who)
            # Cutting off what's left is several times faster than emptying the file first.
            os.ftruncate(descriptor, len(who))
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError as error:
            os.close(descriptor)
            raise storage_error(error, "lock", file) from error
        return cls(descriptor)

    def release(self) -> None:
        """Let go; doing so twice is no error."""
        if self._descriptor < 0:
            return
        descriptor, self._descriptor = self._descriptor, -1
        # Closing isn't enough when a child that was forked meanwhile has the descriptor, too.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def holder(file: Path) -> str:
    """Say who took a hold last, as `pid 123 (pivot run train)`, or "another process"."""
    try:
        with file.open("rb") as stream:
            text = stream.read(2 * _LONGEST).decode(errors="replace").strip()
    except OSError:
        text = ""
    return text or "another process"


def _myself() -> bytes:
    words = [os.path.basename(word) if at == 0 else word for at, word in enumerate(sys.argv)]  # noqa: PTH119 - argv[0] may be empty
    command = " ".join("".join(c if c.isprintable() else "?" for c in word) for word in words)
    text = f"pid {os.getpid()} ({command[:_LONGEST]})"
    return text.encode(errors="replace") + b"\n"
