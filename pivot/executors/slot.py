"""One worker process at a time, in a loky pool of its own.

loky gives up a pool, with all that runs in it, when one of its workers dies. With one worker to a
pool a crash is the matter of the one task that ran in it, which is thereby known for certain, and
the other tasks never notice. loky starts the process and tells how it ended; the tasks go through a
`line` of our own, since on loky's queues each passes through four threads. Tests:
tests/executors/test_loky_pool.py.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import weakref
from concurrent.futures import BrokenExecutor, Future, InvalidStateError
from typing import TYPE_CHECKING, Any

from pivot.executors import worker_process
from pivot.executors.lifeline import lifeline
from pivot.executors.line import line
from pivot.executors.payload import PayloadError
from pivot.executors.requests import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.process import BaseProcess

    from loky import ProcessPoolExecutor

    from pivot.interfaces import Outcome

#: After so long without a task, and without one of ours, loky lets a process end.
_IDLE_SECONDS = 10
#: How long loky has to tell of the death of a process whose line has ended.
_TELLING_SECONDS = 1.0
#: How long a process has to end after a polite request, and after it can no longer refuse.
_GRACE_SECONDS = 0.5
_DEATH_SECONDS = 5.0
_POLL_SECONDS = 0.005
#: What a line takes in any case without anybody reading at its other end.
_AT_ONCE = 1 << 15


class Slot:
    """A place for one task at a time. The process starts with the first task, and stays."""

    def __init__(self, initializer: bytes) -> None:
        self._initializer = initializer
        self._worker: _Worker | None = None

    def start(self) -> None:
        """Start the process, if there is none, before there is a task for it."""
        if self._worker is None or self._worker.lost:
            self._worker = _Worker(self._initializer)

    def submit(self, request: bytes) -> Future[Outcome]:
        """Let the worker answer a request; the future raises `BrokenExecutor` if it dies."""
        if self._worker is not None:
            future = self._worker.ask(request)
            # A worker may have died while it had nothing to do.
            if future is not None:
                return future
        self._worker = _Worker(self._initializer)
        future = self._worker.ask(request)
        if future is None:
            future = Future[Any]()
            future.set_exception(BrokenExecutor())
        return future

    @property
    def processes(self) -> list[BaseProcess]:
        """The worker's process, if there is one."""
        return [] if self._worker is None else self._worker.processes

    def bury(self) -> str:
        """Say how the worker ended, `SIGSEGV` or `exit status 3`; the next task gets a new one."""
        worker, self._worker = self._worker, None
        return "it was never started" if worker is None else worker.bury()

    def close(self) -> None:
        """Let the worker end when it is done; does not wait for it."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()


class _Worker:
    """A process, from its start to its end, and the thread that reads its answers."""

    def __init__(self, initializer: bytes) -> None:
        # Late: `import pivot` must not load loky.
        from loky import ProcessPoolExecutor

        self._lock = threading.Lock()
        self._asked: Future[Outcome] | None = None
        #: Whether it takes no requests any more.
        self.lost = False
        self._answered = False
        self._line, there = line()
        self._pool: ProcessPoolExecutor = ProcessPoolExecutor(
            max_workers=1,
            timeout=_IDLE_SECONDS,
            initializer=worker_process.start,
            initargs=(lifeline(), there, initializer),
            env=worker_process.ENVIRONMENT,
        )
        try:
            with _interrupts_held():
                self._serving: Future[None] = self._pool.submit(worker_process.serve)
        except BaseException:
            self._line.close()
            raise
        finally:
            there.close()
        # loky has no public way to its processes.
        self.processes: list[BaseProcess] = list(self._pool._processes.values())  # noqa: SLF001 - as said
        self._serving.add_done_callback(self._ended)
        _end_before_loky(self)
        threading.Thread(target=self._read, name="pivot-answers", daemon=True).start()

    def ask(self, request: bytes) -> Future[Outcome] | None:
        """Send a request, and give the future of its answer; None if the worker is lost."""
        future = Future[Any]()
        with self._lock:
            if self.lost:
                return None
            self._asked = future
        if len(request) > _AT_ONCE:
            # It may be long until a process that is just starting reads it.
            threading.Thread(target=self._send, args=(request,), daemon=True).start()
        else:
            self._send(request)
        return future

    def _send(self, request: bytes) -> None:
        # A line that has ended is for the reader to deal with.
        with contextlib.suppress(OSError):
            self._line.send(request)

    def _read(self) -> None:
        """Pass on the answers, in a thread of its own, until the line ends."""
        while (answer := self._line.receive()) is not None:
            with self._lock:
                asked, self._asked = self._asked, None
            self._answered = True
            if asked is not None:
                _answer(asked, answer)
        self._line.end()
        self._line.close()
        with self._lock:
            self.lost = True
            asked, self._asked = self._asked, None
        if asked is not None:
            with contextlib.suppress(Exception):  # why it ended is for who buries it to say
                self._serving.exception(_TELLING_SECONDS)
            with contextlib.suppress(InvalidStateError):  # whoever kills may be quicker
                asked.set_exception(BrokenExecutor())

    def _ended(self, serving: Future[None]) -> None:
        """Take note, in loky's thread, that the process answers no more requests."""
        # A child that the stage forked may hold the line open: loky knows better.
        self._line.end()
        if serving.exception() is not None:
            # loky would look for children of the dead with pgrep, which small systems lack, and
            # whoever buries the worker sees to its group.
            self._pool._processes.clear()  # noqa: SLF001 - as above

    def bury(self) -> str:
        """Make sure that the process is gone, and say how it ended."""
        ends = [_end_of(process) for process in self.processes]
        self._line.end()
        return "; ".join(ends)

    def close(self) -> None:
        """Let the process end; does not wait for it."""
        self._line.end()
        self._pool.shutdown(wait=False)
        if not self._answered:
            # It may be importing for long, and nobody needs that any more.
            for process in self.processes:
                _signal(process, signal.SIGKILL)


def _answer(asked: Future[Any], answer: bytes) -> None:
    try:
        result, error = unpacked(answer)
    except PayloadError as problem:
        result, error = None, problem
    with contextlib.suppress(InvalidStateError):  # as above
        if error is not None:
            asked.set_exception(error)
        else:
            asked.set_result(result)


#: The workers that may be there when the interpreter ends.
_workers: weakref.WeakSet[_Worker] = weakref.WeakSet()


def _end_before_loky(worker: _Worker) -> None:
    """Have a worker end when the interpreter does: else loky would wait for it to be done."""
    _workers.add(worker)
    # loky does so with each pool; what was registered last is called first.
    register: Any = threading._register_atexit  # noqa: SLF001 # type: ignore[attr-defined]
    register(_end_all)


def _end_all() -> None:
    # An interrupt here would leave workers that nobody has told of the end, and that loky and
    # multiprocessing wait for all the same.
    with _interrupts_ignored():
        for worker in list(_workers):
            worker.close()


# In a forked child, they are the parent's.
os.register_at_fork(after_in_child=_workers.clear)


def kill(slots: Sequence[Slot]) -> None:
    """End the workers and the process groups that they lead, politely at first."""
    processes = [process for slot in slots for process in slot.processes]
    for process in processes:
        _signal(process, signal.SIGTERM)
    _wait_for_end(processes, _GRACE_SECONDS)
    for process in processes:
        _signal(process, signal.SIGKILL)
    _wait_for_end(processes, _DEATH_SECONDS)


def _signal(process: BaseProcess, number: signal.Signals) -> None:
    """Send a signal to a worker and to its group, which may well be there after the worker."""
    assert process.pid is not None  # noqa: S101 - it has been started
    # macOS answers EPERM for a group of which all members are dead.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
    if process.is_alive():
        # One that has just been started leads no group yet.
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)


def _wait_for_end(processes: Sequence[BaseProcess], patience: float) -> None:
    deadline = time.monotonic() + patience
    while any(process.is_alive() for process in processes) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


def _end_of(process: BaseProcess) -> str:
    # Its pipes close a moment before it's over.
    _wait_for_end([process], _GRACE_SECONDS)
    code = process.exitcode
    _signal(process, signal.SIGKILL)
    if code is None:
        return "it closed its connection to the parent"
    if code >= 0:
        return f"exit status {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Have Ctrl-C do nothing for a moment; only for the main thread, which gets it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        # One that was not set by Python can't be put back by it.
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Start processes with SIGINT blocked: until they ignore it, Ctrl-C would make them talk."""
    before: Any = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
