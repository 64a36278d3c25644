"""Running asynchronous work for a caller that is not: in an event loop in a thread of its own.

The caller may itself be in an event loop (a notebook is), so that its thread can't have another.
What the work tells is passed on in the caller's thread; if that raises, or Ctrl-C comes, the work
is cancelled and waited for. Tests: tests/test_background.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable

    from pivot.interfaces import Moved

    type Tell = Callable[[Moved], None]


def run[T](work: Callable[[Tell], Coroutine[Any, Any, T]], tell: Tell) -> T:
    """Give what `work` gives, or raise what it raises; of several errors, the first."""
    thread = _Thread(work)
    thread.start()
    try:
        while (moved := thread.news.get()) is not None:
            tell(moved)
    except BaseException:
        thread.cancel()
        thread.join()
        raise
    thread.join()
    return thread.result()


class _Thread[T](threading.Thread):
    def __init__(self, work: Callable[[Tell], Coroutine[Any, Any, T]]) -> None:
        super().__init__(name="pivot-s3", daemon=True)
        self.news: queue.SimpleQueue[Moved | None] = queue.SimpleQueue()
        self._work = work
        self._loop = asyncio.new_event_loop()
        self._cancelled = threading.Event()
        self._task: asyncio.Task[T] | None = None
        self._outcome: Callable[[], T] | None = None

    def run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                value = runner.run(self._main())
            self._outcome = lambda: value
        except BaseException as error:  # noqa: BLE001 - it is raised in the caller's thread
            first = leaf(error)
            self._outcome = lambda: _raise(first)
        finally:
            self.news.put(None)

    async def _main(self) -> T:
        self._task = asyncio.current_task()
        if self._cancelled.is_set():
            raise asyncio.CancelledError
        return await self._work(self.news.put)

    def cancel(self) -> None:
        """Let the work end soon, with whatever it does then."""
        self._cancelled.set()
        # A loop that is closed has ended by itself.
        with contextlib.suppress(RuntimeError):
            if self._task is not None:
                self._loop.call_soon_threadsafe(self._task.cancel)

    def result(self) -> T:
        if self._outcome is None:
            raise RuntimeError("the thread did not run")
        return self._outcome()


def leaf(error: BaseException) -> BaseException:
    """Give the first error of a group, and any other error as it is."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _raise(error: BaseException) -> Any:
    raise error


async def each[T](items: Iterable[T], do: Callable[[T], Awaitable[None]], at_once: int) -> None:
    """Do something with every item, with `at_once` of them at a time; the first error ends all."""
    left = iter(items)

    async def work() -> None:
        for item in left:
            await do(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())
