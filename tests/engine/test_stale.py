"""No edit goes unnoticed, however much the file looks like before."""

from __future__ import annotations

import json
import os

import pytest

EXECUTORS = pytest.mark.parametrize("executor", ["inline", "loky"])
PIPELINE = """
from helper import VALUE

def double(x):
    return x * 2

def stage() -> Annotated[int, outputs.Out("out.json", loaders.JSON())]:
    import late
    return double(VALUE) + late.one()

REGISTRY.register(stage)
"""


@pytest.fixture
def edited(project):
    project.write("helper.py", "VALUE = 10\n")
    project.write("late.py", "def one():\n    return 1\n")
    project.pipeline(PIPELINE)
    return project


def result(project):
    return json.loads(project.read("out.json"))


@EXECUTORS
@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("pipeline.py", "x * 2", "x * 3", 31),
        ("helper.py", "10", "20", 41),
        ("late.py", "return 1", "return 5", 25),
    ],
)
def test_two_edits_of_one_size_within_a_second(edited, executor, file, old, new, expected):
    edited.run(executor=executor)
    # As if the edit were made in the very second of the first version, which bytecode was made of.
    times = (edited.root / file).stat()
    edited.edit(file, old, new)
    os.utime(edited.root / file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert edited.run(executor=executor) == {"stage": "ran"}
    assert result(edited) == expected
    edited.edit(file, new, old)
    os.utime(edited.root / file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert edited.run(executor=executor) == {"stage": "restored"}
    assert result(edited) == 21


def test_the_same_on_the_command_line(edited):
    for number in range(1, 6):
        edited.write("helper.py", f"VALUE = {number}0\n")
        assert edited.cli("run").returncode == 0
        assert result(edited) == 20 * number + 1


@EXECUTORS
def test_an_input_is_swapped_for_one_of_the_same_size_and_time(project, executor):
    project.pipeline(
        """
        def stage(
            data: Annotated[int, outputs.Dep("data.json", loaders.JSON())],
        ) -> Annotated[int, outputs.Out("out.json", loaders.JSON())]:
            return data

        REGISTRY.register(stage)
        """.replace("\n        ", "\n")
    )
    file = project.write("data.json", "1")
    project.run(executor=executor)
    times = file.stat()
    other = project.write("other.json", "2")
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(file)
    assert project.run(executor=executor) == {"stage": "ran"}
    assert result(project) == 2


@EXECUTORS
def test_a_source_is_swapped_for_one_of_the_same_size_and_time(edited, executor):
    edited.run(executor=executor)
    times = (edited.root / "helper.py").stat()
    other = edited.write("other.txt", "VALUE = 30\n")
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(edited.root / "helper.py")
    assert edited.run(executor=executor) == {"stage": "ran"}
    assert result(edited) == 61


@EXECUTORS
def test_two_edits_of_one_size_within_a_second_of_a_file_that_is_loaded_by_its_path(
    project, executor
):
    project.pipeline(
        """
import importlib.util

def stage() -> Annotated[int, outputs.Out("out.json", loaders.JSON())]:
    spec = importlib.util.spec_from_file_location("loose", "loose.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.VALUE

REGISTRY.register(stage)
"""
    )
    file = project.write("loose.py", "VALUE = 1\n")
    project.run(executor=executor)
    times = file.stat()
    project.edit("loose.py", "1", "2")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert project.run(executor=executor) == {"stage": "ran"}
    assert result(project) == 2
