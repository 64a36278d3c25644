"""Executors in threads that break one promise each; `breaks` names the checks that must fail."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar

import pytest

from pivot.interfaces import ExecutorOptions, Outcome, Task
from pivot.testing import ExecutorSuite
from pivot.testing.isolation_suite import IsolationSuite

if TYPE_CHECKING:
    from pivot.testing.calls import Call


class Threads:
    """A good one."""

    def __init__(self, options: ExecutorOptions) -> None:
        self.isolated = False
        self.workers = options.jobs
        self.pool = ThreadPoolExecutor(self.threads(options.jobs))

    def threads(self, jobs: int) -> int:
        return jobs

    def submit(self, call: Call, task: Task) -> Future[Outcome]:
        return self.pool.submit(call, task)

    def stop(self) -> None:
        self.pool.shutdown(cancel_futures=True)

    def close(self) -> None:
        self.pool.shutdown()


class Suite(ExecutorSuite):
    """The suite, with little patience for what never happens."""

    patience: ClassVar[float] = 2.0
    kind: ClassVar[type]

    @pytest.fixture
    def make_executor(self):
        return self.kind


class TestGood(Suite):
    kind = Threads
    breaks = ()


class Vague(Threads):
    """Does not say whether it is isolated."""

    def __init__(self, options: ExecutorOptions) -> None:
        super().__init__(options)
        del self.isolated


class TestVague(Suite):
    kind = Vague
    breaks = (
        "test_it_is_an_executor",
        "test_it_says_whether_it_is_isolated",
        *(check for check in dir(IsolationSuite) if check.startswith("test_")),
    )


class Serial(Threads):
    """Says two, and runs one after the other."""

    def threads(self, jobs: int) -> int:
        return 1


class TestSerial(Suite):
    kind = Serial
    breaks = ("test_it_runs_as_many_as_it_says",)


class Crowded(Threads):
    """Says two, and runs four."""

    def threads(self, jobs: int) -> int:
        return 2 * jobs


class TestCrowded(Suite):
    kind = Crowded
    breaks = ("test_it_runs_as_many_as_it_says",)


class Greedy(Threads):
    """Says, and runs, more than the user allowed."""

    def __init__(self, options: ExecutorOptions) -> None:
        super().__init__(ExecutorOptions(options.jobs + 1, options.initializer, ""))


class TestGreedy(Suite):
    kind = Greedy
    breaks = ("test_it_has_no_more_workers_than_jobs",)


class Mixed(Threads):
    """Gives the outcome of the first task of a stage for all that have its name."""

    def __init__(self, options: ExecutorOptions) -> None:
        super().__init__(options)
        self.known: dict[str, Future[Outcome]] = {}

    def submit(self, call: Call, task: Task) -> Future[Outcome]:
        if task.stage not in self.known:
            self.known[task.stage] = super().submit(call, task)
        return self.known[task.stage]


class TestMixed(Suite):
    kind = Mixed
    breaks = ("test_each_future_has_the_outcome_of_its_own_task",)


class Wrapping(Threads):
    """Gives an exception of another type than was raised."""

    def submit(self, call: Call, task: Task) -> Future[Outcome]:
        def wrapped(of: Task) -> Outcome:
            try:
                return call(of)
            except LookupError as error:
                raise RuntimeError(str(error)) from error

        return super().submit(wrapped, task)


class TestWrapping(Suite):
    kind = Wrapping
    breaks = ("test_an_exception_of_the_call_comes_out_of_the_future",)


class Raising(Threads):
    """Lets an exception out of `submit`."""

    def submit(self, call: Call, task: Task) -> Future[Outcome]:
        future = super().submit(call, task)
        if task.stage != "stage-0" and not task.stage.startswith("stage-"):
            future.result()
        return future


class TestRaising(Suite):
    kind = Raising
    breaks = (
        "test_an_exception_of_the_call_comes_out_of_the_future",
        "test_it_goes_on_after_an_exception",
    )


class Fragile(Threads):
    """Takes nothing more after an exception."""

    broken = False

    def submit(self, call: Call, task: Task) -> Future[Outcome]:
        if self.broken:
            raise RuntimeError("broken")
        future = super().submit(call, task)
        self.broken = task.stage == "first" and future.exception() is not None
        return future


class TestFragile(Suite):
    kind = Fragile
    breaks = ("test_it_goes_on_after_an_exception",)


class Pretending(Threads):
    """Says that it runs tasks in other processes, and does not."""

    def __init__(self, options: ExecutorOptions) -> None:
        super().__init__(options)
        self.isolated = True


class TestPretending(Suite):
    kind = Pretending
    breaks = (
        "test_it_says_whether_it_is_isolated",
        "test_the_initializer_has_run_once_in_each_worker",
    )

    # Calls that kill their process would kill this one.
    test_a_task_is_ended_at_its_timeout = None
    test_a_task_that_is_ended_disturbs_no_other = None
    test_a_worker_that_dies_fails_its_own_task = None
    test_a_worker_that_dies_fails_no_other_task = None
    test_stopping_ends_what_runs = None
    test_stopping_ends_what_has_not_begun = None
    test_stopping_ends_the_child_processes_of_what_runs = None


class ClosesOnce(Threads):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise RuntimeError("closed already")
        self.closed = True
        super().close()

    def stop(self) -> None:
        self.closed = False
        super().stop()


class TestClosesOnce(Suite):
    kind = ClosesOnce
    breaks = ("test_it_can_be_closed_twice",)


class ClosesUsed(Threads):
    """Has something to close only after a task."""

    used = stopped = False

    def submit(self, call: Call, task: Task) -> Future[Outcome]:
        self.used = True
        return super().submit(call, task)

    def stop(self) -> None:
        self.stopped = True
        super().stop()

    def close(self) -> None:
        if not self.used and not self.stopped:
            raise RuntimeError("not open")
        super().close()


class TestClosesUsed(Suite):
    kind = ClosesUsed
    breaks = ("test_it_can_be_closed_unused",)


class StopsOnce(Threads):
    """Can't be stopped twice without having been closed."""

    stopped = False

    def stop(self) -> None:
        if self.stopped:
            raise RuntimeError("stopped already")
        self.stopped = True
        super().stop()

    def close(self) -> None:
        self.stopped = False
        super().close()


class TestStopsOnce(Suite):
    kind = StopsOnce
    breaks = ("test_it_can_be_stopped_when_nothing_runs",)


class Once(Threads):
    """Leaves the process in a state in which there can be no other."""

    stopped: ClassVar[bool] = False

    def __init__(self, options: ExecutorOptions) -> None:
        super().__init__(options)
        if options.generation == "another" and Once.stopped:
            raise RuntimeError("the pool of this process is gone")

    def stop(self) -> None:
        Once.stopped = True
        super().stop()


class TestOnce(Suite):
    kind = Once
    breaks = ("test_another_can_be_made_after_it_was_stopped",)


class TestNothingGiven(ExecutorSuite):
    breaks = tuple(name for name in dir(ExecutorSuite) if name.startswith("test_"))
