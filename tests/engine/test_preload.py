"""A worker imports the pipeline when it starts, and once for each run."""

from __future__ import annotations

import collections
import functools
import os
import time

from pivot.engine.worker import prepare
from pivot.executors.loky_pool import open_loky
from pivot.interfaces import ExecutorOptions

STAGES = """
import os

with pathlib.Path(__file__).with_name("imports").open("a") as stream:
    stream.write(f"{os.getpid()}\\n")

def first() -> Annotated[int, outputs.Out("1.json", loaders.JSON())]:
    return os.getpid()

def second(n: Annotated[int, outputs.Dep("1.json", loaders.JSON())]) -> Annotated[
    int, outputs.Out("2.json", loaders.JSON())
]:
    return os.getpid()

REGISTRY.register(first)
REGISTRY.register(second)
"""


def imports(project) -> collections.Counter[int]:
    """Give how often each process has imported the pipeline."""
    return collections.Counter(map(int, project.read("imports").split()))


def test_a_worker_imports_the_pipeline_before_there_is_a_task_for_it(project):
    project.pipeline(STAGES)
    start = functools.partial(prepare, str(project.root), preload=("pipeline",))
    executor = open_loky(ExecutorOptions(1, start, str(project.root), expected=1))
    while not (project.root / "imports").exists():
        time.sleep(0.01)
    executor.stop()
    assert os.getpid() not in imports(project)


def test_it_is_imported_once_by_each_process_of_a_run(project):
    project.pipeline(STAGES)
    assert set(project.run(executor="loky", jobs=1).values()) == {"ran"}
    worker = int(project.read("2.json"))
    assert imports(project) == {os.getpid(): 1, worker: 1}


def test_a_worker_that_lives_on_imports_it_again_for_the_next_run(project):
    project.pipeline(STAGES)
    project.run(executor="loky", jobs=1)
    worker = int(project.read("2.json"))
    project.run(executor="loky", jobs=1, force=True)
    assert int(project.read("2.json")) == worker
    assert imports(project) == {os.getpid(): 2, worker: 2}


def test_a_pipeline_that_cannot_be_imported_by_a_worker_fails_the_stages_and_says_why(project):
    project.pipeline(
        f"{STAGES}\nif len(pathlib.Path(__file__).with_name('imports').read_text().split()) > 1:\n    raise OSError('no licence')"
    )
    assert project.run(executor="loky", jobs=1)["first"] == "failed"
    assert "no licence" in str(project.report["first"].error)
