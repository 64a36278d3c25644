"""The pipeline of a project: its stages, as `pipeline.py` registers them.

Stages come from the global `REGISTRY` and from every `Registry` that is bound to a name at the
module's top level. Whatever the file prints or raises is the user's own; an exception is reported
with the place in the project where it was raised. Tests: tests/discovery/test_pipeline.py.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.discovery.overrides import apply_params_file
from pivot.errors import DefinitionError, DefinitionErrors, DiscoveryError, PivotError, Place
from pivot.registry import REGISTRY, Registry
from pivot.tracebacks import innermost_place, user_traceback

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from pivot.stage import Stage

PIPELINE_FILE = "pipeline.py"


class PipelineImportError(DiscoveryError):
    """`pipeline.py`, or something that it imports, raised; `traceback` is the user's part of it."""

    def __init__(self, message: str, *, where: Place | None, traceback: str) -> None:
        super().__init__(message, where=where)
        self.traceback = traceback


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages of a project, in the order of their registration."""

    root: Path
    stages: tuple[Stage, ...]


def discover(root: Path) -> Pipeline:
    """Import the project's `pipeline.py` and give its stages, with `params.yaml` applied.

    The caller has a `ProjectImporter` installed. Raises `DiscoveryError` if there is no pipeline or
    it can't be imported, and `DefinitionErrors` with all that is wrong in its definitions.
    """
    if not (root / PIPELINE_FILE).is_file():
        raise DiscoveryError(
            f"there is no {PIPELINE_FILE} in {root}", hint="run 'pivot init' to create one"
        )
    with REGISTRY.collecting(root) as collected:
        module = _import_pipeline(root)
    registries = [collected, *_own_registries(module)]
    stages = _merged(registries)
    return Pipeline(root, apply_params_file(root, stages))


def imported_packages() -> tuple[str, ...]:
    """Give the top-level names of the packages outside the project that are loaded now."""
    return tuple(sorted({name.partition(".")[0] for name in sys.modules}))


def _import_pipeline(root: Path) -> ModuleType:
    name = PIPELINE_FILE.removesuffix(".py")
    sys.modules.pop(name, None)
    try:
        return importlib.import_module(name)
    except PivotError:
        raise
    except SyntaxError as error:
        place = Place(_relative(error.filename, root), error.lineno or 0)
        line = (error.text or "").strip()
        raise DiscoveryError(f"{error.msg}: {line}", where=place) from None
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        place = innermost_place(error, root)
        message = f"the pipeline can't be imported: {type(error).__name__}: {error}"
        raise PipelineImportError(message, where=place, traceback=user_traceback(error)) from error


def _relative(file: str | None, root: Path) -> str:
    prefix = f"{root}/"
    return (file or "<unknown>").removeprefix(prefix)


def _own_registries(module: ModuleType) -> list[Registry]:
    bound = [value for value in vars(module).values() if isinstance(value, Registry)]
    return list({id(value): value for value in bound if value is not REGISTRY}.values())


def _merged(registries: list[Registry]) -> tuple[Stage, ...]:
    stages: dict[str, Stage] = {}
    errors: list[PivotError] = []
    for stage in (stage for registry in registries for stage in registry.stages):
        if stage.name in stages:
            message = f"two registries have a stage {stage.name!r}; the other is at "
            errors.append(
                DefinitionError(f"{message}{stages[stage.name].place}", where=stage.place)
            )
        stages[stage.name] = stage
    if errors:
        raise DefinitionErrors(errors)
    return tuple(stages.values())
