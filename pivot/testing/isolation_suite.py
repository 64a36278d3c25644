"""What Pivot relies on in an executor whose tasks run in processes of their own.

These checks are skipped for an executor that says `isolated = False`.
Tests: tests/testing/test_isolation_suite.py.
"""
# ruff: noqa: S101 - assertions are what pytest is about

from __future__ import annotations

import os
import select
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING

import pytest

from pivot.errors import StageTimeoutError, WorkerCrashedError
from pivot.testing import calls
from pivot.testing.executor_fixtures import ExecutorFixtures

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from pivot.interfaces import Executor, Outcome


class IsolationSuite(ExecutorFixtures):
    """The part of `ExecutorSuite` that kills workers."""

    @pytest.fixture
    def isolated(self, executor: Executor) -> Executor:
        """Give the executor, if its tasks run outside of this process."""
        if not executor.isolated:
            pytest.skip("tasks run in this process")
        return executor

    @pytest.fixture
    def pipe(self, tmp_path: pathlib.Path) -> Iterator[int]:
        """Give the reading end of the named pipe `tmp_path / "pipe"`."""
        os.mkfifo(tmp_path / "pipe")
        # Without O_NONBLOCK, opening would wait for a writer, for ever if there is to be none.
        reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        yield reader
        os.close(reader)

    def test_the_initializer_has_run_once_in_each_worker(
        self, isolated: Executor, initialized: pathlib.Path
    ) -> None:
        """Before the worker's first task."""
        tasks = [calls.task(f"stage-{n}") for n in range(4 * isolated.workers)]
        futures = [isolated.submit(calls.process_id, task) for task in tasks]
        pids = {calls.told(self.result(future)) for future in futures}
        notes = {file.name for file in initialized.iterdir()}
        assert pids <= notes, "a worker ran a task without the initializer"
        assert not {note for note in notes if note.endswith("twice")}

    @pytest.mark.parametrize(
        ("call", "cause"), [(calls.die, "SIGKILL"), (calls.leave, "7")], ids=["killed", "exits"]
    )
    def test_a_worker_that_dies_fails_its_own_task(
        self, isolated: Executor, call: calls.Call, cause: str
    ) -> None:
        """With the stage's name, and with the signal's name or the exit status."""
        error = isolated.submit(call, calls.task("victim")).exception(self.patience)
        assert isinstance(error, WorkerCrashedError), f"{error!r} is no WorkerCrashedError"
        assert error.stage == "victim"
        assert cause in error.signal

    def test_a_worker_that_dies_fails_no_other_task(self, isolated: Executor) -> None:
        """Those that were in the same pool are started again without a word."""
        names = [f"bystander-{n}" for n in range(4 * isolated.workers)]
        middle = len(names) // 2
        futures = [isolated.submit(calls.echo, calls.task(n, text=n)) for n in names[:middle]]
        victim = isolated.submit(calls.die, calls.task("victim"))
        futures += [isolated.submit(calls.echo, calls.task(n, text=n)) for n in names[middle:]]
        assert [calls.told(self.result(future)) for future in futures] == names
        assert isinstance(victim.exception(self.patience), WorkerCrashedError)

    def test_a_task_is_ended_at_its_timeout(
        self, isolated: Executor, pipe: int, tmp_path: pathlib.Path
    ) -> None:
        """With its child processes, and with an error that says so."""
        late = calls.task("late", timeout=1.0, pipe=str(tmp_path / "pipe"), patience=self.patience)
        error = isolated.submit(calls.have_a_child, late).exception(self.patience)
        assert isinstance(error, StageTimeoutError), f"{error!r} is no StageTimeoutError"
        assert (error.stage, error.timeout) == ("late", 1.0)
        gone = calls.eventually(lambda: _is_free(pipe), self.patience)
        assert gone, "a child process of the task is still running"

    def test_a_task_that_is_ended_disturbs_no_other(
        self, isolated: Executor, pipe: int, tmp_path: pathlib.Path
    ) -> None:
        """Those that were in the same pool are started again without a word."""
        late = calls.task("late", timeout=0.2, pipe=str(tmp_path / "pipe"), patience=self.patience)
        ended = isolated.submit(calls.have_a_child, late)
        names = [f"bystander-{n}" for n in range(4 * isolated.workers)]
        tasks = [calls.task(name, timeout=self.patience, text=name) for name in names]
        futures = [isolated.submit(calls.echo, one) for one in tasks]
        assert [calls.told(self.result(future)) for future in futures] == names
        assert isinstance(ended.exception(self.patience), StageTimeoutError)
        assert pipe

    def test_stopping_ends_what_runs(
        self, isolated: Executor, pipe: int, tmp_path: pathlib.Path
    ) -> None:
        """The future of a task that was killed is done: cancelled or failed."""
        future = self.start(isolated, pipe, tmp_path)
        isolated.stop()
        assert calls.eventually(future.done, self.patience), "the future is not done after stop()"
        with pytest.raises((CancelledError, Exception)):
            future.result()

    def test_stopping_ends_what_has_not_begun(
        self, isolated: Executor, pipe: int, tmp_path: pathlib.Path
    ) -> None:
        """Nobody may wait for ever for a task that never gets its turn."""
        running = self.start(isolated, pipe, tmp_path)
        idle = [
            calls.task(f"stage-{n}", pipe="/dev/null", patience=self.patience)
            for n in range(2 * isolated.workers)
        ]
        others = [isolated.submit(calls.have_a_child, task) for task in idle]
        isolated.stop()
        futures = [running, *others]
        ended = calls.eventually(lambda: all(each.done() for each in futures), self.patience)
        assert ended, f"{sum(not each.done() for each in futures)} futures are not done"

    def test_stopping_ends_the_child_processes_of_what_runs(
        self, isolated: Executor, pipe: int, tmp_path: pathlib.Path
    ) -> None:
        """An orphan that goes on writing would spoil the next run."""
        self.start(isolated, pipe, tmp_path)
        isolated.stop()
        # A pipe that nobody has open for writing any more can be read to its end.
        readable, _, _ = select.select([pipe], [], [], self.patience)
        assert readable, "a child process of the stopped task is still running"

    def start(self, executor: Executor, pipe: int, tmp_path: pathlib.Path) -> Future[Outcome]:
        """Submit a task with a child process; return when the child has the pipe open."""
        task = calls.task("stage", pipe=str(tmp_path / "pipe"), patience=self.patience)
        future = executor.submit(calls.have_a_child, task)
        calls.eventually(lambda: _holds(pipe) or future.done(), self.patience)
        assert not future.done(), f"the task ended at once: {future.exception()!r}"
        return future


def _is_free(pipe: int) -> bool:
    """Whether nobody has the pipe open for writing."""
    try:
        return os.read(pipe, 1) == b""
    except BlockingIOError:
        return False


def _holds(pipe: int) -> bool:
    # Until there is a writer, reading gives nothing at once; then nothing until it writes.
    try:
        return os.read(pipe, 1) == b"+"
    except BlockingIOError:
        return False
