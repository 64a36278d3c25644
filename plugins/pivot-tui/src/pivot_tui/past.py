"""The runs before: what the selected stage came to in each, and how the runs went as a whole.

Example: `past(runs, "train")` has a line for each run that did something with `train`. Tests:
tests/test_past.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.cli.wording import duration
from pivot.events import Status
from pivot_tui.drawn import Drawn, Kind, drawn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pivot.api import RunRecord

_KINDS = {Status.FAILED: Kind.TROUBLE, Status.CANCELLED: Kind.DIM}
#: How many runs are shown as a whole.
_MOST = 50


def past(runs: Sequence[RunRecord], name: str) -> list[Drawn]:
    """Give the lines about a stage, and about all runs; the last run comes first."""
    if not runs:
        return [Drawn("No run is kept yet.", Kind.DIM)]
    of_stage = list(_of_stage(runs, name)) or [
        Drawn("  No run that is kept did anything with it.", Kind.DIM)
    ]
    return [drawn(name, Kind.TITLE), *of_stage, Drawn(""), *_of_all(runs)]


def _of_stage(runs: Sequence[RunRecord], name: str) -> Iterator[Drawn]:
    for run in runs:
        for stage in run.stages:
            if stage.name == name:
                took = duration(stage.seconds) if stage.seconds else ""
                why = stage.error or "; ".join(stage.reasons)
                line = f"  #{run.number:<5} {_when(run)}  {stage.status:<9} {took:>9}  {why}"
                yield drawn(line.replace("\n", " "), _KINDS.get(stage.status, Kind.PLAIN))


def _of_all(runs: Sequence[RunRecord]) -> Iterator[Drawn]:
    yield Drawn("All runs", Kind.TITLE)
    for run in runs[:_MOST]:
        counts = ", ".join(f"{count} {status}" for status, count in run.counts.items())
        stopped = "interrupted: " if run.interrupted else ""
        failed = run.counts.get(Status.FAILED)
        line = f"  #{run.number:<5} {_when(run)}  {stopped}{counts} in {duration(run.seconds)}"
        yield Drawn(line, Kind.TROUBLE if failed else Kind.PLAIN)


def _when(run: RunRecord) -> str:
    return run.began.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def usual(runs: Sequence[RunRecord]) -> dict[str, float]:
    """Give how long each stage took when it last ran."""
    return {
        stage.name: stage.seconds
        for run in reversed(runs)
        for stage in run.stages
        if stage.status is Status.RAN
    }
