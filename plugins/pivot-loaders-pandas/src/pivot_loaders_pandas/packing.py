"""What compressed text files say when they are broken: cut off, or not compressed at all.

Tests: tests/test_csv_file.py, tests/test_json_lines_file.py.
"""

from __future__ import annotations

import contextlib
import lzma
import zlib
from typing import TYPE_CHECKING

from pivot.loaders import LoaderError

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator


@contextlib.contextmanager
def unpacking(path: pathlib.Path) -> Iterator[None]:
    """Turn what a decompressor says while `path` is read into a `LoaderError`."""
    try:
        yield
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise LoaderError(path, f"the compressed file is broken: {error}") from error
