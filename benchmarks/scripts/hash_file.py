"""Hashes the file that is named, in turns with a plain read; prints the least seconds of each.

The read is into one buffer again and again, as no read is faster.
"""

from __future__ import annotations

import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.hashing import hash_file

if TYPE_CHECKING:
    from collections.abc import Callable

_BUFFER = 1 << 20


def main(file: Path, rounds: int) -> None:
    """Measure all ways."""
    acts: dict[str, Callable[[], object]] = {
        "read": partial(_read, file),
        "xxh64": partial(hash_file, file, "xxh64"),
        "xxh3_128": partial(hash_file, file, "xxh3_128"),
    }
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            begun = time.perf_counter()
            act()
            taken[name].append(time.perf_counter() - begun)
    least = {name: min(seconds) for name, seconds in taken.items()}
    sys.stdout.write(f"{json.dumps(least)}\n")


def _read(file: Path) -> None:
    buffer = bytearray(_BUFFER)
    with file.open("rb", buffering=0) as stream:
        while stream.readinto(buffer):
            pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
