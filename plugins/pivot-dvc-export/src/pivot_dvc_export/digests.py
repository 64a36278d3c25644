"""What is a file, or a directory, to DVC? Its MD5, its size, and what must lie in the cache for it.

DVC 3 takes the MD5 of a file's bytes. Of a directory it takes that of a list, as JSON, of the MD5s
of all files in it with their relative paths, sorted by these, and adds `.dir`; the list itself lies
in the cache beside the files. See `dvc.org/doc/user-guide/project-structure/internal-files`.
Example: `digest(Path("raw.txt")).md5`. Tests: tests/test_digests.py.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DIRECTORY = ".dir"


@dataclass(frozen=True, slots=True)
class Digest:
    """A file or a directory as DVC knows it."""

    #: 32 hexadecimal digits, of a directory with `.dir` behind.
    md5: str
    #: In bytes; of a directory that of all its files.
    size: int
    #: Of a directory: the number of its files.
    count: int | None
    #: Of a file: whether its owner may execute it.
    executable: bool
    #: MD5 -> what lies in the cache under it: a file, or the bytes of a directory's list.
    contents: Mapping[str, Path | bytes]


def digest(path: Path) -> Digest:
    """Give the digest of a file or directory; links are followed. Raises `OSError`."""
    if not path.is_dir():
        md5, status = md5_of(path), path.stat()
        return Digest(md5, status.st_size, None, bool(status.st_mode & 0o100), {md5: path})
    files = sorted(file for file in path.rglob("*", recurse_symlinks=True) if file.is_file())
    named = {file.relative_to(path).as_posix(): (md5_of(file), file) for file in files}
    listed = json.dumps([{"md5": named[name][0], "relpath": name} for name in sorted(named)])
    data = listed.encode()
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest() + DIRECTORY
    size = sum(file.stat().st_size for file in files)
    return Digest(md5, size, len(files), False, {**dict(named.values()), md5: data})


def md5_of(file: Path) -> str:
    """Give the MD5 of a file's bytes; it is read in pieces."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
