"""Doing the same with many things in several threads, while the caller is told how far it is.

For remotes whose library waits: each thread takes the next thing. What is told in a thread is
passed on in the caller's; if that raises, or Ctrl-C comes, or one thing fails, what has begun comes
to an end and the rest is left. Example::

    spread(blobs.items(), lambda item, tell: send(*item, tell), tell, at_once=4)

Tests: tests/remotes/test_spreading.py.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pivot.interfaces import Moved

    type Tell = Callable[[Moved], None]


def spread[T](
    items: Iterable[T], do: Callable[[T, Tell], None], tell: Tell, at_once: int = 1
) -> None:
    """Do something with every item, with `at_once` of them at a time; the first error ends all."""
    if at_once == 1:
        for item in items:
            do(item, tell)
        return
    work = _Work(items, do)
    threads = [
        threading.Thread(target=work.run, name="pivot-remote", daemon=True) for _ in range(at_once)
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in threads:
            while (moved := work.news.get()) is not None:
                tell(moved)
    finally:
        work.stop()
        for thread in threads:
            thread.join()
    work.check()


class _StoppedError(Exception):
    """Raised in a thread whose work nobody wants any more."""


class _Work[T]:
    def __init__(self, items: Iterable[T], do: Callable[[T, Tell], None]) -> None:
        self._left = iter(items)
        self._do = do
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._errors: list[BaseException] = []
        #: What was moved; a None for each thread that ends.
        self.news: queue.SimpleQueue[Moved | None] = queue.SimpleQueue()

    def run(self) -> None:
        """Work until nothing is left."""
        try:
            while not self._stopped.is_set():
                with self._lock:
                    item = next(self._left)
                self._do(item, self._tell)
        except (StopIteration, _StoppedError):
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised in the caller's thread
            self._errors.append(error)
            self.stop()
        finally:
            self.news.put(None)

    def _tell(self, moved: Moved) -> None:
        if self._stopped.is_set():
            raise _StoppedError
        self.news.put(moved)

    def stop(self) -> None:
        """Let all threads end at the next opportunity."""
        self._stopped.set()

    def check(self) -> None:
        """Raise what was raised first."""
        if self._errors:
            raise self._errors[0]
