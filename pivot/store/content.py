"""What a file or a directory *is* (`Content`) and how it *looks* to `stat` (`Signature`).

`Content` is compared to decide; `Signature` is compared to find out whether a content that was
hashed earlier can still be trusted without reading it again. Example: `Content("ef46db3751d8e999",
0)` is the empty file. Tests: tests/store/test_content.py.
"""

from __future__ import annotations

from pivot.frozen import frozen
from pivot.signature import Signature

__all__ = ["Content", "Signature"]


@frozen
class Content:
    """The identity of an artifact's content."""

    #: Of a file: the hash of its bytes. Of a directory: the hash of its listing.
    hash: str
    #: In bytes; of a directory, the sum over its files.
    size: int
    executable: bool = False
    directory: bool = False
