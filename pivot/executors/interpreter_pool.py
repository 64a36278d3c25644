"""The executor that runs tasks in subinterpreters of the calling process, each in a thread.

Each has a lock of its own, so that pure Python runs at once on many cores without other processes.
What comes with that: a crash is the crash of the process, a thread can't be killed, and what is
printed is not taken aside. `limits` says what a stage can't do. Needs Python 3.14 (PEP 734).
Example::

    executor = open_interpreters(ExecutorOptions(2, prepare, "generation 1"))
    executor.submit(execute, task).result()
    executor.close()

Tests: tests/executors/test_interpreter_pool.py.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import platform
import sys
import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from pivot.errors import PivotError, UsageError
from pivot.executors.payload import PayloadError, dumps
from pivot.executors.requests import WorkerStartError, packed, unpacked
from pivot.executors.subinterpreter import answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.interfaces import ExecutorOptions, Outcome, Task

#: The first Python with `InterpreterPoolExecutor`.
_NEEDED = (3, 14)


def open_interpreters(options: ExecutorOptions) -> InterpreterExecutor:
    """Give an executor; its interpreters start with the first tasks, and end when it's closed.

    Raises `UsageError` where Python is too old.
    """
    if sys.version_info < _NEEDED:
        raise UsageError(
            f"executor 'interpreters' needs Python {'.'.join(map(str, _NEEDED))} or newer, "
            f"and this is Python {platform.python_version()}",
            hint="use another Python, or worker processes: --executor loky",
        )
    return InterpreterExecutor(options)


class InterpreterExecutor:
    """Runs up to `workers` tasks at once, each in an interpreter of its own."""

    isolated = False

    def __init__(self, options: ExecutorOptions) -> None:
        self.workers = options.jobs
        # By its name: the oldest Python that Pivot runs on does not have it.
        futures: Any = importlib.import_module("concurrent.futures")
        self._pool = futures.InterpreterPoolExecutor(
            max_workers=options.jobs,
            initializer=_start,
            initargs=(tuple(sys.path), dumps(options.initializer)),
        )

    def submit(self, call: Callable[[Task], Outcome], task: Task) -> Future[Outcome]:
        """Start `call(task)` as soon as there is an interpreter for it, and give its future.

        Raises `PayloadError` if the call can't be sent. The future raises `WorkerStartError` if
        there is no interpreter, and else what the call raises. While tasks run, their root is the
        working directory of the process.
        """
        request = packed(dumps(call), task)
        _place.enter(task.root)
        try:
            running = self._pool.submit(answer, request)
        except RuntimeError as error:
            _place.leave()
            raise PivotError(f"the executor takes no tasks any more: {error}") from error
        future: Future[Outcome] = Future()
        running.add_done_callback(partial(_finish, future))
        return future

    def stop(self) -> None:
        """Cancel what has not begun, and wait for what runs: threads can't be killed."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """End the interpreters, as soon as they are done with all that was submitted."""
        self._pool.shutdown(wait=True)


class _Place:
    """The working directory of the process, which is that of all that run in it.

    Each task goes to its root by itself, and back. Where several do so in turns, one would come
    back while the other still runs; so they must be there already.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._root = ""
        self._before = ""
        self._count = 0

    def enter(self, root: str) -> None:
        """Be in a directory until `leave` has been called as often."""
        with self._lock:
            if self._count and self._root != root:
                raise PivotError(
                    f"stages of another project run in this process, in {self._root}, and can't "
                    "have another working directory meanwhile",
                    hint="run one after the other, or in worker processes: executor='loky'",
                )
            if not self._count:
                self._root, self._before = root, os.getcwd()  # noqa: PTH109 - it's given back as it is
                os.chdir(root)
            self._count += 1

    def leave(self) -> None:
        """Go back to where the process was, if nothing runs any more."""
        with self._lock:
            self._count -= 1
            if not self._count:
                # It may have been removed meanwhile.
                with contextlib.suppress(OSError):
                    os.chdir(self._before)


_place = _Place()


def _start(path: tuple[str, ...], initializer: bytes) -> None:
    """Set a new interpreter up; this function is sent as it is, and can name nothing outside."""
    import sys

    # Only what the process was started with is on an interpreter's path.
    sys.path[:] = path
    from pivot.executors.subinterpreter import start

    start(initializer)


def _finish(future: Future[Outcome], running: Future[bytes]) -> None:
    """Pass on a task's end, in the thread of its interpreter."""
    _place.leave()
    if running.cancelled():
        future.cancel()
        # Only now those who wait for it are told.
        future.set_running_or_notify_cancel()
        return
    try:
        result, error = unpacked(running.result())
    except PayloadError as problem:
        future.set_exception(problem)
    except Exception as problem:  # noqa: BLE001 - whatever it is, it's not the task's own doing
        future.set_exception(WorkerStartError(f"no subinterpreter can be started: {problem}"))
    else:
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
