"""Which edits Pivot finds by itself, and which it knows to mean nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from textwrap import dedent

import pytest

PIPELINE = """
    import functools
    from typing import Annotated

    from pivot import loaders, outputs
    from pivot.registry import REGISTRY

    import scaling
    from names import titled
    from settings import LIMIT

    OFFSET = 1

    def shift(number):
        return number + OFFSET

    def logged(function):
        @functools.wraps(function)
        def wrapper(*arguments):
            return function(*arguments)

        return wrapper

    @logged
    def square(number):
        return number * number

    halve = functools.partial(pow, 0.5)
    negate = lambda number: -number

    class Counter:
        step = 2

        def next(self, number):
            return number + self.step

    def compute() -> Annotated[dict, outputs.Out("result.json", loaders.JSON())]:
        from late import also

        def inner():
            return titled("inner")

        return {
            "shift": shift(1),
            "scaled": scaling.twice(7),
            "square": square(3),
            "negate": negate(4),
            "halve": halve(1),
            "next": Counter().next(5),
            "limit": LIMIT,
            "late": also(6),
            "inner": inner(),
        }

    def other() -> Annotated[dict, outputs.Out("other.json", loaders.JSON())]:
        return {"other": scaling.thrice(1)}

    REGISTRY.register(compute)
    REGISTRY.register(other)
"""
MODULES = {
    "scaling.py": """
        FACTOR = 2

        def twice(number):
            # A comment about doubling.
            return times(number, FACTOR)

        def thrice(number):
            return number * 3

        def times(number, factor):
            return number * factor
    """,
    "names.py": """
        def titled(text):
            '''Give a text with capitals.'''
            return text.title()
    """,
    "settings.py": "LIMIT = 10\n",
    "late.py": """
        def also(number):
            return number - 1
    """,
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The project after a run; tests only copy it."""
    root = tmp_path_factory.mktemp("finished")
    for file, text in {"pipeline.py": PIPELINE, **MODULES}.items():
        (root / file).write_text(dedent(text))
    command = [sys.executable, "-m", "pivot.cli", "run", "--executor", "inline"]
    subprocess.run(command, cwd=root, check=True, timeout=120)
    return root


@pytest.fixture
def arithmetic(project, finished):
    shutil.copytree(finished, project.root, dirs_exist_ok=True)
    return project


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("pipeline.py", "number + OFFSET", "number - OFFSET", id="helper"),
        pytest.param("pipeline.py", "OFFSET = 1", "OFFSET = 3", id="constant"),
        pytest.param(
            "scaling.py", "times(number, FACTOR)", "times(FACTOR, FACTOR)", id="module.attr"
        ),
        pytest.param("scaling.py", "number * factor", "number ** factor", id="transitive"),
        pytest.param("scaling.py", "FACTOR = 2", "FACTOR = 5", id="transitive-constant"),
        pytest.param("settings.py", "LIMIT = 10", "LIMIT = 20", id="imported-constant"),
        pytest.param("names.py", "text.title()", "text.upper()", id="nested-function"),
        pytest.param("late.py", "number - 1", "number - 2", id="local-import"),
        pytest.param(
            "pipeline.py", "return function(*arguments)", "return function(1)", id="decorator"
        ),
        pytest.param("pipeline.py", "number * number", "number * 2", id="decorated"),
        pytest.param("pipeline.py", "pow, 0.5", "pow, 0.25", id="partial"),
        pytest.param("pipeline.py", "number: -number", "number: +number", id="lambda"),
        pytest.param("pipeline.py", "step = 2", "step = 4", id="class-attribute"),
        pytest.param("pipeline.py", "number + self.step", "number - self.step", id="method"),
    ],
)
def test_an_edit_runs_the_stage_that_depends_on_it(arithmetic, ran, file, old, new):
    before = arithmetic.read("result.json")
    arithmetic.edit(file, old, new)
    assert ran("--executor", "inline") == {"compute"}
    assert arithmetic.read("result.json") != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("scaling.py", "about doubling", "on how to double", id="comment"),
        pytest.param("names.py", "with capitals", "in title case", id="docstring"),
        pytest.param("settings.py", "LIMIT = 10", "LIMIT   =   (10)", id="formatting"),
        pytest.param(
            "scaling.py", "FACTOR = 2\n", "\n\n\nFACTOR = 2\nUNUSED = 9\n", id="moved-lines"
        ),
    ],
)
def test_an_edit_that_means_nothing_runs_nothing(arithmetic, ran, file, old, new):
    arithmetic.edit(file, old, new)
    assert ran("--executor", "inline") == set()
