"""Does a file hold what it held? As far as a few parts of it can tell.

A *sample* is the hash of sixteen blocks of 64 KiB that are spread evenly over the file, from its
first byte to its last; of a file of up to 1 MiB it is the hash of all of it. Example::

    sample(blob, blob.stat().st_size)  # 'ef46db3751d8e999'

Tests: tests/store/test_sampling.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pivot.hashing import hash_bytes

if TYPE_CHECKING:
    from pathlib import Path

_BLOCKS = 16
_BLOCK = 1 << 16


def sample(file: Path, size: int) -> str:
    """Give the hash of the parts of a file that has so many bytes; raise `OSError`."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        parts = [os.pread(descriptor, _BLOCK, place) for place in _places(size)]
    finally:
        os.close(descriptor)
    return hash_bytes(b"".join(parts))


def _places(size: int) -> list[int]:
    if size <= _BLOCKS * _BLOCK:
        return [number * _BLOCK for number in range(_BLOCKS)]
    last = size - _BLOCK
    return [last * number // (_BLOCKS - 1) for number in range(_BLOCKS)]
