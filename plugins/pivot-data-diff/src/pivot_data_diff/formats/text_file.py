"""How the bytes of a text file become text: compression, byte-order marks, encodings.

A file is UTF-8 unless a byte-order mark says UTF-16 or UTF-32. What is not UTF-8 is taken for
Windows-1252, and if it's not that either, for Latin-1, in which every byte is a character; so two
files can always be compared. Example: `with TextFile(path).open() as stream: ...`
Tests: tests/formats/test_text_file.py.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from pivot_data_diff.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_GZIP = b"\x1f\x8b"
# The mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: What reading a damaged archive raises.
DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error)


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file, and how its bytes are to be read."""

    path: Path
    encoding: str

    def open(self) -> IO[str]:
        """Open it; line ends are left as they are."""
        return io.TextIOWrapper(open_bytes(self.path), self.encoding, newline="")


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file to be read, uncompressed; raises `OSError`."""
    stream = path.open("rb")
    if stream.peek(2)[:2] != _GZIP:
        return stream
    stream.close()
    return cast("IO[bytes]", gzip.open(path))


def marked_encoding(path: Path) -> str | None:
    """Give the encoding that a byte-order mark says, or None if there's none."""
    with open_bytes(path) as stream:
        start = stream.read(4)
    return next((name for mark, name in _MARKS if start.startswith(mark)), None)


def read_text_file[T](path: Path, read: Callable[[TextFile], T]) -> T:
    """Give what `read` makes of a file, in the first encoding in which all of it is text.

    Raises `FormatError` if the file is damaged.
    """
    try:
        marked = marked_encoding(path)
        if marked:
            return read(TextFile(path, marked))
        for encoding in ("utf-8", "cp1252"):
            with contextlib.suppress(UnicodeDecodeError):
                return read(TextFile(path, encoding))
        return read(TextFile(path, "latin-1"))
    except UnicodeDecodeError as error:
        problem = f"the file is not {error.encoding}, as its byte-order mark says"
        raise FormatError(problem) from error
    except DAMAGED as error:
        raise FormatError(f"the file is not sound gzip: {error}") from error
