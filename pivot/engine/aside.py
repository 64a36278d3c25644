"""Work of the parent that takes long, aside of the loop that gives tasks to workers.

Hashing a large input, storing a large output and bringing one back leave the interpreter's lock
alone, and so do them threads of their own, while the loop goes on with other stages. What they
found is looked at in the loop's thread again. Example::

    aside = Aside(arrived)
    aside.start(lambda: workspace.look(paths), lambda looked: decide(name, looked()))
    arrived.get()()    # decides

Tests: tests/engine/test_aside.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future, ThreadPoolExecutor
    from queue import SimpleQueue

_THREADS = 4


class Aside:
    """Some threads, and a queue into which they put what is to be done next."""

    def __init__(self, arrived: SimpleQueue[Callable[[], None]]) -> None:
        self._arrived = arrived
        self._pool: ThreadPoolExecutor | None = None
        #: How much was started and has not been gone on with.
        self.pending = 0

    def start[T](self, act: Callable[[], T], then: Callable[[Callable[[], T]], None]) -> None:
        """Do `act` in a thread; `then` is what arrives in the queue.

        It is given a function that gives what `act` gave, or raises what it raised.
        """
        if self._pool is None:
            # Late: most runs have nothing that takes long.
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(_THREADS, "pivot-aside")
        self.pending += 1

        def go_on(future: Future[T]) -> None:
            self.pending -= 1
            then(future.result)

        self._pool.submit(act).add_done_callback(
            lambda future: self._arrived.put(lambda: go_on(future))
        )

    def close(self) -> None:
        """Wait for what is being done; leave what has not begun."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
