"""The parts of the benchmark, each of which can be measured alone, in the order of a whole run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measures.data import BYTES, FILES, measure_data
from benchmarks.measures.embedding import measure_edits, measure_overhead
from benchmarks.measures.large_files import measure_hashing
from benchmarks.measures.locks import measure_dvc_lock, measure_locks
from benchmarks.measures.pipelines import (
    measure_dvc,
    measure_heavy,
    measure_loop,
    measure_others,
    measure_pivot,
)
from benchmarks.measures.startup import measure_startup

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measures.bench import Bench
    from benchmarks.options import Options
    from benchmarks.tools.peers import Peers

    type Part = Callable[[Bench, Options, Peers | None], None]

#: Beyond, the overhead of a stage says no more than the cold run.
_LARGEST_WARM = 1000
_HERE = Path(__file__).resolve().parent
_SCRIPTS = ("tracing.py", "manifests.py")


def _startup(bench: Bench, _options: Options, peers: Peers | None) -> None:
    measure_startup(bench, peers)


def _data(bench: Bench, options: Options, _peers: Peers | None) -> None:
    for size in options.bytes:
        measure_hashing(bench, size)
        measure_data(bench, BYTES, size)
    for size in options.files:
        measure_data(bench, FILES, size)


def _pandas(bench: Bench, options: Options, _peers: Peers | None) -> None:
    measure_edits(bench)
    measure_heavy(bench, options.sizes[0])


def _stages(bench: Bench, options: Options, _peers: Peers | None) -> None:
    for size in options.sizes:
        measure_loop(bench, size)
        pivot = measure_pivot(bench, size)
        measure_locks(bench, pivot)
        if size <= _LARGEST_WARM:
            measure_overhead(bench, pivot)


def _others(bench: Bench, options: Options, peers: Peers | None) -> None:
    jobs = os.process_cpu_count() or 1
    others = {"make": ["make", f"-j{jobs}"]} if shutil.which("make") else {}
    if peers is not None:
        others["doit"] = [peers.command("doit")]
        for size in options.sizes:
            dvc = measure_dvc(bench, size, peers)
            if size == options.sizes[0]:
                measure_dvc_lock(bench, dvc, peers)
    measure_others(bench, options.sizes[0], others)


def _scripts(bench: Bench, _options: Options, _peers: Peers | None) -> None:
    for script in _SCRIPTS:
        bench.say(script)
        command = [sys.executable, str(_HERE / script)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        bench.board.texts[script] = done.stdout


PARTS: dict[str, Part] = {
    "startup": _startup,
    "data": _data,
    "pandas": _pandas,
    "stages": _stages,
    "peers": _others,
    "scripts": _scripts,
}
