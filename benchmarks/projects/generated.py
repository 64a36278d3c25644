"""A project of a given size, written out: modules that use each other, stages, tests of nothing.

Every module has constants of all kinds, helpers that call their neighbours' and those of earlier
modules, a frozen dataclass, a class with a base in an earlier module, a table of functions, and its
stages with their parameters. A stage reaches some 20 to 40 symbols in several modules. Example::

    write_project(Path("/tmp/project"), modules=50, stages=176)
"""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: How many modules earlier the ones lie that a module uses; the first ones use none.
_DISTANCES = (7, 11)
_HELPERS = 6
#: Modules at this distance and more are not reached any more.
_DEPTH = 2

_HEAD = '''
"""What module {n} knows."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pivot import loaders, outputs
from pivot.stage_def import StageParams

{imports}
LIMIT = {n}
RATES = (0.1, 0.2, {n}.5)
NAMES = {{"low": {n}, "high": {n} + 10, "none": None}}
PATTERN = re.compile(r"^part-{n}-(\\d+)$")
HOME = Path(__file__).parent / "data"
ALLOWED = frozenset({{"a", "b", "c{n}"}})


@dataclass(frozen=True)
class Bounds:
    """From where to where."""

    low: float = {n}.0
    high: float = LIMIT + 100.0
    names: dict[str, int] = field(default_factory=dict)

    def clipped(self, value: float) -> float:
        """Give the value, or the bound that it exceeds."""
        if value < self.low:
            return self.low
        return min(value, self.high)

    @property
    def width(self) -> float:
        return self.high - self.low


class Model({base}):
    """Something that is fitted."""

    rounds = {n}
    kinds = ["mean", "median"]

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.seen: list[float] = []

    def fit(self, rows: list[float]) -> Model:
        # A comment that says what any reader sees.
        for number, row in enumerate(rows):
            value = self.bounds.clipped(row * RATES[number % len(RATES)])
            if math.isnan(value):
                continue
            self.seen.append(round(value, self.rounds))
        return self

    def predict(self, row: float) -> float:
        try:
            return sum(self.seen) / len(self.seen) + row
        except ZeroDivisionError:
            return row

    @classmethod
    def fresh(cls) -> Model:
        return cls(Bounds())


TABLE = {{
    "twice": lambda x: x * 2,
    "limit": lambda x: min(x, LIMIT),
    "clip": Bounds().clipped,
}}
'''

_HELPER = '''

def helper_{h}(rows: list[float], scale: float = {h}.0, *, strict: bool = False) -> list[float]:
    """Change rows in the way number {h} of module {n}."""
    found: list[float] = []
    limit = {constant}
    for number, row in enumerate(rows):
        value = row * scale + number
        if strict and value > {n}:
            raise ValueError(f"row {{number}} of {{len(rows)}} is {{value:.3f}}")
        if math.isclose(value, {h}.5):
            value = -value
        found.append(value)
    found = [one for one in found if str(limit) != str(one)]
    {call}
    return sorted(found, key=lambda one: -one)
'''

_STAGE = '''

class Params{s}(StageParams):
    factor: float = {s}.5
    rounds: int = 3
    name: str = "stage {s}"


def stage_{s}(
    params: Params{s},
    rows: Annotated[list[float], outputs.Dep("data/in_{s}.json", loaders.JSON())],
) -> Annotated[list[float], outputs.Out("build/out_{s}.json", loaders.JSON())]:
    """Do what stage {s} does."""
    model = Model(Bounds(low=params.factor)).fit(helper_{first}(rows))
    made = [model.predict(row) for row in helper_{second}(rows, params.factor)]
    if PATTERN.match(params.name) or params.name in ALLOWED:
        made = [TABLE["twice"](one) for one in made]
    return made[: NAMES["high"]]
'''


def write_project(root: Path, *, modules: int, stages: int) -> None:
    """Write the project into a directory, which is made."""
    package = root / "steps"
    package.mkdir(parents=True)
    (root / ".pivot").mkdir()
    (package / "__init__.py").write_text("")
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
    used = [
        number - distance for distance in _DISTANCES if number % (max(_DISTANCES) * 2) >= distance
    ]
    imports = "".join(
        f"from steps import m{other:02}\nfrom steps.m{other:02} import LIMIT as LIMIT_{other:02}, "
        f"helper_{number % _HELPERS} as other_{other:02}\n"
        for other in used
    )
    base = f"m{used[0]:02}.Model" if used else ""
    parts = [dedent(_HEAD).lstrip().format(n=number, imports=imports, base=base)]
    parts += [_helper(number, helper, used) for helper in range(_HELPERS)]
    parts += [
        _STAGE.format(s=stage, first=stage % _HELPERS, second=(stage + 3) % _HELPERS)
        for stage in stages
    ]
    return "".join(parts)


def _helper(number: int, helper: int, used: list[int]) -> str:
    calls = [f"helper_{helper + 1}" if helper % 4 != 3 else ""]
    calls += [f"other_{other:02}" for other in used if helper % _DEPTH == 0]
    called = [f"found = {name}(found)" for name in calls if name]
    constant = f"LIMIT_{used[helper % len(used)]:02}" if used else "RATES"
    return _HELPER.format(
        n=number, h=helper, constant=constant, call="\n    ".join(called) or "found.reverse()"
    )
