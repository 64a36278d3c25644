"""Runs that are over, as a program asks for them."""

from __future__ import annotations

import pytest

import pivot
from pivot.errors import UsageError

PIPELINE = """
def first() -> Annotated[int, outputs.Out("1.json", loaders.JSON())]:
    return 1

def second(n: Annotated[int, outputs.Dep("1.json", loaders.JSON())]) -> Annotated[
    int, outputs.Out("2.json", loaders.JSON())
]:
    return n + 1

REGISTRY.register(first)
REGISTRY.register(second)
"""


@pytest.fixture
def root(project):
    project.pipeline(PIPELINE)
    project.run()
    project.run()
    project.run("second", force=True)
    (project.root / "1.json").unlink()
    project.run()
    return project.root


def test_runs_that_did_something_are_kept(root):
    runs = pivot.history(root)
    assert [run.counts for run in runs] == [
        {"restored": 1, "unchanged": 1},
        {"ran": 1, "unchanged": 1},
        {"ran": 2},
    ]
    assert (runs[1].targets, runs[1].forced) == (("second",), True)
    assert runs[2].stages[0].reasons == ("Never run before",)
    assert runs[0].started >= runs[1].started >= runs[2].started


def test_only_those_that_concern_a_stage(root):
    assert [run.number for run in pivot.history(root, stages=["second"])] == [2, 1]
    assert [run.number for run in pivot.history(root, stages=["f*"])] == [3, 1]
    assert pivot.history(root, stages=["th*"]) == ()


def test_a_stage_that_never_was_is_an_error(root):
    with pytest.raises(UsageError, match="no stage called 'secnd'\n  did you mean second"):
        pivot.history(root, stages=["secnd"])


def test_a_stage_that_did_nothing_yet_has_no_runs(project):
    project.pipeline(PIPELINE)
    project.run("first")
    assert pivot.history(project.root, stages=["second"]) == ()


@pytest.mark.parametrize(
    ("name", "number"), [("last", 3), (3, 3), ("1", 1), (-1, 3), ("-2", 2), (-3, 1)]
)
def test_a_run_is_named_by_its_number_or_from_the_end(root, name, number):
    assert pivot.past_run(name, root).number == number


@pytest.mark.parametrize(
    ("name", "message"),
    [(4, "there is no run 4"), (-4, "there is no run -4"), (0, "there is no run 0")],
)
def test_a_run_that_is_not_kept(root, name, message):
    with pytest.raises(UsageError) as caught:
        pivot.past_run(name, root)
    assert caught.value.message == message
    assert caught.value.hint == "the runs that are kept have the numbers 1 to 3"


def test_what_is_no_run(root):
    with pytest.raises(UsageError, match="'lats' is no run\n  did you mean last"):
        pivot.past_run("lats", root)


def test_before_the_first_run(project):
    project.pipeline(PIPELINE)
    assert pivot.history(project.root) == ()
    assert not (project.root / ".pivot").exists()
    with pytest.raises(UsageError, match="no run is kept yet"):
        pivot.past_run(root=project.root)


def test_the_setting_says_how_many_are_kept(project, monkeypatch):
    monkeypatch.setenv("PIVOT_HISTORY__RUNS", "2")
    project.pipeline(PIPELINE)
    for _ in range(4):
        project.run(force=True)
    assert [run.number for run in pivot.history(project.root)] == [4, 3]


def test_the_pipeline_is_not_imported(root):
    (root / "pipeline.py").write_text("1 +")
    assert len(pivot.history(root)) == 3


def test_what_was_asked_for_is_known(project):
    project.pipeline(
        """
        class P(StageParams):
            rate: float = 0.5

        def train(params: P) -> Annotated[float, outputs.Out("t.json", loaders.JSON())]:
            return params.rate

        REGISTRY.register(train)
        """
    )
    project.run("train", params=["train.rate=0.1"], keep_going=True, jobs=3)
    project.run("t*", params={"train.rate": 0.2}, force=True)
    second, first = pivot.history(project.root)
    assert (first.targets, first.params) == (("train",), ("train.rate=0.1",))
    assert (first.keep_going, first.forced, first.executor) == (True, False, "inline")
    assert (second.targets, second.params) == (("t*",), ("train.rate=0.2",))
    assert (second.keep_going, second.forced) == (False, True)
