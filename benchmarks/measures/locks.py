"""What it costs to write down that stages have run, and to read it again.

Pivot reads and writes the lock file of each stage, DVC rewrites its one `dvc.lock` as `dvc repro`
does after each stage, in its own process, without starting anything; DVC's reading isn't counted.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.measuring.figures import Figure
from benchmarks.measuring.scripts import run_script

if TYPE_CHECKING:
    from benchmarks.measures.bench import Bench
    from benchmarks.tools.dvc import Dvc
    from benchmarks.tools.peers import Peers
    from benchmarks.tools.pivot import Pivot


def measure_locks(bench: Bench, pivot: Pivot) -> None:
    """Measure Pivot's lock files of a project that has run."""
    stages = pivot.pipeline.stages
    words = str(stages), str(bench.rounds.most)
    seconds = json.loads(run_script("rewrite_locks.py", *words, cwd=pivot.root))
    bench.note("locks", ("pivot", stages), Figure(min(seconds), rounds=len(seconds)))


def measure_dvc_lock(bench: Bench, dvc: Dvc, peers: Peers) -> None:
    """Measure how DVC writes the `dvc.lock` of a project that has run."""
    seconds = run_script(
        "rewrite_dvc_lock.py",
        cwd=dvc.root,
        python=peers.command("python"),
        environment=peers.environment,
    )
    bench.note("locks", ("dvc", dvc.pipeline.stages), Figure(float(seconds)))
