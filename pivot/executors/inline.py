"""The executor that runs each task at once, in the thread that submits it.

For debuggers, tests, and pipelines that are quicker than a process is started. What a stage prints
is printed; a crash is the caller's crash. Tests: tests/executors/test_inline.py.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.interfaces import ExecutorOptions, Outcome, Task


class InlineExecutor:
    """Runs one task at a time, and returns from `submit` when it is done."""

    workers = 1
    isolated = False

    def submit(self, call: Callable[[Task], Outcome], task: Task) -> Future[Outcome]:
        """Run the task and give its future, done; `KeyboardInterrupt` comes out of here."""
        future: Future[Outcome] = Future()
        future.set_running_or_notify_cancel()
        try:
            outcome = call(task)
        except Exception as error:  # noqa: BLE001 - a future carries whatever the call raises
            future.set_exception(error)
        else:
            future.set_result(outcome)
        return future

    def stop(self) -> None:
        """Do nothing: when anybody can call this, nothing is running."""

    def close(self) -> None:
        """Do nothing: nothing was opened."""


def open_inline(options: ExecutorOptions) -> InlineExecutor:  # noqa: ARG001 - the entry point's signature
    """Give an inline executor; jobs, initializer and generation mean nothing to it."""
    return InlineExecutor()
