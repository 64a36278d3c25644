"""The runs that are kept."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import zlib

import pytest

from pivot.engine.history import History, RunRecord, StageRecord, decode, encode
from pivot.engine.report import StageReport
from pivot.events import Status
from pivot.store.layout import Layout
from pivot.store.state import State

STARTED = dt.datetime(2026, 11, 23, 17, 0, 0, 250_000, dt.UTC).timestamp()
RAN = StageRecord("train", Status.RAN, 1.5, ("Code dependency changed: f",))
FAILED = StageRecord("test", Status.FAILED, 0.1, ("a", "b"), "ValueError: no", attempts=3)
RECORD = RunRecord(
    number=0,
    started=STARTED,
    seconds=2.5,
    targets=("train",),
    forced=True,
    executor="loky",
    interrupted=True,
    stages=(RAN, FAILED),
    unchanged=1,
    workers=2,
    params=("train.rate=0.1",),
    commit="1" * 40,
    dirty=False,
)


@pytest.fixture
def state(tmp_path):
    opened = State.open(Layout(tmp_path).state)
    yield opened
    opened.close()


def record(targets=()):
    return dataclasses.replace(RECORD, targets=targets)


def test_a_run_is_kept_as_it_was(state):
    history = History(state.history, 10)
    history.add(RECORD)
    assert history.runs() == [dataclasses.replace(RECORD, number=1)]


def test_a_run_as_json(state):
    values = RECORD.to_json()
    assert values["started"] == "2026-11-23T17:00:00.250Z"
    assert values["counts"] == {"ran": 1, "failed": 1, "unchanged": 1}
    assert json.loads(json.dumps(values))["stages"][1]["status"] == "failed"


@pytest.mark.parametrize(
    ("changes", "ok"),
    [
        ({}, True),
        ({"interrupted": True}, False),
        ({"unfinished": True}, False),
        ({"stages": (RAN, FAILED)}, False),
        ({"stages": (StageRecord("a", Status.CANCELLED),)}, False),
    ],
)
def test_a_run_is_ok_if_all_is_up_to_date_after_it(changes, ok):
    good = dataclasses.replace(RECORD, interrupted=False, stages=(RAN,))
    assert dataclasses.replace(good, **changes).ok is ok


def test_much_is_cut_short():
    reasons = tuple(map(str, range(100)))
    error = "\n".join(["x" * 300] * 100)
    kept = StageRecord.of(StageReport("a", Status.FAILED, reasons, 1.0, error, "in a"))
    assert kept.reasons == reasons[:20]
    assert kept.error == error[:1000]
    assert StageRecord.of(StageReport("a", Status.FAILED, error="x\n" * 50)).error == "\n".join(
        "x" * 10
    )


@pytest.mark.parametrize("line", [b"", b"{}", b"[1, {}]", b"[2, {}]", encode(RECORD)[:-1]])
def test_a_line_that_is_none_of_ours_is_no_record(line):
    assert decode(line) is None


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
    "value", [b"", b"no", zlib.compress(b"[1, []]"), zlib.compress(b"[2, [3]]")]
)
def test_what_is_damaged_or_of_another_version_is_passed_over(state, value):
    state.history.add(value, 5)
    History(state.history, 5).add(record())
    assert [run.number for run in History(state.history, 5).runs()] == [2]
