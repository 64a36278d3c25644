"""How Pivot names content: the hash of bytes and of files, as lower-case hexadecimal text.

`xxh64` (16 digits) is the default; `xxh3_128` (32 digits) is for projects that share one cache
widely. Neither is meant to resist an attacker: they tell changed content from unchanged.
Source: the xxHash specification, by way of the `xxhash` package. Example::

    hash_bytes(b"")  # 'ef46db3751d8e999'

Tests: tests/test_hashing.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, get_args

import xxhash

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

type Algorithm = Literal["xxh64", "xxh3_128"]

ALGORITHMS: tuple[str, ...] = get_args(Algorithm.__value__)
DEFAULT_ALGORITHM: Algorithm = "xxh64"

_CONSTRUCTORS: dict[str, Callable[[], xxhash.xxh64 | xxhash.xxh3_128]] = {
    "xxh64": xxhash.xxh64,
    "xxh3_128": xxhash.xxh3_128,
}
# Half the time that it takes to make a hasher, feed it and ask it.
_DIGESTS: dict[str, Callable[[bytes], str]] = {
    "xxh64": xxhash.xxh64_hexdigest,
    "xxh3_128": xxhash.xxh3_128_hexdigest,
}
# Reads of this size keep the per-call cost below the cost of hashing, in a cache-friendly buffer.
_CHUNK = 1 << 20
_PAGE = 1 << 12


def hash_bytes(data: bytes, algorithm: Algorithm = DEFAULT_ALGORITHM) -> str:
    """Give the hash of some bytes."""
    return _DIGESTS[algorithm](data)


def hash_text(text: str, algorithm: Algorithm = DEFAULT_ALGORITHM) -> str:
    """Give the hash of a text, encoded as UTF-8 (lone surrogates pass through)."""
    return _DIGESTS[algorithm](text.encode("utf-8", "surrogatepass"))


def hash_file(path: Path, algorithm: Algorithm = DEFAULT_ALGORITHM) -> tuple[str, int]:
    """Give the hash and the size in bytes of what was read from a regular file.

    Raises `OSError` as `open` and `read` do.
    """
    hasher = _CONSTRUCTORS[algorithm]()
    size = 0
    with path.open("rb", buffering=0) as stream:
        # Clearing a whole chunk would cost more than all the rest, for a small file.
        expected = os.fstat(stream.fileno()).st_size
        buffer = memoryview(bytearray(min(_CHUNK, max(expected + 1, _PAGE))))
        while count := stream.readinto(buffer):
            hasher.update(buffer[:count])
            size += count
    return hasher.hexdigest(), size
