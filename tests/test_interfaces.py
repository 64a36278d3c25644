"""What drivers exchange are picklable values; what they implement can be checked."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from pivot.interfaces import (
    Executor,
    ExecutorOptions,
    Exporter,
    Failure,
    Outcome,
    OutPlan,
    Plan,
    Produced,
    StagePlan,
    Task,
)
from pivot.store.content import Content, Signature


def nothing() -> None: ...


VALUES = [
    Task("train", "/project", b"payload", "/project/.pivot/logs/train"),
    Outcome(
        "train",
        1.5,
        (Produced("model", "model.pkl", Content("ab", 3), Signature(1, 2, 3, 4)),),
        Failure("ValueError: no", "Traceback ..."),
    ),
    ExecutorOptions(2, nothing, "generation"),
    Plan(
        (StagePlan("train", "pipeline:train", ("a",), (OutPlan("b"),), {"epochs": 3}),),
        (("a", "b"),),
    ),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_travels_between_processes(value):
    assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_cannot_be_changed(value):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, dataclasses.fields(value)[0].name, None)


class Complete:
    workers = 1
    isolated = False

    def submit(self, call: object, task: object) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...
    def export(self, plan: Plan) -> str:
        return "\n"


def test_an_executor_needs_no_base_class():
    assert isinstance(Complete(), Executor)


@pytest.mark.parametrize("missing", ["workers", "isolated", "submit", "stop", "close"])
def test_what_lacks_a_part_is_no_executor(missing):
    parts = {name: value for name, value in vars(Complete).items() if name != missing}
    assert not isinstance(type("Incomplete", (), parts)(), Executor)


def test_an_exporter_needs_no_base_class():
    assert isinstance(Complete(), Exporter)
    assert not isinstance(object(), Exporter)
