"""Events are frozen values, each of which is one line of JSON."""

from __future__ import annotations

import dataclasses
import json
import pickle

import pytest

from pivot import events
from pivot.events import Event, Status

ALL = [
    events.RunStarted(("prepare", "train"), "loky", 4),
    events.StageDecided("train", "run", ("the code has changed",)),
    events.StageWaiting("train", "another pivot run"),
    events.StageStarted("train"),
    events.StageOutput("train", "epoch 1"),
    events.StageRetried("train", 1, 3, 1.5, "ValueError: no", "Traceback ..."),
    events.StageFinished("train", Status.FAILED, 1.5, "ValueError: no", "Traceback ..."),
    events.Warned("look out", "train"),
    events.RunFinished({"ran": 2}, 3.5),
    events.Watching(("**",)),
    events.FilesChanged(("steps/train.py",)),
    events.PipelineBroken("pipeline.py:3: SyntaxError"),
]


def test_every_kind_of_event_is_tried_here():
    kinds = {
        kind
        for kind in vars(events).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    }
    assert kinds == {type(event) for event in ALL}


@pytest.mark.parametrize("event", ALL, ids=lambda event: type(event).__name__)
def test_an_event_is_frozen_and_picklable(event):
    assert pickle.loads(pickle.dumps(event)) == event
    first = dataclasses.fields(event)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(event, first, None)


@pytest.mark.parametrize("event", ALL, ids=lambda event: type(event).__name__)
def test_an_event_is_one_line_of_json_with_all_its_fields(event):
    line = json.dumps(event.to_json())
    fields = {field.name for field in dataclasses.fields(event)}
    assert "\n" not in line
    assert set(json.loads(line)) == {"event", *fields}


def test_the_kind_is_written_in_snake_case():
    assert events.StageStarted("train").to_json() == {"event": "stage_started", "stage": "train"}
    assert {event.to_json()["event"] for event in ALL} == {
        "run_started",
        "stage_decided",
        "stage_waiting",
        "stage_started",
        "stage_output",
        "stage_retried",
        "stage_finished",
        "warned",
        "run_finished",
        "watching",
        "files_changed",
        "pipeline_broken",
    }


def test_a_status_is_its_word():
    line = json.dumps(events.StageFinished("train", Status.RAN, 0.0).to_json())
    assert json.loads(line)["status"] == "ran"
    assert [str(status) for status in Status] == [
        "ran",
        "restored",
        "unchanged",
        "failed",
        "cancelled",
    ]
