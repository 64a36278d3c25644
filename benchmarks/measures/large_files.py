"""How fast a large file is hashed, with each algorithm.

It lies in the page cache and is hashed in turns with a plain read of it, into one buffer again and
again: the fastest read there is. All are given in bytes a second.
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

_BUFFER = 1 << 20
_ROUNDS = 9


def measure_hashing(bench: Bench, size: int) -> None:
    """Measure a file of a size."""
    file = bench.directory / "large.bin"
    write_bytes(file, size)
    acts = {
        "bare": lambda: _read(file),
        "xxh64": lambda: hash_file(file, "xxh64"),
        "xxh3_128": lambda: hash_file(file, "xxh3_128"),
    }
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(_ROUNDS):
        for name, act in acts.items():
            taken[name].append(_seconds(act))
    file.unlink()
    rates = {name: Figure(size / min(found), rounds=_ROUNDS) for name, found in taken.items()}
    for row, algorithm in (("hashing", "xxh64"), ("hashing-wide", "xxh3_128")):
        bench.note(row, ("bare", size), rates["bare"])
        bench.note(row, ("pivot", size), rates[algorithm])


def _read(file: Path) -> None:
    buffer = bytearray(_BUFFER)
    with file.open("rb", buffering=0) as stream:
        while stream.readinto(buffer):
            pass


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
