"""What is an exporter told about a pipeline? Stages as plain values, in two steps.

`describe` says what a stage's definition says. `completed` adds what lies around it: which outputs
git has, which parameters `params.yaml` sets, and which of the project's files the stage's code is
in. That takes a look at all the code, and so is done only for an export.
Tests: tests/exporters/test_planning.py.
"""

from __future__ import annotations

import functools
import inspect
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pivot.discovery.params_file import read_params_file
from pivot.frozen import frozen
from pivot.interfaces import OutPlan, StagePlan
from pivot.paths import is_project_file
from pivot.shell import Command
from pivot.stage import VARIANT_SIGN
from pivot.stage_def import seen_values
from pivot.vcs import GitError, Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pivot.fingerprint import Manifest
    from pivot.interfaces import Plan
    from pivot.stage import Stage


def describe(stage: Stage) -> StagePlan:
    """Give a stage as plain values, as exporters see it."""
    function: Any = stage.function
    while isinstance(function, functools.partial):
        function = function.func
    module = getattr(function, "__module__", None) or type(function).__module__
    qualname = getattr(function, "__qualname__", None) or type(function).__qualname__
    command = stage.function if isinstance(stage.function, Command) else None
    return StagePlan(
        name=stage.name,
        function=f"{module}:{qualname}",
        deps=tuple(dep.path for dep in stage.deps),
        outs=tuple(OutPlan(out.path, out.kind.value, out.cache) for out in stage.outs),
        params=seen_values(stage),
        description="" if command else _first_line(function),
        command=command.line if command else None,
        reads_params=dict(command.reads) if command else {},
    )


def _first_line(function: object) -> str:
    text = getattr(function, "__doc__", None)
    if not isinstance(text, str):
        return ""
    return inspect.cleandoc(text).partition("\n")[0].strip()


@frozen
class Surroundings:
    """What is known about the stages of a project beyond their definitions."""

    #: What git has, with the directories that hold it.
    tracked: frozenset[str]
    #: Stage -> the parameters that `params.yaml` sets.
    overridden: Mapping[str, tuple[str, ...]]
    #: The names of all stages that there are.
    names: frozenset[str]
    #: Stage -> the project's files that its code is in.
    sources: Mapping[str, tuple[str, ...]]


def completed(plan: Plan, around: Surroundings) -> Plan:
    """Give the plan with all that its stages' definitions don't say."""
    return replace(plan, stages=tuple(_completed(stage, around) for stage in plan.stages))


def _completed(stage: StagePlan, around: Surroundings) -> StagePlan:
    family = stage.name.partition(VARIANT_SIGN)[0]
    together = () if family in around.names else around.overridden.get(family, ())
    return replace(
        stage,
        outs=tuple(
            replace(out, tracked=out.path.rstrip("/") in around.tracked) for out in stage.outs
        ),
        overridden=around.overridden.get(stage.name, ()),
        overridden_together=together,
        sources=around.sources.get(stage.name, ()),
    )


def tracked(root: Path) -> frozenset[str]:
    """Give the files of a project that git has, and their directories; none without git."""
    try:
        files = Repository.find(root).list_tracked()
    except GitError:
        return frozenset()
    found = set(files)
    for file in files:
        found.update(map(str, PurePosixPath(file).parents))
    return frozenset(found - {"."})


def overridden(root: Path) -> dict[str, tuple[str, ...]]:
    """Give the names of the parameters that `params.yaml` sets, sorted, by stage."""
    overrides, _ = read_params_file(root)
    return {
        one.stage: tuple(sorted(one.values)) for one in overrides if isinstance(one.values, dict)
    }


def source_files(root: Path, manifest: Manifest) -> Iterable[str]:
    """Give the project's files that the symbols of a stage's code are in, each once, sorted."""
    places = (symbol.place for symbol in manifest.symbols.values())
    files = {place.file for place in places if place is not None}
    # Beside the project lie packages that are installed editable; `<string>` is no file at all.
    return sorted(file for file in files if _is_own(root, file))


def _is_own(root: Path, file: str) -> bool:
    path = root / file
    return not file.startswith("../") and path.is_file() and is_project_file(root, path)
