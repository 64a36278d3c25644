"""Running asynchronous work for a caller that is not: in one event loop in a thread of its own.

The caller may itself be in an event loop (a notebook is), so that its thread can't have another.
The thread begins with the first work, and so does the *resource* that all work shares (a client
with its connections); both stay until `close`. What the work tells is passed on in the caller's
thread; if that raises, or Ctrl-C comes, the work is cancelled and waited for. Example::

    background = Background(connect)
    background.run(lambda client, tell: fetch(client, tell), print)
    background.close()

Tests: tests/test_background.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable

    from pivot.interfaces import Moved

    type Tell = Callable[[Moved], None]

#: What forked processes have of their parents: to close it would disturb the parent's connections.
_inherited: list[object] = []


class Background[R]:
    """An event loop that does work for any thread."""

    def __init__(self, enter: Callable[[], contextlib.AbstractAsyncContextManager[R]]) -> None:
        self._enter = enter
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._thread: _Thread[R] | None = None

    def run[T](self, work: Callable[[R, Tell], Coroutine[Any, Any, T]], tell: Tell) -> T:
        """Give what `work` gives, or raise what it raises; of several errors, the first.

        Entering the resource is part of the work: if that fails, the next work tries it again.
        """
        self._leave_to_parent()
        job = _Job(work)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = _Thread(self._enter)
            thread = self._thread
            thread.loop.call_soon_threadsafe(job.start, thread)
        try:
            while (moved := job.news.get()) is not None:
                tell(moved)
        except BaseException:
            # A loop that is closed has ended the work by itself.
            with contextlib.suppress(RuntimeError):
                thread.loop.call_soon_threadsafe(job.cancel)
                job.wait()
            raise
        return job.result()

    def close(self) -> None:
        """Cancel what is still done, leave the resource and end; the next work begins anew."""
        self._leave_to_parent()
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is not None:
                thread.end()
        # Who drops a remote without closing it may be the garbage collector, in any thread.
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _leave_to_parent(self) -> None:
        """After a fork, forget the thread, which the parent alone has, and who held the lock."""
        if os.getpid() != self._process:
            _inherited.append(self._thread)
            self._process = os.getpid()
            self._lock = threading.Lock()
            self._thread = None


class _Thread[R](threading.Thread):
    """Has a loop, and in it a resource from when the first work needs it."""

    def __init__(self, enter: Callable[[], contextlib.AbstractAsyncContextManager[R]]) -> None:
        super().__init__(name="pivot-s3", daemon=True)
        self._enter = enter
        self._entered: list[R] = []
        self._entering = asyncio.Lock()
        self._stack = contextlib.AsyncExitStack()
        self._end = asyncio.Event()
        self.loop = asyncio.new_event_loop()
        try:
            self.start()
        except BaseException:
            self.loop.close()
            raise

    def run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        async with self._stack:
            await self._end.wait()
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def resource(self) -> R:
        async with self._entering:
            if not self._entered:
                self._entered.append(await self._stack.enter_async_context(self._enter()))
        return self._entered[0]

    def end(self) -> None:
        # A loop that is closed has ended.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._end.set)


class _Job[R, T]:
    """One work in a loop."""

    def __init__(self, work: Callable[[R, Tell], Coroutine[Any, Any, T]]) -> None:
        #: What the work tells; None at its end.
        self.news: queue.SimpleQueue[Moved | None] = queue.SimpleQueue()
        self._work = work
        self._task: asyncio.Task[T] | None = None

    def start(self, thread: _Thread[R]) -> None:
        self._task = asyncio.ensure_future(self._do(thread))
        self._task.add_done_callback(lambda _: self.news.put(None))

    async def _do(self, thread: _Thread[R]) -> T:
        return await self._work(await thread.resource(), self.news.put)

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def wait(self) -> None:
        while self.news.get() is not None:
            pass

    def result(self) -> T:
        if self._task is None:
            raise RuntimeError("the work did not begin")
        try:
            return self._task.result()
        except BaseExceptionGroup as group:
            raise leaf(group) from None
        finally:
            # An error holds the frames that led to it, and they this.
            self._task = None


def leaf(error: BaseException) -> BaseException:
    """Give the first error of a group, and any other error as it is."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def each[T](items: Iterable[T], do: Callable[[T], Awaitable[None]], at_once: int) -> None:
    """Do something with every item, with `at_once` of them at a time; the first error ends all."""
    left = iter(items)

    async def work() -> None:
        for item in left:
            await do(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())
