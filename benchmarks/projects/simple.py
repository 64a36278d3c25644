"""A project of plain functions, written out: no parameters, no classes, few symbols a stage.

A stage has two helpers of its own module, these use constants and helpers of a module that all
share. A stage reaches 11 symbols. Example::

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

_STAGE = '''

def stage_{s}() -> Annotated[list[float], outputs.Out("build/out_{s}.json", loaders.JSON())]:
    """Do what stage {s} does."""
    return [rounded(value) + scaled({s}) for value in range({s}) if named(value) != "low"]
'''


def write_simple_project(root: Path, *, modules: int, stages: int) -> None:
    """Write the project into a directory, which is made."""
    package = root / "steps"
    package.mkdir(parents=True)
    (root / ".pivot").mkdir()
    (package / "__init__.py").write_text("")
    (package / "shared.py").write_text(_SHARED.lstrip())
    registered: list[str] = []
    lines = ["from pivot.registry import REGISTRY\n"]
    for number in range(modules):
        own = range(number * stages // modules, (number + 1) * stages // modules)
        (package / f"m{number:02}.py").write_text(_module(number, own))
        names = ", ".join(f"stage_{stage}" for stage in own)
        lines.append(f"from steps.m{number:02} import {names}\n")
        registered += [f"REGISTRY.register(stage_{stage})\n" for stage in own]
    (root / "pipeline.py").write_text("".join([*lines, "\n", *registered]))


def _module(number: int, stages: range) -> str:
    imports = "from typing import Annotated\n\nfrom pivot import loaders, outputs\n"
    text = _MODULE.lstrip().format(n=number).replace("import math\n", f"import math\n{imports}", 1)
    return text + "".join(_STAGE.format(s=stage) for stage in stages)
