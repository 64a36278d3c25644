"""The parameters of a pipeline: what its stages see, where that comes from, and what changed.

Example: `diff_params(old="HEAD~1").differences`. Tests: tests/test_api_parameters.py.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.api.opening import open_session
from pivot.engine.parameters import (
    ParamsDiff,
    ParamValue,
    Side,
    StageValues,
    differences,
)
from pivot.errors import UsageError
from pivot.paths import find_root
from pivot.stage import VARIANT_ARGUMENT
from pivot.stage_def import giver, seen_values
from pivot.stage_def.leaves import leaves
from pivot.store.layout import Layout
from pivot.store.lock import decode_lock
from pivot.vcs import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pivot.api.opening import Root
    from pivot.discovery.overrides import Origin, ParamPath
    from pivot.discovery.singles import Settings as ParamSettings
    from pivot.registry import Registry
    from pivot.stage import Stage
    from pivot.stage_def.leaves import Json

_WORKSPACE = "workspace"


def show_params(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    registry: Registry | None = None,
    params: ParamSettings = (),
) -> tuple[StageValues, ...]:
    """Give the values that stages would see now, each with its origin, in topological order.

    `targets` are names of stages, globs of them, or output paths; all stages by default. `params`
    overrides values, as for `run`. Raises `PivotError` for whatever is wrong with the pipeline.
    """
    with open_session(root, registry, {}, params=params) as session:
        chosen = frozenset(session.graph.select(targets) if targets else session.graph.order)
        return tuple(
            _values(session.stages[name], session.pipeline.origins.get(name, {}))
            for name in session.graph.order
            if name in chosen
        )


def _values(stage: Stage, origins: Mapping[ParamPath, Origin]) -> StageValues:
    return StageValues(
        stage.name,
        tuple(
            ParamValue(leaf.name, leaf.value, _origin(stage, leaf.path, origins))
            for leaf in leaves(seen_values(stage))
            if not leaf.is_class
        ),
    )


def _origin(stage: Stage, path: ParamPath, origins: Mapping[ParamPath, Origin]) -> str:
    if stage.variant is not None and path == (VARIANT_ARGUMENT,):
        return "the stage's name"
    return str(giver(origins, path) or "default")


def diff_params(
    root: Root = None,
    *,
    old: str = "HEAD",
    new: str | None = None,
    stages: Sequence[str] = (),
    registry: Registry | None = None,
    params: ParamSettings = (),
) -> ParamsDiff:
    """Compare the parameters of two revisions, or of one and the workspace.

    Of a revision the locks count: with what the stages ran. Of the workspace, what they would see
    now.

    Args:
        root: the project's directory, or one inside it.
        old: a revision, as git understands it.
        new: another one; the workspace if it's None.
        stages: names of stages or globs of them, of either side; all by default.
        registry: the stages, instead of those that `pipeline.py` registers.
        params: overrides of the workspace's values, as for `run`.

    Raises:
        GitError: there is no repository, or no such revision.
        CorruptionError: a lock of a revision can't be understood.
        UsageError: no stage is meant by one of `stages`.
        PivotError: for whatever is wrong with the pipeline.
    """
    start = Path(root) if root is not None else Path.cwd()
    directory = find_root(start) if registry is None else start.resolve()
    repository = Repository.find(directory)
    sides = [Side(rev, repository.resolve(rev)) for rev in (old, new) if rev is not None]
    found = [_at(repository, side.commit or side.name) for side in sides]
    if new is None:
        sides.append(Side(_WORKSPACE))
        with open_session(directory, registry, {}, params=params) as session:
            found.append({n: seen_values(session.stages[n]) for n in session.graph.order})
    before, after = (_chosen(one, stages) for one in found)
    _require(stages, [*found[0], *found[1]])
    return ParamsDiff(sides[0], sides[1], tuple(differences(before, after)))


def _at(repository: Repository, commit: str) -> dict[str, Mapping[str, Json]]:
    """Give the parameters with which the stages ran, by what the locks of a commit say."""
    place = Layout(repository.directory).stages.relative_to(repository.directory).as_posix()
    files = repository.read_all(commit, place)
    locks = [
        decode_lock(data, Path(f"{commit[:10]}:{name}"))
        for name, data in sorted(files.items())
        if name.endswith(".lock")
    ]
    return {lock.stage: lock.params for lock in locks}


def _chosen[V](found: Mapping[str, V], stages: Sequence[str]) -> dict[str, V]:
    return {name: item for name, item in found.items() if not stages or _is_meant(name, stages)}


def _is_meant(name: str, stages: Sequence[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in stages)


def _require(stages: Sequence[str], names: list[str]) -> None:
    """Raise `UsageError` if something that was asked for means no stage."""
    from difflib import get_close_matches  # next to the git that was started, it's nothing

    for pattern in stages:
        if not any(_is_meant(name, [pattern]) for name in names):
            near = get_close_matches(pattern, dict.fromkeys(names), n=3)
            hint = f"did you mean {' or '.join(map(repr, near))}?" if near else None
            raise UsageError(f"there is no stage {pattern!r} on either side", hint=hint)
