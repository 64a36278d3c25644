"""Tasks in the calling thread."""

from __future__ import annotations

import threading

import pytest

from pivot.executors.inline import open_inline
from pivot.interfaces import ExecutorOptions, Outcome, Task
from pivot.testing import ExecutorSuite

TASK = Task("train", "/", b"", None)


def refuse():
    raise AssertionError("the caller is set up already")


@pytest.fixture
def executor():
    return open_inline(ExecutorOptions(8, refuse, ""))


class TestConformance(ExecutorSuite):
    @pytest.fixture
    def make_executor(self):
        return open_inline


def test_a_call_is_done_when_submit_returns(executor):
    future = executor.submit(lambda task: Outcome(task.stage, 1.0), TASK)
    assert future.done()
    assert future.result() == Outcome("train", 1.0)


def test_a_call_runs_in_the_calling_thread_without_the_initializer(executor):
    future = executor.submit(lambda task: threading.get_ident(), TASK)
    assert future.result() == threading.get_ident()


def test_it_runs_one_task_at_a_time_and_here_whatever_is_asked_for(executor):
    assert (executor.workers, executor.isolated) == (1, False)


def test_an_exception_is_kept_in_the_future(executor):
    def fail(task):
        raise LookupError(task.stage)

    with pytest.raises(LookupError, match="train"):
        executor.submit(fail, TASK).result()


def test_ctrl_c_reaches_the_caller(executor):
    def interrupt(task):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        executor.submit(interrupt, TASK)
