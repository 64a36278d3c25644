"""A worker answers every request: with what came of it, or with what went wrong."""

from __future__ import annotations

import threading

import pytest

from pivot.executors.payload import dumps
from pivot.executors.requests import ForeignError, WorkerStartError, answer, packed, unpacked
from pivot.interfaces import Outcome, Task

TASK = Task("train", "/", b"", None)


def answered(call, start_error=None):
    return unpacked(answer(packed(dumps(call), TASK), start_error))


def test_an_answer_holds_what_the_call_gave():
    assert answered(lambda task: Outcome(task.stage, 1.0)) == (Outcome("train", 1.0), None)


def test_an_answer_holds_what_the_call_raised():
    def fail(task):
        raise LookupError(task.stage)

    result, error = answered(fail)
    assert result is None
    assert (type(error), error.args) == (LookupError, ("train",))


def test_what_ends_a_program_ends_no_worker():
    def leave(task):
        raise SystemExit(3)

    assert isinstance(answered(leave)[1], SystemExit)


def test_an_exception_that_cant_be_sent_is_told_in_words():
    class Odd(Exception):
        def __init__(self):
            super().__init__("odd")
            self.lock = threading.Lock()

    def fail(task):
        raise Odd

    _, error = answered(fail)
    assert type(error) is ForeignError
    assert str(error).startswith("Odd: odd\nTraceback (most recent call last):")


def test_a_worker_that_could_not_be_set_up_says_so_each_time():
    reason = WorkerStartError("no")
    with pytest.raises(WorkerStartError, match="no"):
        raise answered(lambda task: Outcome(task.stage, 1.0), reason)[1]
