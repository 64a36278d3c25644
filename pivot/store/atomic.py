"""How a file gets its name: whole, or not at all.

A *temporary* is a hidden file beside its target, `.pivot-<random>.tmp`; the bytes go there, and a
rename gives them the target's name, so that a reader (or the next run after a `kill -9`) sees the
old file or the new one and nothing between. A killed process may leave a temporary behind: it is
never taken for content. Nothing is forced to the disk: after a power cut a file may be the old one.
Example: `write_atomically(Path("marker"), b"done")`. Tests: tests/store/test_atomic.py.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from typing import TYPE_CHECKING

from pivot.store.faults import storage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_TEMPORARY = re.compile(r"\.pivot-[0-9a-f]{16}\.tmp")
# What a rename answers when the target is a directory, or only one of the two is.
_IN_THE_WAY = frozenset({errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY, errno.EEXIST})


def beside(path: Path) -> Path:
    """Give a new name in the directory of `path`, hence in the same file system."""
    return path.with_name(f".pivot-{os.urandom(8).hex()}.tmp")


def is_temporary(name: str) -> bool:
    """Say whether a file of this name is a temporary, in use or left behind."""
    return _TEMPORARY.fullmatch(name) is not None


def create(path: Path, mode: int = 0o666) -> int:
    """Give a descriptor of a new file, opened to write and read; make its directory if need be.

    The process's umask applies to `mode`. Raises `OSError`; `FileExistsError` if it's there.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    return making_parent(path, lambda: os.open(path, flags, mode))


def making_parent[T](path: Path, act: Callable[[], T]) -> T:
    """Do something that needs the directory of `path`, which is made only if it's found missing."""
    try:
        return act()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return act()


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte: one `write` may take only a part."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_atomically(path: Path, data: bytes) -> None:
    """Make `path` a file of these bytes, replacing one that's there.

    Missing parent directories are made. Raises `StorageError`, and then `path` is as it was.
    """
    temporary = beside(path)
    try:
        with removing(temporary):
            descriptor = create(temporary)
            try:
                write_all(descriptor, data)
            finally:
                os.close(descriptor)
            temporary.replace(path)
    except OSError as error:
        raise storage_error(error, "write", path) from error


@contextlib.contextmanager
def removing(temporary: Path) -> Iterator[None]:
    """Remove a temporary, file or directory, when the block ends with any exception at all."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            remove(temporary)
        raise


def remove(path: Path) -> None:
    """Remove a file, a link, or a directory with all it holds; one that's absent is no error."""
    try:
        path.unlink(missing_ok=True)
    except (IsADirectoryError, PermissionError):  # macOS answers EPERM for a directory
        import shutil  # most runs remove no directory

        shutil.rmtree(path)


def swap_in(temporary: Path, target: Path) -> None:
    """Give a complete temporary, file or directory, its target's name, whatever is there now.

    What can't be replaced in one step (a directory that isn't empty) is moved aside first and
    removed last. Raises `OSError`; then the target is what it was.
    """
    try:
        temporary.replace(target)
    except OSError as error:
        if error.errno not in _IN_THE_WAY:
            raise
    else:
        # Renaming one hard link onto another of the same file does nothing, and says it did.
        temporary.unlink(missing_ok=True)
        return
    aside = beside(target)
    target.rename(aside)
    try:
        temporary.rename(target)
    except OSError:
        aside.rename(target)
        raise
    remove(aside)
