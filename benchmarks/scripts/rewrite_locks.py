"""Reads and writes the lock files of the project in the working directory; prints the seconds."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from pivot.store.lock import read_lock, write_lock


def main(stages: int, rounds: int) -> None:
    """Measure several rounds."""
    files = sorted(Path(".pivot/stages").rglob("*.lock"))
    if len(files) != stages:
        sys.exit(f"there are {len(files)} lock files of {stages} stages")
    seconds: list[float] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        for file in files:
            lock = read_lock(file)
            if lock is not None:
                write_lock(file, lock)
        seconds.append(time.perf_counter() - begun)
    sys.stdout.write(f"{json.dumps(seconds)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
