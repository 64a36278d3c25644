"""What runs, and what doesn't, when stages come from `pivot.yaml`."""

from __future__ import annotations

import json
import os
import time

import pytest

from pivot.cli import main
from pivot.engine import snapshot
from pivot.errors import DefinitionErrors, UsageError
from pivot.signature import TICK_NS

STEPS = """
import os
import pathlib
from typing import Annotated

import numbers_of
from pivot import loaders, outputs
from pivot.stage_def import StageParams

class Params(StageParams):
    factor: int = 1

def scale(
    params: Params,
    data: Annotated[int, outputs.Dep("data.json", loaders.JSON())],
    variant: str = "none",
) -> Annotated[list, outputs.Out("scaled.json", loaders.JSON())]:
    return [numbers_of.OFFSET + data * params.factor, variant, os.getpid()]

def total(data: Annotated[list, outputs.Dep("scaled.json", loaders.JSON())]) -> Annotated[
    list, outputs.Out("total.json", loaders.JSON())
]:
    return data
"""
STAGES = """
stages:
  scale:
    function: steps:scale
    matrix:
      size:
        small:
        large: {params: {factor: 10}}
      source: [one, two]
    deps:
      data: ${source}.json
    outs:
      return: scaled/${size}_${source}.json
"""
NAMES = [f"scale@{size}_{source}" for size in ("small", "large") for source in ("one", "two")]


@pytest.fixture
def scaling(project):
    project.write("steps.py", STEPS)
    project.write("numbers_of.py", "OFFSET = 0\n")
    project.write("one.json", "1")
    project.write("two.json", "2")
    project.write("pivot.yaml", STAGES)
    return project


def ran(found: dict[str, str]) -> set[str]:
    return {name for name, status in found.items() if status != "unchanged"}


def test_each_variant_runs_once(scaling):
    assert scaling.run() == dict.fromkeys(NAMES, "ran")
    assert scaling.run() == dict.fromkeys(NAMES, "unchanged")
    assert json.loads(scaling.read("scaled/large_two.json"))[:2] == [20, "large_two"]


def test_they_run_in_workers(scaling):
    assert set(scaling.run(executor="loky", jobs=1).values()) == {"ran"}
    pids = {json.loads(file.read_text())[2] for file in (scaling.root / "scaled").iterdir()}
    assert len(pids) == 1
    assert os.getpid() not in pids


def test_workers_run_the_code_as_it_is_after_an_edit(scaling):
    scaling.run(executor="loky", jobs=1)
    scaling.write("numbers_of.py", "OFFSET = 5\n")
    scaling.run(executor="loky", jobs=1)
    assert json.loads(scaling.read("scaled/small_one.json"))[0] == 6


def test_a_glob_means_variants(scaling):
    assert list(scaling.run("scale@large_*")) == NAMES[2:]


def test_an_edit_of_one_value_runs_its_variants(scaling):
    scaling.run()
    scaling.edit("pivot.yaml", "factor: 10", "factor: 11")
    assert ran(scaling.run()) == {"scale@large_one", "scale@large_two"}


def test_an_edit_of_a_path_runs_its_stages(scaling):
    scaling.run()
    scaling.edit("pivot.yaml", "scaled/", "other/")
    assert ran(scaling.run()) == set(NAMES)


def test_a_new_value_runs_its_variants_alone(scaling):
    scaling.run()
    scaling.write("three.json", "3")
    scaling.edit("pivot.yaml", "[one, two]", "[one, two, three]")
    assert ran(scaling.run()) == {"scale@small_three", "scale@large_three"}


def test_a_comment_runs_nothing(scaling):
    scaling.run()
    scaling.edit("pivot.yaml", "stages:\n", "# what there is\nstages:\n")
    assert ran(scaling.run()) == set()


def test_an_edit_of_the_code_runs_all(scaling):
    scaling.run()
    scaling.write("numbers_of.py", "OFFSET = 5\n")
    assert ran(scaling.run()) == set(NAMES)


def test_the_lock_has_the_variant(scaling):
    scaling.run("scale@small_one")
    lock = json.loads(scaling.read(".pivot/stages/scale@small_one.lock"))
    assert lock["params"] == {"factor": 1, "variant": "small_one"}


def test_the_result_of_one_variant_is_not_recalled_for_another(scaling):
    """Though all but the name is the same: the function sees it."""
    text = "stages:\n  scale@{}: {{function: steps:scale, deps: {{data: one.json}}}}\n"
    scaling.write("pivot.yaml", text.format("a"))
    assert scaling.run() == {"scale@a": "ran"}
    scaling.write("pivot.yaml", text.format("b"))
    assert scaling.run() == {"scale@b": "ran"}
    assert json.loads(scaling.read("scaled.json"))[1] == "b"


def test_stages_of_both_files_feed_each_other(scaling):
    scaling.pipeline("import steps\nREGISTRY.register(steps.total)\n")
    scaling.write(
        "pivot.yaml", "stages:\n  first: {function: steps:scale, deps: {data: one.json}}\n"
    )
    assert list(scaling.run()) == ["first", "total"]
    assert scaling.read("total.json") == scaling.read("scaled.json")


def test_a_loop_in_python_is_the_same(scaling):
    """The locks of both ways are equal, so that nothing runs when one becomes the other."""
    scaling.run()
    (scaling.root / "pivot.yaml").unlink()
    scaling.pipeline("""
        import steps

        for size, factor in {"small": 1, "large": 10}.items():
            for source in ("one", "two"):
                REGISTRY.register(
                    steps.scale,
                    name=f"scale@{size}_{source}",
                    params=steps.Params(factor=factor),
                    deps={"data": f"{source}.json"},
                    outs={"return": f"scaled/{size}_{source}.json"},
                )
    """)
    assert scaling.run() == dict.fromkeys(NAMES, "unchanged")


def test_an_input_that_is_not_there_is_told_with_the_line(scaling):
    (scaling.root / "two.json").unlink()
    with pytest.raises(
        UsageError, match=r"pivot\.yaml:2: stage 'scale@small_two' needs 'two.json'"
    ):
        scaling.run()


def test_variants_that_write_one_file_are_told_with_the_line(scaling):
    scaling.edit("pivot.yaml", "${size}_", "")
    with pytest.raises(DefinitionErrors) as caught:
        scaling.run()
    assert str(caught.value.errors[0]).startswith(
        "pivot.yaml:2: two stages write 'scaled/one.json': 'scale@small_one' (pivot.yaml:2) and "
    )


def test_an_edit_during_a_run_counts_in_the_next(scaling):
    scaling.edit("steps.py", "    return [numbers", "    edit()\n    return [numbers")
    scaling.write(
        "steps.py",
        scaling.read("steps.py")
        + """
def edit():
    file = pathlib.Path("pivot.yaml")
    file.write_text(file.read_text().replace("factor: 10", "factor: 11"))
""",
    )
    scaling.run(executor="loky", jobs=1)
    scaling.run(executor="loky", jobs=1)
    assert json.loads(scaling.read("scaled/large_one.json"))[0] == 11


# The answer "nothing changed"


@pytest.fixture
def answered(scaling, monkeypatch, capsys):
    monkeypatch.setenv("PIVOT_EXECUTOR", "inline")
    monkeypatch.chdir(scaling.root)
    certify()
    capsys.readouterr()
    return scaling


def certify() -> None:
    """Run until all is up to date, and has been for long enough to be certain of it."""
    for _ in range(20):
        assert main(["run"]) == 0
        if snapshot.recall(["run"]) is not None:
            return
        time.sleep(2 * TICK_NS / 1e9)
    pytest.fail("nothing was certified")


EDITS = {
    "the file": lambda p: p.edit("pivot.yaml", "factor: 10", "factor: 11"),
    "the file that is gone": lambda p: (p.root / "pivot.yaml").unlink(),
    "a module that it names": lambda p: p.edit("steps.py", "data * params", "data + params"),
    "a module that is gone": lambda p: (p.root / "steps.py").unlink(),
    "a package in place of a module": lambda p: p.write("steps/__init__.py", STEPS),
    "a module of a module": lambda p: p.write("numbers_of.py", "OFFSET = 1\n"),
    "a pipeline beside it": lambda p: p.pipeline("import steps\n"),
    "parameters": lambda p: p.write("params.yaml", "scale: {factor: 2}\n"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_after_an_edit_the_full_pass_decides(answered, edit):
    edit(answered)
    assert snapshot.recall(["run"]) is None


def test_a_file_that_appears_beside_a_pipeline_is_noticed(scaling, monkeypatch, capsys):
    text = scaling.read("pivot.yaml")
    (scaling.root / "pivot.yaml").unlink()
    scaling.write("data.json", "1")
    scaling.pipeline("import steps\nREGISTRY.register(steps.scale)\n")
    monkeypatch.setenv("PIVOT_EXECUTOR", "inline")
    monkeypatch.chdir(scaling.root)
    certify()
    scaling.write("pivot.yaml", text)
    capsys.readouterr()
    assert main(["run"]) == 0
    assert "4 ran, 1 unchanged" in capsys.readouterr().out
