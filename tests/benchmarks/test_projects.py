"""All tools are given the same work: other files around the same graph of the same functions."""

from __future__ import annotations

import subprocess
import sys

import pytest

import pivot
from benchmarks.projects.for_pivot import PivotProject
from benchmarks.projects.layered import LAYERS, Layered, output
from benchmarks.projects.plain import PlainProject

STAGES = 40


def loop(project):
    subprocess.run([sys.executable, "loop.py"], cwd=project.root, check=True, capture_output=True)
    return made(project)


def run(project):
    report = pivot.run(project.root, executor="inline")
    return made(project), report.counts


def made(project):
    return [int((project.root / output(number)).read_text()) for number in range(STAGES)]


@pytest.fixture
def plain(tmp_path):
    project = PlainProject(tmp_path / "plain", Layered(STAGES))
    project.write()
    return project


@pytest.fixture
def registered(tmp_path):
    project = PivotProject(tmp_path / "registered", Layered(STAGES))
    project.write()
    return project


def test_the_loop_makes_what_pivot_makes(plain, registered):
    assert run(registered) == (loop(plain), {"ran": STAGES})


@pytest.mark.parametrize("edit", ["edit_leaf", "edit_helper"])
def test_an_edit_changes_the_same_of_both(plain, registered, edit):
    before = loop(plain)
    run(registered)
    getattr(plain, edit)(1000)
    getattr(registered, edit)(1000)
    after, counts = run(registered)
    assert after == loop(plain)
    changed = [number for number in range(STAGES) if before[number] != after[number]]
    assert changed
    assert counts == {"ran": len(changed), "unchanged": STAGES - len(changed)}


@pytest.mark.parametrize("edit", ["edit_leaf", "edit_helper"])
def test_every_edit_is_another(registered, edit):
    contents = set()
    for number in (7, 8, 9):
        getattr(registered, edit)(number)
        contents.add("".join(f.read_text() for f in sorted(registered.root.rglob("*.py"))))
    assert len(contents) == 3


@pytest.mark.parametrize("stages", [1, 2, 8, 9, 176, 1000])
def test_each_stage_reads_two_of_the_layer_before(stages):
    pipeline = Layered(stages)
    for number in range(stages):
        layer = number // pipeline.width
        assert layer < LAYERS
        inputs = pipeline.inputs(number)
        if layer:
            first = (layer - 1) * pipeline.width
            before = {output(one) for one in range(first, first + pipeline.width)}
            assert set(inputs) <= before
            assert len(inputs) == min(2, pipeline.width)
        else:
            assert inputs == ("data/raw.json",)


def test_nothing_depends_on_the_leaf():
    pipeline = Layered(176)
    read = {path for number in range(176) for path in pipeline.inputs(number)}
    assert output(pipeline.last) not in read
