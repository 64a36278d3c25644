"""What does it cost a stage to be watched? Prints how much longer it takes than without.

Each workload runs alternately with and without a `Tracer`, in a project of its own; compared is the
least CPU time of either. `calls` is what stages do most: it calls functions of the project, in a
loop. `objects` makes and compares instances, `files` opens a thousand files. Run it on a quiet
machine: `make bench`.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.discovery import importing
from pivot.tracing import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 9
SOURCE = """
import pathlib

def add(x, y):
    return x + y

def calls():
    total = 0
    for number in range(2_000_000):
        total = add(total, number)
    return total

class Point:
    def __init__(self, x):
        self.x = x
    def __lt__(self, other):
        return self.x < other.x

def objects():
    return min(Point(number * 7919 % 104_729) for number in range(500_000)).x

def files():
    return sum(len(path.read_text()) for path in pathlib.Path("many").iterdir())
"""


def main() -> None:
    """Print a line for each workload."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory).resolve()
        (root / "workloads.py").write_text(SOURCE)
        (root / "many").mkdir()
        for number in range(1000):
            (root / "many" / f"{number}.txt").write_text("some text\n" * 100)
        os.chdir(root)
        with importing(root):
            module = importlib.import_module("workloads")
            for name in ("calls", "objects", "files"):
                bare, traced = compare(getattr(module, name), root)
                sys.stdout.write(f"{name:8} {100 * (traced / bare - 1):+6.1f} %\n")


def compare(workload: Callable[[], object], root: Path) -> tuple[float, float]:
    """Give the least CPU seconds of a workload without and with a tracer."""
    bare, traced = [], []
    for _ in range(ROUNDS):
        bare.append(seconds(workload))
        tracer = Tracer(root)
        started = time.process_time()
        tracer.start()
        workload()
        tracer.stop()
        traced.append(time.process_time() - started)
    return min(bare), min(traced)


def seconds(workload: Callable[[], object]) -> float:
    """Give the CPU seconds of one call."""
    started = time.process_time()
    workload()
    return time.process_time() - started


if __name__ == "__main__":
    main()
