"""Stages in subinterpreters: the same locks as from worker processes, and errors that help."""

from __future__ import annotations

import os
import sys
from concurrent.futures import Future

import pytest

import pivot

needs_interpreters = pytest.mark.skipif(
    sys.version_info < (3, 14), reason="subinterpreters need Python 3.14"
)

HEADER = """
import importlib, os, subprocess, sys
from pathlib import Path
from typing import Annotated
from pivot import REGISTRY, loaders, outputs

def out(name):
    return Annotated[object, outputs.Out(f"{name}.json", loaders.JSON())]
"""

# Each stage does what the others don't; those that wait for one another run at the same time.
CURIOUS = """
import helpers
print("the pipeline is imported")

def meet(name):
    Path(MET, name).touch()
    while len(os.listdir(MET)) < 3:
        pass

def reading() -> out("reading"):
    meet("reading")
    return Path("reading.txt").read_text()

def calling() -> out("calling"):
    meet("calling")
    return importlib.import_module("called").value()

def asking() -> out("asking"):
    meet("asking")
    return [os.environ.get("PIVOT_TEST_MOOD"), Path("absent").exists(), os.listdir("data"),
            subprocess.run(["cat", "shown.txt"], capture_output=True, text=True).stdout]

def joining(one: Annotated[object, outputs.Dep("reading.json", loaders.JSON())]) -> out("joining"):
    return helpers.join(one)

for stage in (reading, calling, asking, joining):
    REGISTRY.register(stage)
"""


@pytest.fixture
def curious(project, tmp_path):
    # Outside of the project, so that it is no input.
    (tmp_path / "met").mkdir()
    project.write("pipeline.py", f"{HEADER}\nMET = {str(tmp_path / 'met')!r}\n{CURIOUS}")
    project.write("helpers.py", "JOINT = '-'\n\ndef join(text):\n    return JOINT.join(text)\n")
    project.write("called.py", "import math\n\ndef value():\n    return math.floor(1.5)\n")
    for name in ("reading.txt", "shown.txt", "data/one", "data/two"):
        project.write(name, name)
    return project


@pytest.fixture
def failures(project):
    """Give a function that runs stages with such bodies, and gives their errors."""

    def run(*bodies: str, header: str = HEADER, jobs: int = 1) -> list[str]:
        text = header
        for number, body in enumerate(bodies):
            text += f"def s{number}() -> out('s{number}'):\n    {body}\n    return 1\n"
            text += f"REGISTRY.register(s{number})\n"
        project.write("pipeline.py", text)
        project.run(executor="interpreters", keep_going=True, jobs=jobs)
        assert [stage.traceback for stage in project.report.stages] == [None] * len(bodies)
        return [stage.error for stage in project.report.stages]

    return run


def locks(project):
    files = (project.root / ".pivot/stages").iterdir()
    return {file.name: file.read_text() for file in files}


def traced(project, executor):
    """Run everything as if for the first time; give the locks, and what was warned of."""
    for file in (project.root.parent / "met").iterdir():
        file.unlink()
    statuses = project.run(executor=executor, jobs=3, force=True)
    assert set(statuses.values()) == {"ran"}
    return locks(project), sorted(project.warnings())


@needs_interpreters
def test_what_is_seen_of_stages_that_run_at_once_is_what_worker_processes_see(curious, capfd):
    in_interpreters = traced(curious, "interpreters")
    assert capfd.readouterr().out.count("the pipeline is imported") == 1
    assert in_interpreters == traced(curious, "loky")
    assert '"file:reading.txt"' in in_interpreters[0]["reading.lock"]
    assert set(curious.run(executor="interpreters").values()) == {"unchanged"}


@needs_interpreters
@pytest.mark.parametrize(
    ("file", "text", "stages"),
    [
        ("helpers.py", "def join(text):\n    return text\n", {"joining"}),
        ("called.py", "def value():\n    return 3\n", {"calling"}),
        ("reading.txt", "another text", {"reading", "joining"}),
        ("shown.txt", "another text", {"asking"}),
        ("data/three", "", {"asking"}),
        ("absent", "", {"asking"}),
    ],
)
def test_an_edit_of_what_a_stage_used_runs_it_again(curious, file, text, stages):
    traced(curious, "interpreters")
    curious.write(file, text)
    statuses = curious.run(executor="interpreters")
    assert {name for name, status in statuses.items() if status == "ran"} == stages


@needs_interpreters
def test_a_stage_prints_straight_to_the_terminal(project, capfd):
    body = "def s() -> out('s'):\n    print('to be seen')\n    return 1\nREGISTRY.register(s)\n"
    project.write("pipeline.py", HEADER + body)
    assert project.run(executor="interpreters") == {"s": "ran"}
    assert "to be seen\n" in capfd.readouterr().out


@needs_interpreters
def test_what_the_import_of_the_pipeline_sets_up_prints_for_its_stages(project, capfd):
    text = """
import logging
logging.basicConfig(stream=sys.stdout)
print("imported")

def s() -> out("s"):
    logging.warning("to be seen")
    return 1

REGISTRY.register(s)
"""
    project.write("pipeline.py", HEADER + text)
    assert project.run(executor="interpreters") == {"s": "ran"}
    assert capfd.readouterr().out == "imported\nWARNING:root:to be seen\n"


# What can't be done there


@needs_interpreters
def test_a_module_that_cant_be_loaded_is_named_with_the_line_and_the_remedy(failures):
    [error] = failures("import pydantic")
    assert error == (
        "pipeline.py:9: pydantic_core._pydantic_core can't be loaded in a subinterpreter: it's an "
        "extension module that is made for one interpreter in a process\n"
        "  run it in worker processes: --executor loky"
    )


@needs_interpreters
def test_it_is_named_whatever_libraries_make_of_it_and_however_often(failures):
    errors = failures("import numpy", "import numpy", "import pandas", "import numpy")
    told = "numpy._core._multiarray_umath can't be loaded in a subinterpreter"
    assert [error for error in errors if told not in error] == []


@needs_interpreters
def test_it_is_named_when_it_is_the_pipeline_that_needs_it(failures):
    errors = failures(
        "pass", "pass", header=f"{HEADER}\nfrom pivot.stage_def import StageParams\n", jobs=2
    )
    for error in errors:
        assert error.startswith("pipeline.py:9: pydantic_core._pydantic_core can't be loaded in")


@needs_interpreters
def test_it_is_named_when_it_is_a_loader_that_needs_it(project):
    project.write("table.csv", "a,b\n1,2\n")
    text = """
    def table(one: Annotated[object, outputs.Dep("table.csv", loaders.CSV())]) -> out("table"):
        return 1

    REGISTRY.register(table)
    """
    project.pipeline("pass")
    project.write("pipeline.py", HEADER + "\n".join(line[4:] for line in text.splitlines()))
    project.run(executor="interpreters")
    assert "can't be loaded in a subinterpreter" in project.report.stages[0].error


@needs_interpreters
def test_what_is_the_processs_cant_be_changed(failures):
    directory, variable = failures("os.chdir('/')", "os.environ['MOOD'] = 'new'")
    assert directory.startswith("pipeline.py:9: it changes the working directory, which is also")
    assert variable.startswith("pipeline.py:13: it changes the environment variable MOOD, which")
    assert "MOOD" not in os.environ


@needs_interpreters
def test_a_timeout_is_not_watched_and_a_warning_says_so(project):
    body = "def s() -> out('s'):\n    return 1\nREGISTRY.register(s, timeout=60)\n"
    project.write("pipeline.py", HEADER + body)
    assert project.run(executor="interpreters") == {"s": "ran"}
    assert (
        "the timeout of 's' is not watched: executor 'interpreters' runs" in project.warnings()[0]
    )


# What can't be killed


class Patient:
    """An executor that can't kill: when it's stopped, what runs comes to its end."""

    workers = 1
    isolated = False

    def __init__(self, cancellation):
        self._cancellation = cancellation
        self._running = []

    def submit(self, call, task):
        future = Future()
        self._running.append((call, task, future))
        self._cancellation.request()
        return future

    def stop(self):
        for call, task, future in self._running:
            future.set_result(call(task))
        self._running.clear()

    def close(self):
        pass


class Answer:
    def __init__(self, executor):
        self._executor = executor

    @pivot.hookimpl
    def pivot_make_executor(self, name, options):
        return self._executor


def test_what_was_waited_for_when_the_run_was_interrupted_is_recorded(project):
    project.write(
        "pipeline.py",
        f"{HEADER}\n"
        "def a() -> out('a'):\n    return 1\n"
        "def b(a: Annotated[object, outputs.Dep('a.json', loaders.JSON())]) -> out('b'):\n"
        "    return 1\n"
        "REGISTRY.register(a)\nREGISTRY.register(b)\n",
    )
    cancellation = pivot.Cancellation()
    host = pivot.PluginHost()
    host.register(Answer(Patient(cancellation)))
    statuses = project.run(cancellation=cancellation, plugins=host)
    assert statuses == {"a": "ran", "b": "cancelled"}
    assert project.report.interrupted
    assert project.run() == {"a": "unchanged", "b": "ran"}
