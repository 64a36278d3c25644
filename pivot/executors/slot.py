"""One worker process at a time, in a loky pool of its own.

loky gives up a pool, with all that runs in it, when one of its workers dies. With one worker to a
pool a crash is the matter of the one task that ran in it, which is thereby known for certain, and
the other tasks never notice. Tests: tests/executors/test_loky_pool.py.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from concurrent.futures import BrokenExecutor
from typing import TYPE_CHECKING, Any

from pivot.executors import worker_process
from pivot.executors.lifeline import lifeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from multiprocessing.process import BaseProcess

    from loky import ProcessPoolExecutor

    from pivot.interfaces import Outcome, Task

#: A worker that had nothing to do for so long ends, to give its memory back.
_IDLE_SECONDS = 300
#: How long a process has to end after a polite request, and after it can no longer refuse.
_GRACE_SECONDS = 0.5
_DEATH_SECONDS = 5.0
_POLL_SECONDS = 0.005


class Slot:
    """A place for one task at a time. The process starts with the first task, and stays."""

    def __init__(self, initializer: bytes) -> None:
        self._initializer = initializer
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, call: bytes, task: Task) -> Future[Outcome]:
        """Run a packed call in the worker; the future raises `BrokenExecutor` if that dies."""
        with _interrupts_held():
            if self._pool is not None:
                # A worker may have died while it had nothing to do.
                with contextlib.suppress(BrokenExecutor):
                    return self._pool.submit(worker_process.run, call, task)
            self._pool = self._open()
            return self._pool.submit(worker_process.run, call, task)

    def _open(self) -> ProcessPoolExecutor:
        # Late: `import pivot` must not load loky.
        from loky import ProcessPoolExecutor

        return ProcessPoolExecutor(
            max_workers=1,
            timeout=_IDLE_SECONDS,
            initializer=worker_process.start,
            initargs=(lifeline(), self._initializer),
            env=worker_process.ENVIRONMENT,
        )

    @property
    def processes(self) -> list[BaseProcess]:
        """The worker's process, if there is one."""
        # loky has no public way to its processes.
        return [] if self._pool is None else list(self._pool._processes.values())  # noqa: SLF001

    def bury(self) -> str:
        """Say how the worker ended, `SIGSEGV` or `exit status 3`; the next task gets a new one."""
        pool, self._pool = self._pool, None
        if pool is None:
            return "it was never started"
        processes = list(pool._processes.values())  # noqa: SLF001 - as above
        ends = [_end_of(process) for process in processes]
        # loky would look for children of the dead with pgrep, which small systems lack; the group
        # has been seen to. And its feeder would wait forever to write a task that nobody reads.
        pool._processes.clear()  # noqa: SLF001 - see above
        queue: Any = pool._call_queue  # noqa: SLF001 - see above
        queue._reader.close()  # noqa: SLF001 - see above
        return "; ".join(ends) or "it was never started"

    def close(self) -> None:
        """Let the worker end when it is done; does not wait for it."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False)


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
def _interrupts_held() -> Iterator[None]:
    """Start processes with SIGINT blocked: until they ignore it, Ctrl-C would make them talk."""
    before: Any = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
