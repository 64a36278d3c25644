"""Measure the executors beside one another, and print one table: `python -m benchmarks.executors`.

Each figure is the least of several rounds, in which the executors take turns; each time in a new
process. `interpreters` needs Python 3.14. docs/executors.md has the table of one machine.

Tests: tests/benchmarks/test_executors.py.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring.scripts import run_script
from benchmarks.reporting.circumstances import look_around

_STEPS = """
from pathlib import Path

BUSY = {busy}

def idle():
    Path("idle.txt").write_text("done")

def busy():
    total = 0
    for number in range({loops}):
        total += number % 7
"""
_HEADER = """
| executor | from nothing to the first result | per stage, warm | {jobs} busy stages at once | \
memory per worker |
| --- | --- | --- | --- | --- |
"""

#: What was measured of one executor: seconds, and bytes.
type Figures = dict[str, float | None]


def main() -> None:
    """Measure, and print the table."""
    options = _options()
    names = ["inline", "loky"]
    if sys.version_info >= (3, 14):
        names.append("interpreters")
    rounds: dict[str, list[Figures]] = {name: [] for name in names}
    for _ in range(options.rounds):
        for name in names:
            rounds[name].append(_measured(name, options))
    around = look_around()
    sys.stdout.write(
        f"{around.date}: {around.processor}, {around.processors} processors, {around.system}, "
        f"load {around.load:.1f}; Python {around.python}, Pivot {around.pivot}.\n"
    )
    sys.stdout.write(_HEADER.format(jobs=options.jobs))
    for name, found in rounds.items():
        sys.stdout.write(_row(name, _least(found)))
    if "interpreters" not in names:
        sys.stderr.write("interpreters: not measured, since that needs Python 3.14\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured")
    parser.add_argument("--jobs", type=int, default=2, help="how many stages run at once")
    parser.add_argument("--stages", type=int, default=200, help="how many stages one after another")
    parser.add_argument("--loops", type=int, default=30_000_000, help="what a busy stage does")
    return parser.parse_args()


def _measured(name: str, options: argparse.Namespace) -> Figures:
    with tempfile.TemporaryDirectory(prefix="pivot-bench-") as directory:
        steps = Path(directory, "steps.py")
        steps.write_text(_STEPS.format(busy=options.jobs, loops=options.loops), "utf-8")
        words = ("use_executor.py", name, str(options.jobs), str(options.stages))
        return json.loads(run_script(*words, cwd=Path(directory)))


def _least(found: list[Figures]) -> Figures:
    known = {key: [one[key] for one in found] for key in found[0]}
    return {
        key: min((value for value in values if value is not None), default=None)
        for key, values in known.items()
    }


def _row(name: str, figures: Figures) -> str:
    start, stage, busy, memory = (figures[key] for key in ("start", "stage", "busy", "memory"))
    shown = [
        "" if value is None else text.format(value * scale)
        for value, text, scale in (
            (start, "{:.0f} ms", 1e3),
            (stage, "{:.2f} ms", 1e3),
            (busy, "{:.2f} s", 1.0),
            (memory if name != "inline" else None, "{:.0f} MB", 1e-6),
        )
    ]
    return f"| `{name}` | {' | '.join(shown)} |\n"


if __name__ == "__main__":
    main()
