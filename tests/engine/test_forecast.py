"""What is foretold is what happens: `pivot.explain` before each run, `pivot.run` after it."""

from __future__ import annotations

import shutil

import pytest

import pivot

PIPELINE = """
class Params(StageParams):
    factor: int = 2

def double(x):
    return x * 2

def first(raw: Annotated[int, outputs.Dep("raw.json", loaders.JSON())]) -> Annotated[
    int, outputs.Out("first.json", loaders.JSON())
]:
    return double(raw)

def second(x: Annotated[int, outputs.Dep("first.json", loaders.JSON())], params: Params) -> Annotated[
    int, outputs.Out("second.json", loaders.JSON())
]:
    return x * params.factor

def third(x: Annotated[int, outputs.Dep("second.json", loaders.JSON())]) -> Annotated[
    int, outputs.Out("third.json", loaders.JSON())
]:
    return x + 1

for stage in (first, second, third):
    REGISTRY.register(stage)
"""


@pytest.fixture
def three(project):
    project.pipeline(PIPELINE)
    project.write("raw.json", "1")
    return project


def agree(forecast: dict[str, str], statuses: dict[str, str]) -> bool:
    """Whether each stage ended in a way that its forecast allows."""
    allowed = {
        "run": {"ran"},
        "restore": {"restored"},
        "skip": {"unchanged"},
        "may_run": {"ran", "restored", "unchanged"},
    }
    return all(statuses[name] in allowed[word] for name, word in forecast.items())


def test_at_first_everything_will_run(three):
    assert three.forecast() == {"first": "run", "second": "run", "third": "run"}


def test_after_a_run_there_is_nothing_to_do(three):
    three.run()
    assert three.forecast() == {"first": "skip", "second": "skip", "third": "skip"}


def test_what_follows_a_stage_that_will_run_may_run(three):
    three.run()
    three.edit("pipeline.py", "x * 2", "x * 3")
    assert three.forecast() == {"first": "run", "second": "may_run", "third": "may_run"}


def test_a_stage_with_reasons_of_its_own_will_run_whatever_comes_before_it(three):
    three.run()
    three.edit("pipeline.py", "x * 2", "x * 3")
    three.edit("pipeline.py", "return x + 1", "return x + 2")
    assert three.forecast() == {"first": "run", "second": "may_run", "third": "run"}


def test_what_would_be_restored_is_taken_as_if_it_were_there(three):
    three.run()
    (three.root / "first.json").unlink()
    assert three.forecast() == {"first": "restore", "second": "skip", "third": "skip"}


def test_a_return_to_earlier_data_is_foretold_along_the_chain(three):
    three.run()
    three.write("raw.json", "5")
    three.run()
    three.write("raw.json", "1")
    forecast = three.forecast()
    assert forecast == {"first": "restore", "second": "restore", "third": "restore"}
    assert agree(forecast, three.run())


def test_a_forecast_changes_nothing(three):
    three.run()
    (three.root / "first.json").unlink()
    before = {p: p.stat().st_mtime_ns for p in three.root.rglob("*.lock")}
    three.forecast()
    assert not (three.root / "first.json").exists()
    assert {p: p.stat().st_mtime_ns for p in three.root.rglob("*.lock")} == before


EDITS = {
    "helper": lambda p: p.edit("pipeline.py", "x * 2", "x * 3"),
    "same value": lambda p: p.edit("pipeline.py", "x * 2", "2 * x"),
    "comment": lambda p: p.edit("pipeline.py", "return x + 1", "return x + 1  # more"),
    "data": lambda p: p.write("raw.json", "9"),
    "param": lambda p: p.write("params.yaml", "second:\n  factor: 7\n"),
    "lost output": lambda p: (p.root / "second.json").unlink(),
    "edited output": lambda p: p.write("second.json", "0"),
    "lost cache and output": lambda p: (
        shutil.rmtree(p.root / ".pivot/cache"),
        (p.root / "second.json").unlink(),
    ),
    "lost state": lambda p: shutil.rmtree(p.root / ".pivot/state.lmdb"),
    "lost lock": lambda p: (p.root / ".pivot/stages/second.lock").unlink(),
}


@pytest.mark.parametrize("edit", EDITS)
def test_the_run_does_what_was_foretold(three, edit):
    three.run()
    EDITS[edit](three)
    forecast = three.forecast()
    statuses = three.run()
    assert agree(forecast, statuses), (forecast, statuses)
    assert set(three.forecast().values()) == {"skip"}


def test_an_explanation_names_the_changed_helper_with_its_place(three):
    three.run()
    three.edit("pipeline.py", "x * 2", "x * 3")
    first = pivot.explain(three.root)[0]
    (change,) = first.changes
    assert change.name == "func:pipeline:double"
    assert change.summary == "Code dependency changed"
    assert change.old != change.new
    assert str(change.place).startswith("pipeline.py:")
    line = int(str(change.place).rpartition(":")[2])
    assert three.read("pipeline.py").splitlines()[line - 1].startswith("def double")


def test_an_explanation_shows_both_values_of_a_parameter(three):
    three.run()
    three.write("params.yaml", "second:\n  factor: 7\n")
    second = pivot.explain(three.root)[1]
    (change,) = second.changes
    assert (change.kind, change.name, change.old, change.new) == (
        "param_changed",
        "factor",
        "2",
        "7",
    )


def test_an_input_that_nobody_makes_is_told_before_anything_runs(three):
    (three.root / "raw.json").unlink()
    with pytest.raises(pivot.PivotError) as caught:
        pivot.explain(three.root)
    assert "stage 'first' needs 'raw.json', which does not exist" in str(caught.value)
