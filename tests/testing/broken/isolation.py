"""Executors with a process for each task, breaking one promise each; `breaks` names the checks."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pickle
import signal
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from pivot.errors import StageTimeoutError, WorkerCrashedError
from pivot.interfaces import ExecutorOptions, Outcome, Task
from pivot.testing.isolation_suite import IsolationSuite

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.testing.calls import Call

WORKER = """
import pickle, sys
initialize, call, task = pickle.load(sys.stdin.buffer)
initialize()
try:
    answer = call(task)
except Exception as error:
    answer = error
pickle.dump(answer, sys.stdout.buffer)
"""


class Processes:
    """A good one."""

    isolated = True

    def __init__(self, options: ExecutorOptions) -> None:
        self.workers = options.jobs
        self.initializer = options.initializer
        self.pool = ThreadPoolExecutor(options.jobs)
        self.running: set[subprocess.Popen[bytes]] = set()
        self.stopped = False

    def submit(self, call: Call, task: Task) -> Future[Outcome]:
        return self.pool.submit(self.run, call, task)

    def run(self, call: Call, task: Task) -> Outcome:
        if self.stopped:
            raise RuntimeError("stopped")
        command = [sys.executable, "-c", WORKER]
        streams: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, **streams, start_new_session=True) as process:
            self.running.add(process)
            # Whoever stops while a process is being started does not see it yet.
            if self.stopped:
                self.kill(process)
            answer = self.answer(process, pickle.dumps((self.initializer, call, task)), task)
        self.running.discard(process)
        if process.returncode:
            raise self.crash(task.stage, process.returncode)
        outcome = pickle.loads(answer)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def answer(self, process: subprocess.Popen[bytes], request: bytes, task: Task) -> bytes:
        try:
            return process.communicate(request, timeout=task.timeout)[0]
        except subprocess.TimeoutExpired:
            self.kill(process)
            self.running.discard(process)
            assert task.timeout is not None
            raise StageTimeoutError(task.stage, task.timeout) from None

    def crash(self, stage: str, status: int) -> Exception:
        name = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return WorkerCrashedError(stage, name)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def stop(self) -> None:
        self.stopped = True
        for process in list(self.running):
            self.kill(process)
        self.pool.shutdown(cancel_futures=True)

    def close(self) -> None:
        self.pool.shutdown()


class Suite(IsolationSuite):
    """The checks for processes, with little patience for what never happens."""

    patience: ClassVar[float] = 3.0
    kind: ClassVar[type]

    @pytest.fixture
    def make_executor(self):
        return self.kind


class TestGood(Suite):
    kind = Processes
    breaks = ()


class Cold(Processes):
    """Forgets the initializer."""

    def __init__(self, options: ExecutorOptions) -> None:
        super().__init__(options)
        self.initializer = int


class TestCold(Suite):
    kind = Cold
    breaks = ("test_the_initializer_has_run_once_in_each_worker",)


def call_twice(initializer: Callable[[], None]) -> None:
    initializer()
    initializer()


class Eager(Processes):
    def __init__(self, options: ExecutorOptions) -> None:
        super().__init__(options)
        self.initializer = partial(call_twice, options.initializer)


class TestEager(Suite):
    kind = Eager
    breaks = ("test_the_initializer_has_run_once_in_each_worker",)


DIES = "test_a_worker_that_dies_fails_its_own_task"
BYSTANDERS = "test_a_worker_that_dies_fails_no_other_task"


class Vague(Processes):
    """Says that a worker died, and not why."""

    def crash(self, stage: str, status: int) -> Exception:
        return WorkerCrashedError(stage, "the pool is broken")


class TestVague(Suite):
    kind = Vague
    breaks = (DIES,)


class Anonymous(Processes):
    """Does not say whose worker died."""

    def crash(self, stage: str, status: int) -> Exception:
        return WorkerCrashedError("", str(super().crash(stage, status)))


class TestAnonymous(Suite):
    kind = Anonymous
    breaks = (DIES,)


class Untyped(Processes):
    """Has an error of its own for workers that died."""

    def crash(self, stage: str, status: int) -> Exception:
        return RuntimeError(str(super().crash(stage, status)))


class TestUntyped(Suite):
    kind = Untyped
    breaks = (DIES, BYSTANDERS)


LATE = "test_a_task_is_ended_at_its_timeout"
LATE_ALONE = "test_a_task_that_is_ended_disturbs_no_other"


class Timeless(Processes):
    """Lets tasks take as long as they like."""

    def answer(self, process: subprocess.Popen[bytes], request: bytes, task: Task) -> bytes:
        return super().answer(process, request, dataclasses.replace(task, timeout=None))


class TestTimeless(Suite):
    kind = Timeless
    breaks = (LATE, LATE_ALONE)


class Curt(Processes):
    """Reports a task that was ended at its timeout as a crash."""

    def answer(self, process: subprocess.Popen[bytes], request: bytes, task: Task) -> bytes:
        try:
            return super().answer(process, request, task)
        except StageTimeoutError:
            raise WorkerCrashedError(task.stage, "SIGKILL") from None


class TestCurt(Suite):
    kind = Curt
    breaks = (LATE, LATE_ALONE)


class Shared(Processes):
    """Fails everything that comes after a worker has died."""

    crashed: Exception | None = None

    def run(self, call: Call, task: Task) -> Outcome:
        if self.crashed:
            raise self.crashed
        return super().run(call, task)

    def crash(self, stage: str, status: int) -> Exception:
        self.crashed = super().crash(stage, status)
        return self.crashed


class TestShared(Suite):
    kind = Shared
    breaks = (BYSTANDERS,)


class Orphaning(Processes):
    """Kills the workers, and not the children of the workers."""

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()


class TestOrphaning(Suite):
    kind = Orphaning
    breaks = (LATE, "test_stopping_ends_the_child_processes_of_what_runs")


class Patient(Processes):
    """Waits for what runs until it ends by itself."""

    def stop(self) -> None:
        self.stopped = True
        self.pool.shutdown(wait=False, cancel_futures=True)


class TestPatient(Suite):
    kind = Patient
    breaks = (
        "test_stopping_ends_what_runs",
        "test_stopping_ends_what_has_not_begun",
        "test_stopping_ends_the_child_processes_of_what_runs",
    )


class Forgetting(Processes):
    """Leaves the futures of what had not begun as they are, for ever."""

    def submit(self, call: Call, task: Task) -> Future[Outcome]:
        self.futures = [f for f in getattr(self, "futures", []) if not f.done()]
        if len(self.futures) >= self.workers:
            return Future()
        self.futures.append(super().submit(call, task))
        return self.futures[-1]


class TestForgetting(Suite):
    kind = Forgetting
    breaks = (
        LATE_ALONE,
        "test_stopping_ends_what_has_not_begun",
        # Those who wait for their turn in vain.
        "test_the_initializer_has_run_once_in_each_worker",
        BYSTANDERS,
    )


class Sociable(Processes):
    """Says that it isn't isolated, so that nothing of this is asked of it."""

    isolated = False


class TestSociable(Suite):
    kind = Sociable
    breaks = ()
