"""How fast a large file is hashed, with each algorithm.

It lies in the page cache and is hashed in turns with a plain read of it (see the script). All are
given in bytes a second.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.measures.data import write_bytes
from benchmarks.measuring.figures import Figure
from benchmarks.measuring.scripts import run_script

if TYPE_CHECKING:
    from benchmarks.measures.bench import Bench


def measure_hashing(bench: Bench, size: int) -> None:
    """Measure a file of a size."""
    rounds = bench.rounds.most
    file = bench.directory / "large.bin"
    write_bytes(file, size)
    taken = json.loads(run_script("hash_file.py", str(file), str(rounds)))
    file.unlink()
    rates = {name: Figure(size / seconds, rounds=rounds) for name, seconds in taken.items()}
    for row, algorithm in (("hashing", "xxh64"), ("hashing-wide", "xxh3_128")):
        bench.note(row, ("bare", size), rates["read"])
        bench.note(row, ("pivot", size), rates[algorithm])
