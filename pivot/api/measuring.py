"""Metrics: what they are, how they differ between revisions, and how they went.

Example: `diff_metrics(old="HEAD~1").changes`. Tests: tests/cli/commands/test_metrics.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.api.opening import open_session
from pivot.engine.parameters import Side
from pivot.metrics import compare
from pivot.past.courses import MetricsHistory, courses
from pivot.past.measured import FileChanges, Measured, Metrics, MetricsDiff
from pivot.past.measuring import Measurer
from pivot.past.revision import Revision
from pivot.vcs import Repository

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pivot.api.opening import Root
    from pivot.past.measuring import State
    from pivot.plugins import PluginHost
    from pivot.registry import Registry

_WORKSPACE = "workspace"


def show_metrics(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    rev: str | None = None,
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> Metrics:
    """Give the metrics of the workspace, or of a revision.

    Args:
        root: the project's directory, or one inside it.
        targets: names of stages, paths of files, names of metrics, `path:name`, or globs of these;
            all that stages declare by default.
        rev: a revision, as git understands it.
        registry: the stages, instead of those that `pipeline.py` registers.
        plugins: a plugin host; a new one by default.

    Raises:
        GitError: there is no repository, or no such revision.
        UsageError: a target means nothing.
        PivotError: for whatever is wrong with the pipeline.
    """
    with open_session(root, registry, {}, plugins) as session:
        measurer = Measurer(session, targets)
        side, state = _state(measurer, session.root, rev)
        if not state.problems and not state.absent:
            measurer.require_met()
    metrics = [
        Measured(path, measurer.stage(path), name, value, measurer.better(path, name))
        for path, values in state.values.items()
        for name, value in values.items()
    ]
    return Metrics(side, tuple(metrics), tuple(state.problems.values()), state.absent)


def _state(measurer: Measurer, root: Path, rev: str | None) -> tuple[Side, State]:
    if rev is None:
        return Side(_WORKSPACE), measurer.workspace()
    revision = Revision(Repository.find(root), rev)
    return Side(rev, revision.commit), measurer.at(revision)


def diff_metrics(
    root: Root = None,
    *,
    old: str = "HEAD",
    new: str | None = None,
    targets: Sequence[str] = (),
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> MetricsDiff:
    """Compare the metrics of two revisions, or of one and the workspace if `new` is None.

    Else it takes and raises what `show_metrics` does.
    """
    with open_session(root, registry, {}, plugins) as session:
        # Before the pipeline is imported: a mistyped revision is told at once.
        repository = Repository.find(session.root)
        revisions = [Revision(repository, rev) for rev in (old, new) if rev is not None]
        measurer = Measurer(session, targets)
        sides = [Side(revision.name, revision.commit) for revision in revisions]
        states = measurer.at_each(revisions)
        if new is None:
            sides.append(Side(_WORKSPACE))
            states.append(measurer.workspace())
        before, after = states
        problems = {**before.problems, **after.problems}
        if not problems:
            measurer.require_met()
    files = [
        FileChanges(
            path,
            measurer.stage(path),
            tuple(
                compare(
                    before.values.get(path, {}), after.values.get(path, {}), measurer.ways(path)
                )
            ),
        )
        for path in dict.fromkeys([*after.values, *before.values])
        if not any(path == other or path.startswith(f"{other}/") for other in problems)
    ]
    return MetricsDiff(sides[0], sides[1], tuple(files), tuple(problems.values()))


def metrics_history(
    names: Sequence[str],
    root: Root = None,
    *,
    limit: int | None = None,
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> MetricsHistory:
    """Give what metrics were at the last commits that changed the locks of their stages.

    Args:
        names: what `show_metrics` calls targets.
        root: the project's directory, or one inside it.
        limit: how many commits to go back at most.
        registry: the stages, instead of those that `pipeline.py` registers.
        plugins: a plugin host; a new one by default.

    Raises what `show_metrics` does.
    """
    with open_session(root, registry, {}, plugins) as session:
        return courses(session, Repository.find(session.root), names, limit)
