"""How long does `pivot run` take when there is nothing to do? Prints it in starts of Python.

A pipeline of 176 stages that imports pandas is run until it is up to date; then `pivot run` and
`python -c pass` are timed in turn, and the least of each are compared: by the snapshot, and by a
full pass, for which the snapshot is deleted each time. Run it on a quiet machine: `make bench`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
STAGES = 176
PIPELINE = """
from typing import Annotated

import pandas

from pivot import loaders, outputs
from pivot.registry import REGISTRY


def stage(
    data: Annotated[list, outputs.Dep("raw.json", loaders.JSON())],
) -> Annotated[int, outputs.Out("unused.json", loaders.JSON())]:
    return sum(data)


for number in range({stages}):
    REGISTRY.register(stage, name=f"stage_{{number}}", outs={{"return": f"out/{{number}}.json"}})
"""
PIVOT = (str(Path(sys.executable).with_name("pivot")), "run", "--quiet")
PYTHON = (sys.executable, "-c", "pass")


def main() -> None:
    """Print a line for the snapshot and one for the full pass."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory).resolve()
        os.chdir(root)
        (root / "pipeline.py").write_text(PIPELINE.format(stages=STAGES))
        (root / "raw.json").write_text("[1, 2, 3]")
        for _ in range(3):
            subprocess.run(PIVOT, check=True)
        snapshot = root / ".pivot" / "snapshot"
        bare, answered, full = [], [], []
        for _ in range(ROUNDS):
            bare.append(seconds(PYTHON))
            answered.append(seconds(PIVOT))
            snapshot.unlink()
            full.append(seconds(PIVOT))
        report("by the snapshot", min(answered), min(bare))
        report("by a full pass", min(full), min(bare))


def seconds(command: tuple[str, ...]) -> float:
    """Give the time that a command takes."""
    started = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - started


def report(what: str, taken: float, bare: float) -> None:
    """Print one comparison."""
    sys.stdout.write(f"{what:16} {taken / bare:6.2f} starts of Python ({1000 * taken:.0f} ms)\n")


if __name__ == "__main__":
    main()
