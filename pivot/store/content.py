"""What a file or a directory *is* (`Content`) and how it *looks* to `stat` (`Signature`).

`Content` is compared to decide; `Signature` is compared to find out whether a content that was
hashed earlier can still be trusted without reading it again. Example: `Content("ef46db3751d8e999",
0)` is the empty file. Tests: tests/store/test_content.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os


@dataclass(frozen=True, slots=True)
class Content:
    """The identity of an artifact's content."""

    #: Of a file: the hash of its bytes. Of a directory: the hash of its listing.
    hash: str
    #: In bytes; of a directory, the sum over its files.
    size: int
    executable: bool = False
    directory: bool = False


@dataclass(frozen=True, slots=True)
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

    def same_data(self, other: Signature) -> bool:
        """Say whether it is the same file with the same bytes, its mode and links left aside.

        Giving a file another mode or a second name changes its ctime, and nothing else here.
        """
        mine = (self.inode, self.size, self.mtime_ns)
        return mine == (other.inode, other.size, other.mtime_ns)
