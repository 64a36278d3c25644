"""How fast a large file is hashed.

It lies in the page cache and is hashed in turns with a plain read of it into one buffer of a size
that fits the processor's cache: the fastest read there is. Both are given in bytes a second.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.measures.data import write_bytes
from benchmarks.measuring.figures import Figure
from pivot.hashing import hash_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.measures.bench import Bench

_CHUNK = 1 << 18
_ROUNDS = 9


def measure_hashing(bench: Bench, size: int) -> None:
    """Measure a file of a size."""
    file = bench.directory / "large.bin"
    write_bytes(file, size)
    read, hashed = [], []
    for _ in range(_ROUNDS):
        read.append(_seconds(_read, file))
        hashed.append(_seconds(hash_file, file))
    file.unlink()
    bench.note("hashing", ("bare", size), Figure(size / min(read), rounds=_ROUNDS))
    bench.note("hashing", ("pivot", size), Figure(size / min(hashed), rounds=_ROUNDS))


def _read(file: Path) -> None:
    buffer = bytearray(_CHUNK)
    with file.open("rb", buffering=0) as stream:
        while stream.readinto(buffer):
            pass


def _seconds(act: Callable[[Path], object], file: Path) -> float:
    begun = time.perf_counter()
    act(file)
    return time.perf_counter() - begun
