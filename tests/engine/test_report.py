"""What a caller is given after a run or a forecast."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pivot.decide import MayRun, Reason, ReasonKind, Restore, Run, Skip
from pivot.engine.growth import Growth
from pivot.engine.report import Change, Explanation, RunReport, StageReport, forecast_word
from pivot.errors import Place
from pivot.events import Status


def report(*statuses: Status, **fields: Any) -> RunReport:
    stages = tuple(StageReport(f"s{n}", status) for n, status in enumerate(statuses))
    return RunReport(stages, 1.5, **fields)


GOOD = (Status.RAN, Status.RESTORED, Status.UNCHANGED)


def test_a_run_in_which_all_went_well():
    assert report(*GOOD).ok
    assert report(*GOOD).exit_status == 0


def test_a_run_of_nothing_went_well():
    assert report().ok


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_a_stage_that_is_not_up_to_date_is_a_failure(status):
    assert not report(*GOOD, status).ok
    assert report(*GOOD, status).exit_status == 1


@pytest.mark.parametrize("worst", [1, 3, 4])
def test_the_worst_error_gives_the_exit_status(worst):
    assert report(Status.FAILED, worst=worst).exit_status == worst


@pytest.mark.parametrize("statuses", [(), GOOD, (Status.FAILED,)])
def test_an_interrupted_run_is_told_as_shells_do(statuses):
    interrupted = report(*statuses, interrupted=True, worst=3)
    assert interrupted.exit_status == 130
    assert not interrupted.ok


def test_counts_are_of_what_occurred_in_a_fixed_order():
    counts = report(Status.FAILED, Status.RAN, Status.UNCHANGED, Status.RAN).counts
    assert list(counts.items()) == [("ran", 2), ("unchanged", 1), ("failed", 1)]


def test_a_stage_is_found_by_name():
    assert report(*GOOD)["s1"].status is Status.RESTORED


def test_a_stage_that_was_not_part_of_it_is_a_key_error():
    with pytest.raises(KeyError, match="nobody"):
        report(*GOOD)["nobody"]


def test_a_report_is_json():
    stage = StageReport("train", Status.FAILED, ("Never run before",), 0.5, "no", "Traceback")
    assert json.loads(json.dumps(RunReport((stage,), 1.5).to_json())) == {
        "ok": False,
        "seconds": 1.5,
        "counts": {"failed": 1},
        "stages": [
            {
                "name": "train",
                "status": "failed",
                "reasons": ["Never run before"],
                "seconds": 0.5,
                "error": "no",
                "traceback": "Traceback",
            }
        ],
    }


def test_an_explanation_is_json():
    change = Change(
        "code_changed",
        "Code changed",
        "f",
        "1",
        "2",
        Place("pipeline.py", 3),
        old_value="3",
        new_value="5",
        note="a note",
        diff=("-K = 3", "+K = 5"),
    )
    changes = (change, Change("forced", "Forced", ""))
    explanation = Explanation("train", "run", changes, (Growth("log.txt", None, done=False),))
    assert json.loads(json.dumps(explanation.to_json())) == {
        "stage": "train",
        "forecast": "run",
        "changes": [
            {
                "kind": "code_changed",
                "summary": "Code changed",
                "name": "f",
                "old": "1",
                "new": "2",
                "place": {"file": "pipeline.py", "line": 3},
                "old_value": "3",
                "new_value": "5",
                "unstable": False,
                "note": "a note",
                "diff": ["-K = 3", "+K = 5"],
            },
            {
                "kind": "forced",
                "summary": "Forced",
                "name": "",
                "old": None,
                "new": None,
                "place": None,
                "old_value": None,
                "new_value": None,
                "unstable": False,
                "note": None,
                "diff": [],
            },
        ],
        "grows": [{"path": "log.txt", "base": None, "done": False, "lost": False}],
        "accepted": [],
    }


REASONS = (Reason(ReasonKind.NEVER_RUN),)


@pytest.mark.parametrize(
    ("forecast", "word", "would_run"),
    [
        (Skip(), "skip", False),
        (Run(REASONS), "run", True),
        (Restore(REASONS, ()), "restore", True),
        (MayRun(("clean",)), "may_run", True),
    ],
)
def test_a_forecast_in_one_word(forecast, word, would_run):
    assert forecast_word(forecast) == word
    assert Explanation("train", word).would_run == would_run
