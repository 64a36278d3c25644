"""What a process writes down while it works, so that something is known of it if it is killed.

A *journal* is a file that whoever writes it holds by the kernel's `flock`: one that nobody holds
was left behind by a process that is gone. Nothing is forced to the disk. Example::

    journal = Journal.begin(layout.runs / f"1{SUFFIX}", b"a line")
    journal.add(b", and another")
    journal.end()  # all is known elsewhere: the file is removed

Tests: tests/store/test_journal.py.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, Self

from pivot.store.atomic import beside, create, removing, write_all

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".journal"


class Journal:
    """A journal of this process, until `end` or `leave`."""

    def __init__(self, file: Path, descriptor: int) -> None:
        self._file = file
        self._descriptor = descriptor

    @classmethod
    def begin(cls, file: Path, data: bytes) -> Self:
        """Begin a journal with some bytes; raise `OSError` if it can't be made."""
        temporary = beside(file)
        with removing(temporary):
            descriptor = create(temporary)
            try:
                # Before it gets its name: nobody may find it while it isn't held.
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                write_all(descriptor, data)
                temporary.rename(file)
            except BaseException:
                os.close(descriptor)
                raise
        return cls(file, descriptor)

    def add(self, data: bytes) -> None:
        """Write more; raise `OSError`."""
        write_all(self._descriptor, data)

    def end(self) -> None:
        """Remove it, and let go; doing so twice is no error."""
        if self._descriptor >= 0:
            self._file.unlink(missing_ok=True)
            self.leave()

    def leave(self) -> None:
        """Let go, as the kernel does if the process is killed; doing so twice is no error."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            # Closing isn't enough when a child that was forked meanwhile has the descriptor, too.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)


def left_behind(directory: Path) -> list[Path]:
    """Give the journals in a directory that nobody writes any more, in the order of their names."""
    if not directory.is_dir():
        return []
    names = sorted(name for name in os.listdir(directory) if name.endswith(SUFFIX))  # noqa: PTH208 - the names are all that counts
    return [directory / name for name in names if not _is_held(directory / name)]


def _is_held(file: Path) -> bool:
    with file.open("rb") as stream:
        try:
            # Shared, so that two who look don't take each other for its writer.
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
