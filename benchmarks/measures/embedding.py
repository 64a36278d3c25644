"""What Pivot costs in a process that stays: per stage, and from an edit to its result.

The workers are warm from the second run on. What a stage costs is measured with a layered pipeline,
all of whose stages run; what an edit costs, with a small pipeline of data frames, against a new
process that does the same work without Pivot.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from benchmarks.measuring.figures import Figure
from benchmarks.measuring.processes import measure
from benchmarks.measuring.scripts import run_script

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.measures.bench import Bench
    from benchmarks.measuring.rounds import Rounds
    from benchmarks.tools.pivot import Pivot

_ROWS = 1000
_PLAIN = """
import pandas


def clean(raw):
    return raw.dropna()


def total(clean):
    return clean.groupby("key", as_index=False).sum() * 1


if __name__ == "__main__":
    clean(pandas.read_csv("raw.csv")).to_csv("clean.csv", index=False)
    total(pandas.read_csv("clean.csv")).to_csv("total.csv", index=False)
"""
_PIPELINE = """
from typing import Annotated

import pandas

from pivot import loaders, outputs
from pivot.registry import REGISTRY


def clean(
    raw: Annotated[pandas.DataFrame, outputs.Dep("raw.csv", loaders.CSV())],
) -> Annotated[pandas.DataFrame, outputs.Out("clean.csv", loaders.CSV())]:
    return raw.dropna()


def total(
    clean: Annotated[pandas.DataFrame, outputs.Dep("clean.csv", loaders.CSV())],
) -> Annotated[pandas.DataFrame, outputs.Out("total.csv", loaders.CSV())]:
    return clean.groupby("key", as_index=False).sum() * 1


REGISTRY.register(clean)
REGISTRY.register(total)
"""


def measure_overhead(bench: Bench, pivot: Pivot) -> None:
    """Measure what each executed stage costs, less what a loop of the same functions takes."""
    found = _run("run_all_again.py", pivot.root, bench.rounds)
    loop = bench.board.get("overhead", ("bare", pivot.pipeline.stages))
    spent = min(found) / pivot.pipeline.stages - (loop.value if loop else 0.0)
    figure = Figure(spent, rounds=len(found))
    bench.note("overhead", ("pivot", pivot.pipeline.stages), figure)


def measure_edits(bench: Bench) -> None:
    """Measure how long it takes from an edit to the result."""
    root = bench.directory / "frames"
    root.mkdir()
    (root / ".pivot").mkdir()
    rows = "".join(f"{'abc'[number % 3]},{number}\n" for number in range(_ROWS))
    (root / "raw.csv").write_text(f"key,value\n{rows}")
    (root / "pipeline.py").write_text(_PIPELINE.lstrip())
    (root / "plain.py").write_text(_PLAIN.lstrip())
    found = _run("edit_and_run.py", root, bench.rounds)
    bench.note("edit", ("pivot", 2), Figure(min(found), rounds=len(found)))
    # The other one has left its last edit.
    (root / "pipeline.py").write_text(_PIPELINE.lstrip())
    saved = _run("watch_and_edit.py", root, bench.rounds)
    bench.note("watch", ("pivot", 2), Figure(min(saved), rounds=len(saved)))
    bare = bench.rounds.least({"bare": lambda _: measure([sys.executable, "plain.py"], root)})
    bench.note("edit", ("bare", 2), bare["bare"])
    bench.note("watch", ("bare", 2), bare["bare"])


def _run(script: str, root: Path, rounds: Rounds) -> list[float]:
    return json.loads(run_script(script, str(rounds.most), str(rounds.seconds), cwd=root))
