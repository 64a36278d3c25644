"""Tasks in subinterpreters of this process, where Python has them."""

from __future__ import annotations

import importlib
import os
import re
import sys
import threading
import time
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path

import cloudpickle
import pytest

from pivot.errors import PivotError, UsageError
from pivot.executors.interpreter_pool import open_interpreters
from pivot.executors.limits import SharedStateError, UnloadableModuleError
from pivot.executors.payload import PayloadError
from pivot.executors.requests import WorkerStartError
from pivot.interfaces import ExecutorOptions, Failure, Outcome, Task
from pivot.testing import ExecutorSuite

# Interpreters can't import a test module, so that its functions are sent whole.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

PATIENCE = 60

needs_interpreters = pytest.mark.skipif(
    sys.version_info < (3, 14), reason="subinterpreters need Python 3.14"
)


def nothing():
    pass


@pytest.fixture
def root(tmp_path):
    return str(tmp_path)


@pytest.fixture
def executor():
    executor = open_interpreters(ExecutorOptions(2, nothing, "one"))
    yield executor
    executor.stop()


@pytest.fixture
def answer(executor, root):
    """Give what a function says in an interpreter, or raise what it raises there."""

    def ask(function):
        def call(task):
            return Outcome(task.stage, 0.0, failure=Failure(str(function())))

        future = executor.submit(call, Task("stage", root, b"", None))
        return future.result(PATIENCE).failure.message

    return ask


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python has subinterpreters")
def test_an_older_python_is_told_which_one_is_needed():
    with pytest.raises(UsageError) as caught:
        open_interpreters(ExecutorOptions(2, nothing, "one"))
    assert "needs Python 3.14 or newer, and this is Python 3.13." in caught.value.message
    assert "--executor loky" in caught.value.hint


@needs_interpreters
class TestConformance(ExecutorSuite):
    @pytest.fixture
    def make_executor(self):
        return open_interpreters


@needs_interpreters
class TestInterpreters:
    def test_a_task_runs_in_this_process_but_not_in_this_interpreter(self, answer):
        def here():
            interpreters = importlib.import_module("concurrent.interpreters")
            return os.getpid(), interpreters.get_current() == interpreters.get_main()

        assert answer(here) == str((os.getpid(), False))

    def test_an_interpreter_finds_modules_where_this_one_does(self, request, tmp_path, monkeypatch):
        (tmp_path / "hidden_away.py").write_text("FOUND = 'it'")
        monkeypatch.syspath_prepend(tmp_path)
        answer = request.getfixturevalue("answer")
        assert answer(lambda: importlib.import_module("hidden_away").FOUND) == "it"

    def test_what_goes_wrong_at_the_start_is_told_by_each_task(self, root):
        def fail():
            raise LookupError("no licence")

        executor = open_interpreters(ExecutorOptions(1, fail, "one"))
        try:
            for _ in range(2):
                future = executor.submit(Outcome, Task("stage", root, b"", None))
                with pytest.raises(WorkerStartError, match="set up: LookupError: no licence"):
                    future.result(PATIENCE)
        finally:
            executor.close()

    def test_a_result_that_cant_be_read_here_fails_its_task(self, executor, root):
        class Strange:
            def __reduce__(self):
                return int, ("no number",)

        future = executor.submit(lambda task: Strange(), Task("stage", root, b"", None))
        with pytest.raises(PayloadError, match="no number"):
            future.result(PATIENCE)

    @pytest.mark.parametrize(
        ("module", "part"),
        [
            ("pydantic_core", "pydantic_core._pydantic_core"),
            ("_cffi_backend", "_cffi_backend"),
            ("faulthandler", "faulthandler"),
        ],
        ids=["PyO3", "C", "built in"],
    )
    def test_a_module_that_is_made_for_one_interpreter_is_named(self, answer, module, part):
        with pytest.raises(UnloadableModuleError, match=f"^{re.escape(part)} can't be loaded in a"):
            answer(lambda: importlib.import_module(module))

    def test_it_takes_no_new_tasks_when_it_is_closed(self, executor, root):
        executor.close()
        with pytest.raises(PivotError, match="the executor takes no tasks any more"):
            executor.submit(Outcome, Task("stage", root, b"", None))

    def test_stopping_cancels_what_has_not_begun_and_waits_for_what_runs(self, root, tmp_path):
        def wait(task):
            Path("begun").touch()
            while not Path("let go").exists():
                time.sleep(0.01)
            return Outcome(task.stage, 0.0)

        executor = open_interpreters(ExecutorOptions(1, nothing, "one"))
        running, waiting = (executor.submit(wait, Task("s", root, b"", None)) for _ in range(2))
        while not (tmp_path / "begun").exists():
            time.sleep(0.01)
        stopping = threading.Thread(target=executor.stop)
        stopping.start()
        with pytest.raises(CancelledError):
            waiting.result(PATIENCE)
        assert not running.done()
        (tmp_path / "let go").touch()
        stopping.join(PATIENCE)
        assert running.result(0) == Outcome("s", 0.0)


@needs_interpreters
class TestWorkingDirectory:
    def test_it_is_the_tasks_root_while_it_runs(self, answer, root):
        before = Path.cwd()
        assert answer(Path.cwd) == root
        assert Path.cwd() == before

    def test_a_task_cant_change_it(self, answer):
        with pytest.raises(SharedStateError, match="it changes the working directory"):
            answer(partial(os.chdir, "/"))

    def test_tasks_of_another_root_have_to_wait(self, executor, root, tmp_path):
        def wait(task):
            while not Path("let go").exists():
                time.sleep(0.01)
            return Outcome(task.stage, 0.0)

        running = executor.submit(wait, Task("stage", root, b"", None))
        with pytest.raises(PivotError, match="stages of another project run in this process"):
            executor.submit(wait, Task("stage", "/", b"", None))
        (tmp_path / "let go").touch()
        running.result(PATIENCE)
        there = executor.submit(lambda _: Outcome(str(Path.cwd()), 0.0), Task("s", "/", b"", None))
        assert there.result(PATIENCE).stage == "/"
