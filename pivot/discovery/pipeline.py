"""The pipeline of a project: its stages, as `pipeline.py` and `pivot.yaml` name them.

Stages come from the global `REGISTRY` and from every `Registry` that is bound to a name at the
module's top level. Whatever the file prints or raises is the user's own; an exception is reported
with the place in the project where it was raised. Tests: tests/discovery/test_pipeline.py.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

from pivot.discovery.importer import PIPELINE_MODULE
from pivot.discovery.layers import parametrised
from pivot.errors import DefinitionError, DefinitionErrors, DiscoveryError, PivotError, Place
from pivot.frozen import frozen
from pivot.paths import STAGE_FILE, is_project_file
from pivot.registry import REGISTRY, Registry
from pivot.stage_def import param_errors
from pivot.stage_def.models import validation_errors
from pivot.tracebacks import innermost_place, user_traceback

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import ModuleType

    from pivot.discovery.declaring import Declared
    from pivot.discovery.overrides import Origin, ParamPath
    from pivot.discovery.singles import Settings
    from pivot.stage import Stage

PIPELINE_FILE = f"{PIPELINE_MODULE}.py"


class PipelineImportError(DiscoveryError):
    """`pipeline.py`, or something that it imports, raised; `traceback` is the user's part of it."""

    def __init__(self, message: str, *, where: Place | None, traceback: str) -> None:
        super().__init__(message, where=where)
        self.traceback = traceback


@frozen
class Pipeline:
    """The stages of a project, in the order of their registration."""

    root: Path
    stages: tuple[Stage, ...]
    #: The modules that the stages came from, in the order in which they were imported.
    modules: tuple[str, ...]
    #: Stage -> path of a parameter's value -> where it comes from, if not from the code.
    origins: Mapping[str, Mapping[ParamPath, Origin]]


def discover(root: Path, given: Settings = ()) -> Pipeline:
    """Import what `pipeline.py` and `pivot.yaml` are about, and give their stages.

    `given` is the strongest layer of overrides; see `pivot.discovery.layers` for the others.
    The caller has a `ProjectImporter` installed. Raises `DiscoveryError` if there is no pipeline or
    it can't be imported, and `DefinitionErrors` with all that is wrong in its definitions.
    """
    has_module, has_file = (root / PIPELINE_FILE).is_file(), (root / STAGE_FILE).exists()
    if not has_module and not has_file:
        raise DiscoveryError(
            f"there is no {PIPELINE_FILE} and no {STAGE_FILE} in {root}",
            hint="run 'pivot init' to create one",
        )
    with REGISTRY.collecting(root) as collected:
        module = _import_pipeline(root) if has_module else None
        declared = _declared(root) if has_file else None
    registries = [collected, *(_own_registries(module) if module else ())]
    stages = _merged(registries)
    if declared is not None:
        stages = _together(stages, declared.stages)
    found = parametrised(root, stages, given, below=declared.overrides if declared else ())
    modules = (PIPELINE_MODULE,) if module else ()
    modules += declared.modules if declared else ()
    return Pipeline(root, found.stages, modules, found.origins)


def _import_pipeline(root: Path) -> ModuleType:
    sys.modules.pop(PIPELINE_MODULE, None)
    try:
        return importlib.import_module(PIPELINE_MODULE)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except PivotError as error:
        # A loader that no plugin provides, say: the message is good, but where is it?
        error.where = error.where or innermost_place(error, root)
        raise
    except BaseException as error:
        raise _import_error(error, root) from error


def _import_error(error: BaseException, root: Path) -> PivotError:
    """Say in one message why the pipeline can't be imported, and where that is."""
    if isinstance(error, SyntaxError) and is_project_file(root, error.filename or ""):
        place = Place(os.path.relpath(error.filename or "", root), error.lineno or 1)
        line = f": {error.text.strip()}" if error.text else ""
        return DiscoveryError(f"{error.msg}{line}", where=place)
    place = innermost_place(error, root)
    if isinstance(error, validation_errors()):
        problems = param_errors(error)
        for problem in problems:
            problem.where = place
        return DefinitionErrors(problems)
    name = type(error).__name__
    message = f"the pipeline can't be imported: {name}{f': {error}' if str(error) else ''}"
    return PipelineImportError(message, where=place, traceback=user_traceback(error))


def _own_registries(module: ModuleType) -> list[Registry]:
    bound = [value for value in vars(module).values() if isinstance(value, Registry)]
    return list({id(value): value for value in bound if value is not REGISTRY}.values())


def _merged(registries: list[Registry]) -> tuple[Stage, ...]:
    stages: dict[str, Stage] = {}
    errors: list[PivotError] = []
    for stage in (stage for registry in registries for stage in registry.stages):
        if stage.name in stages:
            known = stages[stage.name].place
            errors.append(
                DefinitionError(
                    f"two registries have a stage {stage.name!r}; the other is at {known}",
                    where=stage.place,
                    hint="give one of them another name: register(..., name=...)",
                )
            )
        stages[stage.name] = stage
    if errors:
        raise DefinitionErrors(errors)
    return tuple(stages.values())


def _declared(root: Path) -> Declared:
    # Only a project with such a file pays for reading it.
    from pivot.discovery.declaring import declared_stages

    return declared_stages(root)


def _together(stages: tuple[Stage, ...], declared: tuple[Stage, ...]) -> tuple[Stage, ...]:
    known = {stage.name: stage for stage in stages}
    errors = [
        DefinitionError(
            f"two stages are called {stage.name!r}; the other is registered in Python, with the "
            f"function at {known[stage.name].place}",
            where=stage.defined,
            hint="remove one of them, or give it another name",
        )
        for stage in declared
        if stage.name in known
    ]
    if errors:
        raise DefinitionErrors(errors)
    return (*stages, *declared)
