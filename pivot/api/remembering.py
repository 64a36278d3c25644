"""The runs of a project that are over: what ran when, for how long, why, and with which result.

Nothing of the engine is needed for that, so that a shell can complete runs, too. Example:
`history()[0].counts`. Tests: tests/test_api_remembering.py.
"""

from __future__ import annotations

import contextlib
import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.config import load_settings
from pivot.engine.history import History
from pivot.engine.remains import take_over
from pivot.errors import UsageError
from pivot.paths import find_root
from pivot.store.layout import Layout
from pivot.store.names import read_names
from pivot.store.state import State
from pivot.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pivot.api.opening import Root
    from pivot.engine.history import RunRecord

_LAST = "last"
_GLOB_SIGNS = "*?["


def history(root: Root = None, *, stages: Sequence[str] = ()) -> tuple[RunRecord, ...]:
    """Give the runs that are kept, the last one first. The pipeline is not imported.

    Args:
        root: the project's directory, or one inside it.
        stages: names or globs; only runs that found one of these out of date are given.

    Raises `UsageError` for a name that no stage has, now or in a run that is kept.
    """
    layout = Layout(find_root(Path(root) if root is not None else Path.cwd()))
    if not layout.state.exists():
        return ()
    most = load_settings(layout.root).history_runs
    with contextlib.closing(State.open(layout.state)) as state:
        take_over(layout, state, most)
        kept = History(state.history, most).runs()
    known = {stage.name for run in kept for stage in run.stages}
    _require_known(stages, known.union(read_names(layout).stages))
    return tuple(run for run in kept if not stages or _concerns(run, stages))


def _require_known(stages: Sequence[str], known: Collection[str]) -> None:
    """Raise `UsageError` for what is neither a glob nor a stage, now or in a run that is kept."""
    for name in stages:
        if name not in known and not any(sign in name for sign in _GLOB_SIGNS):
            hint = suggestion(name, sorted(known), "stages")
            raise UsageError(f"there is no stage called {name!r}", hint=hint)


def past_run(run: str | int = _LAST, root: Root = None) -> RunRecord:
    """Give one run: by its number, as the last one, or counted from the end: -2 is the one before.

    Raises `UsageError` if there is none, with those that there are.
    """
    kept = history(root)
    if not kept:
        raise UsageError("no run is kept yet", hint="runs that find nothing to do are not")
    number = _number(run)
    if number < 0 and -number <= len(kept):
        return kept[-number - 1]
    for one in kept:
        if one.number == number:
            return one
    raise UsageError(
        f"there is no run {run}",
        hint=f"the runs that are kept have the numbers {kept[-1].number} to {kept[0].number}",
    )


def _number(run: str | int) -> int:
    if run == _LAST:
        return -1
    try:
        return int(run)
    except ValueError:
        near = suggestion(str(run), [_LAST], "runs")
        hint = near or "name one by its number, as 'last', or as -1, -2, ..."
        raise UsageError(f"{run!r} is no run", hint=hint) from None


def _concerns(run: RunRecord, stages: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(stage.name, wanted) for stage in run.stages for wanted in stages)
