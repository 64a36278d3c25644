"""How bytes get from one file into another: by reference, by a second name, or one by one.

A *way* is one of `reflink` (the two share blocks until one is written to; btrfs, xfs, APFS),
`hardlink` (two names of one file) and `copy`. Which ways a file system has shows only when they are
tried. Example: `reflink(source, target) or copy(source, target)` on two open files. Tests:
tests/store/test_clone.py.
"""

from __future__ import annotations

import errno
import fcntl
import os
from typing import Literal

from pivot.errors import ConfigError

type Way = Literal["reflink", "hardlink", "copy"]
WAYS: tuple[Way, ...] = ("reflink", "hardlink", "copy")

# From linux/fs.h; other systems refuse it as an ioctl they don't know.
_FICLONE = 0x40049409
_CHUNK = 1 << 20
#: What a system answers when a way is closed between these two files, though copying may be open.
_CLOSED = frozenset(
    {
        errno.EXDEV,
        errno.EOPNOTSUPP,
        errno.ENOTTY,
        errno.EINVAL,
        errno.ENOSYS,
        errno.EPERM,
        errno.EACCES,
        errno.EMLINK,
    }
)


def is_closed(error: OSError) -> bool:
    """Say whether an error means: not this way, try the next."""
    return error.errno in _CLOSED


class Ways:
    """The ways that are wanted, in order; `copy` is always the last."""

    def __init__(self, names: tuple[str, ...]) -> None:
        unknown = [name for name in names if name not in WAYS]
        if unknown:
            raise ConfigError(
                f"cache.link: {unknown[0]!r} is no way to link a file",
                hint=f"the ways are {', '.join(WAYS)}",
            )
        wanted: list[Way] = [way for name in names for way in WAYS if way == name]
        wanted.append("copy")
        self._wanted = tuple(dict.fromkeys(wanted))
        self._unshared: set[int] = set()

    def between(self, device: int) -> tuple[Way, ...]:
        """Give the ways that may be open between files of a device (`st_dev`) and the cache."""
        if device not in self._unshared:
            return self._wanted
        return tuple(way for way in self._wanted if way != "reflink")

    def no_sharing(self, device: int) -> None:
        """Note that files of a device can't share blocks with the cache, to try it only once."""
        self._unshared.add(device)


def reflink(source: int, target: int) -> bool:
    """Make an open file share the blocks of another, or say that it can't be done here."""
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError as error:
        if is_closed(error):
            return False
        raise
    return True


def copy(source: int, target: int) -> None:
    """Write all of an open file to an empty one; raise `OSError`."""
    os.lseek(source, 0, os.SEEK_SET)
    if not _copy_in_kernel(source, target):
        while chunk := os.read(source, _CHUNK):
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(target, rest) :]


def _copy_in_kernel(source: int, target: int) -> bool:
    """Copy without passing through this process, if the system can; both positions move along."""
    if not hasattr(os, "copy_file_range"):  # not Linux
        return False
    try:
        while os.copy_file_range(source, target, 1 << 30):
            pass
    except OSError as error:
        if is_closed(error):
            return False
        raise
    return True
