"""Projects of small stages, written out: plain functions, or typed as the documentation has them.

A stage has two helpers of its own module, these use constants and helpers of a module that all
share. A plain stage has no parameters and no classes, and reaches 11 symbols; a typed one has
parameters, an input, and a `TypedDict` of outputs. Example::

    write_simple_project(Path("/tmp/project"), modules=50, stages=176)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SHARED = '''
"""What all modules use."""

LIMIT = 100
NAMES = ("low", "high")


def clipped(value):
    return min(value, LIMIT)


def named(value):
    return NAMES[value >= LIMIT], value
'''

_MODULE = '''
"""What module {n} does."""

import math

from steps.shared import clipped, named

FACTOR = {n}.5


def scaled(value):
    """Give a value in the units of module {n}."""
    return clipped(value * FACTOR)


def rounded(value, digits={n}):
    if math.isnan(value):
        return 0
    return round(scaled(value), digits)
'''

_IMPORTS = """
from typing import Annotated

from pivot import loaders, outputs
"""

_STAGE = '''

def stage_{s}() -> Annotated[list[float], outputs.Out("build/out_{s}.json", loaders.JSON())]:
    """Do what stage {s} does."""
    return [rounded(value) + scaled({s}) for value in range({s}) if named(value) != "low"]
'''

_TYPED_IMPORTS = """
from typing import Annotated, TypedDict

from pivot import loaders, outputs
from pivot.stage_def import StageParams
"""

_TYPED_STAGE = '''

class Params{s}(StageParams):
    factor: float = {s}.5
    name: str = "stage {s}"


class Made{s}(TypedDict):
    rows: Annotated[list[float], outputs.Out("build/out_{s}.json", loaders.JSON())]


def stage_{s}(
    params: Params{s},
    rows: Annotated[list[float], outputs.Dep("data/in_{s}.json", loaders.JSON())],
) -> Made{s}:
    """Do what stage {s} does."""
    kept = [value for value in rows if named(value) != params.name]
    return {{"rows": [rounded(value) + scaled(params.factor) for value in kept]}}
'''


def write_simple_project(root: Path, *, modules: int, stages: int) -> None:
    """Write the project of plain functions into a directory, which is made."""
    _write(root, modules, stages, _IMPORTS, _STAGE)


def write_typed_project(root: Path, *, modules: int, stages: int) -> None:
    """Write the project of typed stages into a directory, which is made."""
    _write(root, modules, stages, _TYPED_IMPORTS, _TYPED_STAGE)


def _write(root: Path, modules: int, stages: int, imports: str, stage: str) -> None:
    package = root / "steps"
    package.mkdir(parents=True)
    (root / ".pivot").mkdir()
    (package / "__init__.py").write_text("")
    (package / "shared.py").write_text(_SHARED.lstrip())
    registered: list[str] = []
    lines = ["from pivot.registry import REGISTRY\n"]
    for number in range(modules):
        own = range(number * stages // modules, (number + 1) * stages // modules)
        (package / f"m{number:02}.py").write_text(_module(number, own, imports, stage))
        names = ", ".join(f"stage_{one}" for one in own)
        lines.append(f"from steps.m{number:02} import {names}\n")
        registered += [f"REGISTRY.register(stage_{one})\n" for one in own]
    (root / "pipeline.py").write_text("".join([*lines, "\n", *registered]))


def _module(number: int, stages: range, imports: str, stage: str) -> str:
    head = _MODULE.lstrip().format(n=number).replace("import math\n", f"import math{imports}", 1)
    return head + "".join(stage.format(s=one) for one in stages)
