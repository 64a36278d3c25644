"""The runs that are kept."""

from __future__ import annotations

import datetime as dt
import json
import zlib

import pytest

from pivot.engine.history import History, RunRecord, StageRecord
from pivot.engine.report import RunReport, StageReport
from pivot.events import Status
from pivot.store.layout import Layout
from pivot.store.state import State

REPORT = RunReport(
    (
        StageReport("clean", Status.UNCHANGED),
        StageReport("train", Status.RAN, ("Code dependency changed: f",), 1.5),
        StageReport("test", Status.FAILED, tuple("abcdefg"), 0.1, "ValueError: no", "in test"),
    ),
    2.5,
    interrupted=True,
)
STARTED = dt.datetime(2026, 11, 23, 17, 0, 0, 250_000, dt.UTC).timestamp()


@pytest.fixture
def state(tmp_path):
    opened = State.open(Layout(tmp_path).state)
    yield opened
    opened.close()


def record(targets=()):
    return RunRecord.of(REPORT, STARTED, targets, "loky", forced=True)


def test_a_run_is_kept_as_it_was(state):
    history = History(state.history, 10)
    history.add(record(("train",)))
    [kept] = history.runs()
    assert kept == RunRecord(
        number=1,
        started=STARTED,
        seconds=2.5,
        targets=("train",),
        forced=True,
        executor="loky",
        interrupted=True,
        stages=(
            StageRecord("train", Status.RAN, 1.5, ("Code dependency changed: f",)),
            StageRecord("test", Status.FAILED, 0.1, tuple("abcde"), "ValueError: no"),
        ),
        unchanged=1,
    )
    assert kept.counts == {"ran": 1, "failed": 1, "unchanged": 1}
    assert kept.to_json()["started"] == "2026-11-23T17:00:00.250Z"
    json.dumps(kept.to_json())


def test_the_last_one_comes_first_and_the_oldest_goes(state):
    history = History(state.history, 3)
    for number in range(5):
        history.add(record((str(number),)))
    assert [(run.number, run.targets) for run in history.runs()] == [
        (5, ("4",)),
        (4, ("3",)),
        (3, ("2",)),
    ]


def test_another_size_never_shows_a_run_under_another_ones_number(state):
    for number in range(7):
        History(state.history, 5).add(record((str(number + 1),)))
    for most in (1, 2, 3, 4, 6, 20):
        for run in History(state.history, most).runs():
            assert run.targets == (str(run.number),)


def test_it_outlives_the_process(state, tmp_path):
    History(state.history, 3).add(record())
    state.close()
    again = State.open(Layout(tmp_path).state)
    assert len(History(again.history, 3).runs()) == 1
    again.close()


@pytest.mark.parametrize(
    "value", [b"", b"no", zlib.compress(b"[2, []]"), zlib.compress(b"[1, [3]]")]
)
def test_what_is_damaged_or_of_another_version_is_passed_over(state, value):
    state.history.add(value, 5)
    History(state.history, 5).add(record())
    assert [run.number for run in History(state.history, 5).runs()] == [2]
