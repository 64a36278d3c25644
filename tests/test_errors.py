"""The tree of exceptions: what they say, what they carry, and that they travel."""

from __future__ import annotations

import copy
import pickle

import pytest

from pivot import errors
from pivot.errors import (
    CorruptionError,
    DefinitionError,
    DefinitionErrors,
    PivotError,
    Place,
    StageError,
    StorageError,
    UsageError,
    WaitTimeoutError,
    WorkerCrashedError,
)

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, PivotError)
]
SAMPLES = [
    PivotError("broken"),
    UsageError("no such stage", hint="did you mean 'train'?"),
    DefinitionError("two stages write it", where=Place("pipeline.py", 12), hint="rename one"),
    DefinitionErrors([UsageError("one", hint="a"), DefinitionError("two", where=Place("p.py", 1))]),
    StageError("it failed", stage="train", where=Place("p.py", 3)),
    WorkerCrashedError("train", "SIGSEGV"),
]


def test_the_text_has_the_place_the_message_and_the_hint():
    error = DefinitionError("bad", where=Place("pipeline.py", 12), hint="mend it")
    assert str(error) == "pipeline.py:12: bad\n  mend it"


def test_the_text_of_a_bare_error_is_its_message():
    assert str(PivotError("bad")) == "bad"


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("travel", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy])
def test_an_error_travels_with_all_its_fields(error, travel):
    arrived = travel(error)
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert arrived.args == error.args
    for name, value in vars(error).items():
        if name != "errors":
            assert getattr(arrived, name) == value


def test_the_single_errors_of_a_pipeline_travel_too():
    arrived = pickle.loads(pickle.dumps(SAMPLES[3]))
    assert [str(error) for error in arrived.errors] == ["one\n  a", "p.py:1: two"]


def test_notes_travel():
    error = PivotError("bad")
    error.add_note("while reading x")
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while reading x"]


def test_the_errors_of_a_pipeline_are_all_in_its_text():
    error = DefinitionErrors([UsageError("one"), DefinitionError("two", where=Place("p.py", 7))])
    assert str(error) == "one\np.py:7: two"


def test_a_crash_names_the_stage_and_the_signal():
    error = WorkerCrashedError("train", "SIGKILL")
    assert error.stage == "train"
    assert error.signal == "SIGKILL"
    assert "SIGKILL" in str(error)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (UsageError, 2),
        (StageError, 1),
        (StorageError, 1),
        (CorruptionError, 3),
        (WaitTimeoutError, 4),
    ],
)
def test_what_pivot_exits_with(kind, status):
    assert kind.exit_status == status


def test_every_kind_says_what_it_is_for():
    assert len(KINDS) > 10
    assert [kind.__name__ for kind in KINDS if not kind.__doc__] == []
