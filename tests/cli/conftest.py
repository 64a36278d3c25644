"""What tests of the command line need: commands in this process, and processes of their own."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pivot.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

#: A pipeline of two stages whose code, parameter and data can be edited.
PIPELINE = """
def factor():
    return 2

class ScaleParams(StageParams):
    offset: float = 0.5

def scale(
    params: ScaleParams,
    numbers: Annotated[list, outputs.Dep("numbers.json", loaders.JSON())],
) -> Annotated[list, outputs.Out("scaled.json", loaders.JSON())]:
    print("scaling", len(numbers))
    return [number * factor() + params.offset for number in numbers]

def total(
    numbers: Annotated[list, outputs.Dep("scaled.json", loaders.JSON())],
) -> Annotated[dict, outputs.Metric("total.json", loaders.JSON())]:
    return {"total": sum(numbers)}

REGISTRY.register(scale)
REGISTRY.register(total)
"""


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


@pytest.fixture
def plain(monkeypatch):
    """An environment in which nobody asks for colours."""
    for name in ("NO_COLOR", "FORCE_COLOR", "PIVOT_DISABLE_PLUGINS", "_PIVOT_COMPLETE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def observing(observed, plain, monkeypatch, capfd) -> Callable[..., Result]:
    """Give `observing(*words)`: as `invoke`, in the project with three commits, `observed`."""

    def observing(*words: str, directory: str = ".") -> Result:
        monkeypatch.chdir(observed.root / directory)
        capfd.readouterr()
        status = main(words)
        return Result(status, *capfd.readouterr())

    return observing


@pytest.fixture
def invoke(project, plain, monkeypatch, capfd) -> Callable[..., Result]:
    """Give `invoke(*words)`: the command line, in this process, in the project's directory."""

    def invoke(*words: str, directory: str = ".") -> Result:
        monkeypatch.chdir(project.root / directory)
        capfd.readouterr()
        status = main(words)
        return Result(status, *capfd.readouterr())

    return invoke


@pytest.fixture
def scaling(project):
    """A project with the pipeline above and its data."""
    project.pipeline(PIPELINE)
    project.write("numbers.json", "[1, 2, 3]\n")
    return project


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()
