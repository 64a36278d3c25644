"""`pivot affected`: the stages that a change touches, without data and without results."""

from __future__ import annotations

import json

import pytest

PIPELINE = """
from pathlib import Path
from typing import Annotated

from helper import scaled
from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import StageParams


class Params(StageParams):
    by: int = 2


def first(
    rows: Annotated[list, outputs.Dep("rows.json", loaders.JSON())],
) -> Annotated[list, outputs.Out("first.json", loaders.JSON())]:
    return [scaled(row) for row in rows]


def second(
    rows: Annotated[list, outputs.Dep("first.json", loaders.JSON())],
) -> Annotated[list, outputs.Out("second.json", loaders.JSON())]:
    return rows


def tuned(params: Params) -> Annotated[int, outputs.Out("tuned.json", loaders.JSON())]:
    return params.by


def heavy(
    data: Annotated[Path, outputs.Dep("data/heavy.bin")],
) -> Annotated[int, outputs.Out("heavy.json", loaders.JSON())]:
    return len(data.read_bytes())


def alone() -> Annotated[int, outputs.Out("alone.json", loaders.JSON())]:
    return 1


for stage in (first, second, tuned, heavy, alone):
    REGISTRY.register(stage)
"""


@pytest.fixture
def committed(project, invoke):
    """A project that ran and is committed, but for what a stage reads from `data/`."""
    project.write("helper.py", "def scaled(row):\n    return row * 2\n")
    project.pipeline(PIPELINE)
    project.write("rows.json", "[1]")
    project.write("data/heavy.bin", "much")
    project.write(".gitignore", "/data/\n/*.json\n!/rows.json\n__pycache__/\n")
    project.git("init", "--quiet")
    assert invoke("run", "--executor", "inline").status == 0
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "all ran")
    return project


def found(invoke, *words):
    done = invoke("affected", "--json", *words)
    assert (done.status, done.err) == (0, "")
    return {one["stage"]: one for one in json.loads(done.out)["stages"]}


def test_each_kind_of_change_is_told_with_its_reason(committed, invoke):
    committed.edit("helper.py", "row * 2", "row * 3")
    committed.write("params.yaml", "tuned: {by: 5}\n")
    committed.edit("pipeline.py", "def alone", "def lonely")
    committed.edit("pipeline.py", "heavy, alone)", "heavy, lonely)")
    # Another file, as the lock of the run that read it says; the file itself is nowhere now.
    committed.write("data/heavy.bin", "much more")
    committed.run("heavy")
    (committed.root / "data/heavy.bin").unlink()
    stages = found(invoke)
    assert {name: one["how"] for name, one in stages.items()} == {
        "first": "changed",
        "second": "downstream",
        "tuned": "changed",
        "heavy": "changed",
        "lonely": "new",
        "alone": "removed",
    }
    assert stages["second"]["after"] == ["first"]
    reasons = {name: [r["name"] for r in one["reasons"]] for name, one in stages.items()}
    assert reasons["first"] == ["func:helper:scaled"]
    assert reasons["tuned"] == ["by"]
    assert reasons["heavy"] == ["data/heavy.bin (data)"]
    done = invoke("affected", "--exit-code")
    assert done.status == 1
    assert done.out.splitlines() == [
        "first   changed     Code dependency changed: func:helper:scaled",
        "second  downstream  of first",
        "tuned   changed     Parameter changed: by",
        "heavy   changed     Input changed: data/heavy.bin (data)",
        "lonely  new",
        "alone   removed",
        "5 of 5 stages are affected since HEAD",
    ]
    assert invoke("affected", "--names").out.split() == [
        *("first", "second", "tuned", "heavy", "lonely")
    ]


def test_what_makes_no_difference_touches_no_stage_and_nothing_is_left_behind(committed, invoke):
    committed.edit("helper.py", "    return", "    # as ever\n    return")
    committed.write("notes.txt", "new")
    for name in ("data/heavy.bin", "first.json"):
        (committed.root / name).unlink()
    status = ("status", "--porcelain", "--ignored")
    before = committed.git(*status)
    done = invoke("affected", "--exit-code", "--since", "HEAD")
    assert (done.status, done.out) == (0, "0 of 5 stages are affected since HEAD\n")
    assert committed.git(*status) == before


def test_a_file_of_git_that_changed_is_an_input_that_changed(committed, invoke):
    committed.write("rows.json", "[1, 2]")
    assert list(found(invoke)) == ["first", "second"]


def test_a_pipeline_that_can_not_be_imported_is_status_2(committed, invoke):
    committed.edit("pipeline.py", "from pathlib import Path", "import nowhere_to_be_found")
    done = invoke("affected")
    assert done.status == 2
    assert "the pipeline of the working tree can't be looked at" in done.err
    assert "nowhere_to_be_found" in done.err


@pytest.mark.parametrize("words", [("--since", "nosuch"), ("--names", "--json"), ("stage",)])
def test_what_makes_no_sense_is_status_2(committed, invoke, words):
    assert invoke("affected", *words).status == 2
