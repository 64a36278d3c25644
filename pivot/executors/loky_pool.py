"""The executor that runs tasks in warm worker processes.

Each running task has a *slot*: a worker process with a pool of its own, made when there's a task
for it and no idle slot. Closing an executor *parks* its idle slots; one that is opened later takes
them over if their workers were set up in the same way and have loaded the same project code
(the same initializer and generation), and lets them go otherwise. Example::

    executor = open_loky(ExecutorOptions(2, prepare, "generation 1"))
    executor.submit(execute, task).result()
    executor.close()

`loky.get_reusable_executor` is not used: it gives one pool to a whole thread, the user's code
included, and one crash in it ends everything that runs there.
Tests: tests/executors/test_loky_pool.py.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from collections import deque
from concurrent.futures import BrokenExecutor, Future, InvalidStateError, wait
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING

from pivot.errors import PivotError, StageTimeoutError, WorkerCrashedError
from pivot.executors.payload import dumps
from pivot.executors.requests import WorkerStartError, packed
from pivot.executors.slot import Slot, kill
from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.interfaces import ExecutorOptions, Outcome, Task

    #: What workers must have in common to be exchangeable: generation, packed initializer.
    type Kind = tuple[str, bytes]

#: How long loky has to tell of the death of processes that are known to be dead.
_TELLING_SECONDS = 1.0


@frozen(eq=False)
class _Job:
    request: bytes
    task: Task
    future: Future[Outcome] = field(default_factory=Future["Outcome"])
    #: Set when it has taken too long, and its worker is killed for that.
    late: threading.Event = field(default_factory=threading.Event)


_parked: list[tuple[Kind, Slot]] = []
_parked_lock = threading.RLock()


def _forget() -> None:  # pragma: no cover - what happens in a forked child is not recorded
    """Leave a parent's workers to the parent, in a forked child."""
    global _parked_lock  # noqa: PLW0603 - a thread that is not here may have held it
    _parked.clear()
    _parked_lock = threading.RLock()


os.register_at_fork(after_in_child=_forget)
# While everything is still there that loky needs for it: later on, it would complain.
atexit.register(_parked.clear)


def open_loky(options: ExecutorOptions) -> LokyExecutor:
    """Give an executor; its workers start with the first tasks, or are warm already."""
    kind = (options.generation, dumps(options.initializer))
    spare = None
    if options.spare_initializer is not None:
        spare = (options.spare_generation, dumps(options.spare_initializer))
    with _parked_lock:
        # First those that have loaded the project as it is, then those that are ready for it.
        loaded = [slot for parked, slot in _parked if parked == kind]
        spares = [slot for parked, slot in _parked if parked == spare]
        ready = [*loaded, *spares][: options.jobs]
        unwanted = [slot for _, slot in _parked if slot not in (*ready, *spares)]
        _parked[:] = [(spare, slot) for slot in spares if spare and slot not in ready]
    for slot in unwanted:
        slot.close()
    executor = LokyExecutor(options.jobs, kind, ready, spare and (spare, options.spares))
    executor.start(min(options.expected, options.jobs))
    return executor


class LokyExecutor:
    """Runs up to `workers` tasks at once, each in a process of its own."""

    isolated = True

    def __init__(
        self, workers: int, kind: Kind, slots: list[Slot], spares: tuple[Kind, int] | None = None
    ) -> None:
        self.workers = workers
        self._kind = kind
        #: What the spare workers for the next run are like, and how many there may be.
        self._spares = spares
        self._idle = slots
        self._busy: dict[Slot, _Job] = {}
        self._waiting: deque[_Job] = deque()
        self._ended = False
        # Re-entrant: a signal handler may stop the executor in the midst of a submit.
        self._lock = threading.RLock()

    def start(self, workers: int) -> None:
        """Start workers before there are tasks for them, until there are so many."""
        with self._lock:
            self._idle += [Slot(self._kind[1]) for _ in range(workers - len(self._idle))]
            # What can't be started now is told of when there's a task for it.
            with contextlib.suppress(OSError, RuntimeError):
                for slot in self._idle[:workers]:
                    slot.start()

    def submit(self, call: Callable[[Task], Outcome], task: Task) -> Future[Outcome]:
        """Start `call(task)` as soon as there is a worker for it, and give its future.

        Raises `PayloadError` if the call can't be sent. The future raises `WorkerCrashedError` if
        the worker died, `WorkerStartError` if there is none, and else what the call raises.
        """
        job = _Job(packed(dumps(call), task), task)
        with self._lock:
            if self._ended:
                raise PivotError("the executor is closed")
            self._waiting.append(job)
        self._dispatch()
        return job.future

    def stop(self) -> None:
        """Kill what runs, with its child processes; futures end as failed or cancelled."""
        with self._lock:
            self._ended = True
            waiting, busy, idle = list(self._waiting), dict(self._busy), list(self._idle)
            self._waiting.clear()
            self._idle.clear()
        for job in waiting:
            job.future.cancel()
            # Only now those who wait for it are told.
            job.future.set_running_or_notify_cancel()
        for slot in idle:
            slot.close()
        kill(list(busy))
        wait([job.future for job in busy.values()], timeout=_TELLING_SECONDS)
        for slot, job in busy.items():
            _fail(job.future, WorkerCrashedError(job.task.stage, slot.bury()))

    def close(self) -> None:
        """Park idle workers for a later run; stop what still runs."""
        with self._lock:
            if self._ended:
                return
            if not self._busy and not self._waiting:
                self._ended = True
                with _parked_lock:
                    _parked.extend((self._kind, slot) for slot in self._idle)
                self._keep_spares(len(self._idle))
                self._idle.clear()
        self.stop()

    def _keep_spares(self, used: int) -> None:
        """See to it that there is a spare for each worker that was used, and one at least."""
        if self._spares is None:
            return
        kind, most = self._spares
        with _parked_lock:
            there = sum(parked == kind for parked, _ in _parked)
            new = [Slot(kind[1]) for _ in range(min(max(used, 1), most) - there)]
            _parked.extend((kind, slot) for slot in new)
        # What can't be started now is started, or told of, when it's needed.
        with contextlib.suppress(OSError, RuntimeError):
            for slot in new:
                slot.start()

    def _dispatch(self) -> None:
        """Give waiting tasks to free slots, as far as there are both."""
        while (started := self._start_next()) is not None:
            slot, job, running = started
            if job.task.timeout is not None:
                timer = threading.Timer(job.task.timeout, self._end_late, (slot, job))
                timer.daemon = True
                timer.start()
                running.add_done_callback(lambda _, timer=timer: timer.cancel())
            running.add_done_callback(partial(self._finish, slot, job))

    def _start_next(self) -> tuple[Slot, _Job, Future[Outcome]] | None:
        with self._lock:
            while self._waiting and len(self._busy) < self.workers:
                job = self._waiting.popleft()
                if not job.future.set_running_or_notify_cancel():
                    continue
                slot = self._idle.pop() if self._idle else Slot(self._kind[1])
                self._busy[slot] = job
                try:
                    running = slot.submit(job.request)
                except (OSError, RuntimeError) as error:
                    del self._busy[slot]
                    _fail(job.future, WorkerStartError(f"no worker can be started: {error}"))
                    continue
                if self._ended:
                    # A signal handler has stopped everything, just before this worker started.
                    kill([slot])
                return slot, job, running
        return None

    def _end_late(self, slot: Slot, job: _Job) -> None:
        """Kill the worker of a task that is not done in time."""
        with self._lock:
            if self._busy.get(slot) is not job:
                return
            # From here on, the worker gets no other task, even if it is done with this one.
            job.late.set()
        kill([slot])

    def _finish(self, slot: Slot, job: _Job, running: Future[Outcome]) -> None:
        """Take a task's end, in the thread of its slot's pool, and go on with the next."""
        error = running.exception()
        if isinstance(error, BrokenExecutor):
            error = WorkerCrashedError(job.task.stage, slot.bury())
            if job.late.is_set() and job.task.timeout is not None:
                error = StageTimeoutError(job.task.stage, job.task.timeout)
        with self._lock:
            self._busy.pop(slot, None)
            if not self._ended and not job.late.is_set():
                self._idle.append(slot)
        self._dispatch()
        if error is not None:
            _fail(job.future, error)
        else:
            with contextlib.suppress(InvalidStateError):
                job.future.set_result(running.result())


def _fail(future: Future[Outcome], error: BaseException) -> None:
    # Whoever stopped the executor may have been quicker.
    with contextlib.suppress(InvalidStateError):
        future.set_exception(error)
