"""One layered pipeline of a given size: what feeds what, and which function each stage is.

A *layer* is an eighth of the stages. Stage n reads what two stages of the layer before it made (the
first layer reads one raw file), calls a helper that the stages of its *module* share, and writes a
number. Any tool's project is written from this, so that all run the same graph of the same
functions over the same files. Example::

    pipeline = Layered(176)
    pipeline.inputs(30)     # ('out/8.json', 'out/9.json')
    pipeline.width          # 22

Tests: tests/benchmarks/test_projects.py.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LAYERS = 8
#: How many stages share a source file, where a tool lets them, and a helper.
MODULE = 16
RAW = "data/raw.json"
_HELPER = """
FACTOR = 3


def mixed(left, right):
    return (left * FACTOR + right) % 1_000_003
"""


@dataclass(frozen=True)
class Layered:
    """A pipeline of so many stages."""

    stages: int

    @functools.cached_property
    def width(self) -> int:
        """How many stages a layer has."""
        return -(-self.stages // LAYERS)

    @property
    def last(self) -> int:
        """The stage that nothing depends on, and that is changed."""
        return self.stages - 1

    def inputs(self, number: int) -> tuple[str, ...]:
        """Give the files that a stage reads, in the order of its arguments."""
        layer, position = divmod(number, self.width)
        if not layer:
            return (RAW,)
        before = (layer - 1) * self.width
        left, right = before + position, before + (position + 1) % self.width
        return (output(left), output(right)) if left != right else (output(left),)

    def modules(self) -> tuple[tuple[int, ...], ...]:
        """Give the numbers of the stages of each module."""
        return tuple(batched(range(self.stages), MODULE, strict=False))

    @property
    def last_users(self) -> int:
        """How many stages use the helper that is changed: those of the last module."""
        return len(self.modules()[-1])

    def write_data(self, root: Path) -> None:
        """Write the raw file, and the directory for what is made."""
        (root / RAW).parent.mkdir(parents=True)
        (root / RAW).write_text("7\n")
        (root / "out").mkdir()

    def write_helpers(self, directory: Path) -> None:
        """Write the helpers' modules into a directory."""
        for number in range(len(self.modules())):
            (directory / f"{helper(number)}.py").write_text(_HELPER.lstrip())


def output(number: int) -> str:
    """Give the path of what a stage makes."""
    return f"out/{number}.json"


def helper(module: int) -> str:
    """Give the name of the helper that the stages of a module share."""
    return f"h{module:04}"


def body(number: int, inputs: int) -> str:
    """Give what the function of a stage does, as one line."""
    arguments = "left, right" if inputs > 1 else "left, left"
    return f"    return mixed({arguments}) + {number}\n"


def edit_function(file: Path, number: int, edit: int) -> None:
    """Change the function of a stage, and what it gives: `edit` tells one change from another."""
    _replace(file, rf"\+ {number}( \+ \d+)?$", f"+ {number} + {edit}")


def edit_helper(file: Path, edit: int) -> None:
    """Change a helper's module, and what all of its users give."""
    _replace(file, r"^FACTOR = \d+$", f"FACTOR = {edit}")


def _replace(file: Path, old: str, new: str) -> None:
    text, found = re.subn(old, new, file.read_text("utf-8"), flags=re.MULTILINE)
    if found != 1:
        raise ValueError(f"{file} has {old!r} {found} times")
    file.write_text(text, "utf-8")
