from pivot_tui.drawn import Kind
from pivot_tui.past import past, usual

from pivot.api import RunRecord, StageRecord
from pivot.events import Status


def record(number, *stages, interrupted=False):
    return RunRecord(number, 1e9 + number, 2.5, (), False, "loky", interrupted, stages, 3)


RUNS = [
    record(3, StageRecord("train", Status.FAILED, 0.5, ("Code changed",), "ValueError: no")),
    record(2, StageRecord("train", Status.RAN, 4.0, ("Forced",)), interrupted=True),
    record(1, StageRecord("train", Status.RAN, 9.0), StageRecord("clean", Status.RESTORED)),
]


def test_a_stage_has_a_line_for_each_run_that_did_something_with_it():
    lines = past(RUNS, "train")
    assert lines[0].text == "train"
    assert [line.text.split()[0] for line in lines[1:4]] == ["#3", "#2", "#1"]
    assert lines[1].text.endswith("failed        0.5 s  ValueError: no")
    assert lines[1].kind is Kind.TROUBLE
    assert lines[2].text.endswith("ran           4.0 s  Forced")


def test_all_runs_are_listed():
    lines = [line.text for line in past(RUNS, "other")]
    assert "  No run that is kept did anything with it." in lines
    assert lines[-2].endswith("interrupted: 1 ran, 3 unchanged in 2.5 s")


def test_without_runs_that_is_said():
    assert [line.text for line in past([], "train")] == ["No run is kept yet."]


def test_how_long_a_stage_usually_takes_is_what_it_took_last():
    assert usual(RUNS) == {"train": 4.0}
