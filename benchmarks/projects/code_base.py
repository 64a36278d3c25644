"""A code base of so many symbols: modules of a hundred, all of which some stage uses.

Half of a module's symbols are functions, the other half classes; who calls whom is a tree with two
branches at each fork, and the first function is its root. A *group* is ten modules, the root of
each of which calls that of the module before it. A stage calls the last root of its group, and so
uses all 1,000 symbols of that. Doubling the symbols doubles groups and stages, and leaves each as
large as it was. Example::

    write_code_base(root, 100_000)     # 1,000 modules, 100 stages

Tests: tests/benchmarks/test_scale.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SYMBOLS = 100
MODULES = 10
_FUNCTION = """

def f{number}(value):
    return {value}
"""
_CLASS = """

class C{number}:
    STEP = {number}

    def change(self, value):
        return ({value}) * self.STEP
"""
_PIPELINE_HEAD = """
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY
"""
_STAGE = """
def stage_{group}() -> Annotated[int, outputs.Out("out/{group}.json", loaders.JSON())]:
    return project.{module}.f0({group}) % 1_000_003


REGISTRY.register(stage_{group})
"""


def write_code_base(root: Path, symbols: int) -> None:
    """Write modules, and a pipeline with a stage for each group of them."""
    (root / "project").mkdir(parents=True)
    (root / "project" / "__init__.py").touch()
    modules = max(symbols // SYMBOLS, 1)
    for number in range(modules):
        (root / "project" / f"{_name(number)}.py").write_text(_module(number), "utf-8")
    lasts = [min(first + MODULES, modules) - 1 for first in range(0, modules, MODULES)]
    text = _PIPELINE_HEAD.lstrip() + "".join(f"import project.{_name(last)}\n" for last in lasts)
    for group, last in enumerate(lasts):
        text += "\n" + _STAGE.format(group=group, module=_name(last))
    (root / "pipeline.py").write_text(text, "utf-8")


def edit_code_base(root: Path) -> None:
    """Change a function of the first module, which one stage uses by way of nine others."""
    file = root / "project" / f"{_name(0)}.py"
    file.write_text(
        file.read_text("utf-8").replace("return value + 98\n", "return value + 100\n"), "utf-8"
    )


def _name(number: int) -> str:
    return f"m{number:05}"


def _module(number: int) -> str:
    follows = number % MODULES
    text = f"from project import {_name(number - 1)}\n" if follows else ""
    for symbol in range(SYMBOLS):
        value = _value(symbol)
        if follows and not symbol:
            value += f" + {_name(number - 1)}.f0(value)"
        text += (_CLASS if symbol % 2 else _FUNCTION).format(number=symbol, value=value)
    return text.lstrip("\n")


def _value(symbol: int) -> str:
    """Give what a symbol computes: of odd numbers are classes, of even ones functions."""
    left, right = 2 * symbol + 1, 2 * symbol + 2
    calls = [f"C{left}().change(value)"] if left < SYMBOLS else []
    calls += [f"f{right}(value)"] if right < SYMBOLS else []
    return " + ".join([*(calls or ["value"]), str(symbol)])
