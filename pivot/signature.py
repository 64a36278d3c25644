"""How does a file look to `stat`? Its `Signature` changes whenever the file does, but for one case.

What was read of a file earlier can be trusted without reading it again as long as the signature is
the same - unless the file was *fresh* when it was read: before the clock ticks, it may be written
again and look the same. Example::

    Signature.of(os.stat(file)) == known  # and not is_fresh(...) when `known` was taken

Tests: tests/test_signature.py.
"""

from __future__ import annotations

import os

from pivot.frozen import frozen

#: Kernels stamp files with the time of their last tick, 1 to 10 ms apart; network servers no finer.
TICK_NS = 20_000_000


@frozen
class Signature:
    """What `stat` says of a file that changes whenever the file does (times in nanoseconds)."""

    mtime_ns: int
    size: int
    inode: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Signature:
        """Take the signature from a stat result."""
        return cls(status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns)

    @classmethod
    def at(cls, path: str | os.PathLike[str]) -> Signature | None:
        """Take the signature of what a path leads to now; None if there's nothing to be seen."""
        try:
            return cls.of(os.stat(path))  # noqa: PTH116 - asked for every source of a project
        except (OSError, ValueError):
            return None

    @property
    def changed_ns(self) -> int:
        """When the file, or what is known of it, changed last."""
        return max(self.mtime_ns, self.ctime_ns)

    def same_data(self, other: Signature) -> bool:
        """Say whether it is the same file with the same bytes, its mode and links left aside.

        Giving a file another mode or a second name changes its ctime, and nothing else here.
        """
        mine = (self.inode, self.size, self.mtime_ns)
        return mine == (other.inode, other.size, other.mtime_ns)


def is_fresh(stamp_ns: int, now_ns: int) -> bool:
    """Say whether a file stamped so may be written again at `now`, or later, and look the same."""
    return stamp_ns > now_ns - TICK_NS
