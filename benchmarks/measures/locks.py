"""What it costs to write down that stages have run, and to read it again.

Pivot reads and writes the lock file of each stage, DVC rewrites its one `dvc.lock` as `dvc repro`
does after each stage, in its own process, without starting anything; DVC's reading isn't counted.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measuring.figures import Figure
from benchmarks.measuring.processes import measure
from pivot.store.lock import read_lock, write_lock

if TYPE_CHECKING:
    from benchmarks.measures.bench import Bench
    from benchmarks.tools.dvc import Dvc
    from benchmarks.tools.peers import Peers
    from benchmarks.tools.pivot import Pivot

_SCRIPT = Path(__file__).parent.parent / "scripts" / "rewrite_dvc_lock.py"


def measure_locks(bench: Bench, pivot: Pivot) -> None:
    """Measure Pivot's lock files of a project that has run."""
    files = sorted((pivot.root / ".pivot" / "stages").rglob("*.lock"))
    if len(files) != pivot.pipeline.stages:
        raise ValueError(f"{len(files)} lock files of {pivot.pipeline.stages} stages")
    seconds: list[float] = []
    for _ in range(bench.rounds.most):
        begun = time.perf_counter()
        for file in files:
            lock = read_lock(file)
            if lock is not None:
                write_lock(file, lock)
        seconds.append(time.perf_counter() - begun)
    figure = Figure(min(seconds), rounds=len(seconds))
    bench.note("locks", ("pivot", pivot.pipeline.stages), figure)


def measure_dvc_lock(bench: Bench, dvc: Dvc, peers: Peers) -> None:
    """Measure how DVC writes the `dvc.lock` of a project that has run."""
    command = [peers.command("python"), str(_SCRIPT)]
    use = measure(command, dvc.root, peers.environment)
    figure = Figure(float(use.output.splitlines()[-1]))
    bench.note("locks", ("dvc", dvc.pipeline.stages), figure)
