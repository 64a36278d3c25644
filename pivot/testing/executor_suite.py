"""What Pivot relies on in an executor, as tests that a plugin's author inherits.

What is checked only where tasks run in processes of their own stands in `isolation_suite`.
Tests: tests/testing/test_executor_suite.py.
"""
# ruff: noqa: S101 - assertions are what pytest is about

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pivot.interfaces import Executor, ExecutorOptions
from pivot.testing import calls
from pivot.testing.isolation_suite import IsolationSuite

if TYPE_CHECKING:
    import pathlib

    from pivot.testing.executor_fixtures import MakeExecutor


class ExecutorSuite(IsolationSuite):
    """Subclass it as `Test...`, and give the fixture `make_executor`."""

    def test_it_is_an_executor(self, executor: Executor) -> None:
        """It has the attributes and methods that Pivot uses."""
        assert isinstance(executor, Executor), "it is not a pivot.interfaces.Executor"

    def test_it_runs_as_many_as_it_says(self, executor: Executor, tmp_path: pathlib.Path) -> None:
        """`workers` tasks that wait for one another come together, and never one more."""
        directory = tmp_path / "meeting"
        directory.mkdir()
        count = executor.workers
        tasks = [
            calls.task(f"stage-{n}", directory=str(directory), count=count, patience=self.patience)
            for n in range(2 * count)
        ]
        futures = [executor.submit(calls.meet, task) for task in tasks]
        seen = [calls.told(self.result(future)) for future in futures]
        assert "alone" not in seen, f"it says {count} workers, and never ran so many tasks at once"
        assert max(map(int, seen)) == count

    def test_it_has_no_more_workers_than_jobs(self, executor: Executor) -> None:
        """The user's limit holds."""
        assert 1 <= executor.workers <= self.jobs

    def test_each_future_has_the_outcome_of_its_own_task(self, executor: Executor) -> None:
        """However many there are, and whichever ends first."""
        texts = [f"text {n}" for n in range(10 * self.jobs)]
        futures = [executor.submit(calls.echo, calls.task("stage", text=text)) for text in texts]
        assert [calls.told(self.result(future)) for future in futures] == texts

    def test_an_exception_of_the_call_comes_out_of_the_future(self, executor: Executor) -> None:
        """With its type and arguments, and not out of `submit`."""
        future = executor.submit(calls.complain, calls.task("stage", text="not here"))
        error = future.exception(self.patience)
        assert type(error) is LookupError
        assert error.args == ("not here",)

    def test_it_goes_on_after_an_exception(self, executor: Executor) -> None:
        """One task's error is no other's."""
        future = executor.submit(calls.complain, calls.task("first", text=""))
        assert future.exception(self.patience) is not None
        future = executor.submit(calls.echo, calls.task("second", text="well"))
        assert calls.told(self.result(future)) == "well"

    def test_it_says_whether_it_is_isolated(self, executor: Executor) -> None:
        """What a task prints can be captured only in another process."""
        pid = int(calls.told(self.result(executor.submit(calls.process_id, calls.task("stage")))))
        assert executor.isolated == (pid != os.getpid())

    def test_it_can_be_closed_twice(self, executor: Executor) -> None:
        """After use, and from a `finally` that does not know what happened before."""
        self.result(executor.submit(calls.echo, calls.task("stage", text="")))
        executor.close()
        executor.close()

    def test_it_can_be_closed_unused(self, executor: Executor) -> None:
        """A run that executes nothing opens and closes it."""
        executor.close()

    def test_it_can_be_stopped_when_nothing_runs(self, executor: Executor) -> None:
        """Ctrl-C may come at any time, twice."""
        executor.stop()
        executor.stop()

    def test_another_can_be_made_after_it_was_stopped(
        self, executor: Executor, make_executor: MakeExecutor
    ) -> None:
        """An embedding process outlives a run that was interrupted."""
        executor.stop()
        executor.close()
        other = make_executor(ExecutorOptions(self.jobs, calls.nothing, "another"))
        try:
            future = other.submit(calls.echo, calls.task("stage", text="again"))
            assert calls.told(self.result(future)) == "again"
        finally:
            other.stop()
            other.close()
