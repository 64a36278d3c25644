"""How a worker learns that its parent is gone, and takes along what its stages started.

The *lifeline* is a pipe that only the parent can write to: it ends when the parent does, however
that happens. A worker leads a process group of its own and forks a *guard* into it, which kills the
group as soon as the parent or the worker is gone. A guard rather than a thread, because a thread
can't act while the stage's C code holds the interpreter's lock, nor after a crash (and forking is
no longer safe in a process with threads); and a death signal (`PR_SET_PDEATHSIG`) would reach the
worker alone. What leaves the group (a daemon with its own session) is not followed.
Tests: tests/executors/test_lifeline.py.
"""

from __future__ import annotations

import os
import select
import signal
from multiprocessing import reduction
from multiprocessing.context import assert_spawning
from typing import Any

#: How long after its worker's death a guard notices, at most; it notices the parent's at once.
_POLL_MILLISECONDS = 100
# The system's limit may be absurdly high; descriptors are given from below.
_MOST_DESCRIPTORS = 1 << 16

#: The read and the write end, once there is a pipe.
_pipe: tuple[int, int] | None = None


class Lifeline:
    """The read end of the pipe; only a process that is being started can be given it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __getstate__(self) -> Any:
        assert_spawning(self)
        return reduction.DupFd(self.descriptor)

    def __setstate__(self, passed: Any) -> None:
        self.descriptor = passed.detach()


def lifeline() -> Lifeline:
    """Give the lifeline of this process, for its workers."""
    global _pipe  # noqa: PLW0603 - it is as long-lived as the process, which it stands for
    # Two threads may both make one; each is as good as the other, and a lock could not be forked.
    if _pipe is None:
        _pipe = os.pipe()
    return Lifeline(_pipe[0])


def _forget() -> None:  # pragma: no cover - what happens in a forked child is not recorded
    """Close the pipe in a forked child, which would else keep its parent's workers alive."""
    global _pipe  # noqa: PLW0603 - as above
    if _pipe is not None:
        for descriptor in _pipe:
            os.close(descriptor)
        _pipe = None


os.register_at_fork(after_in_child=_forget)


def hang_on(to: Lifeline) -> None:
    """Make this process, a worker, lead a guarded group. To be called before it has threads."""
    worker = os.getpid()
    os.setpgid(0, 0)
    if os.fork() == 0:  # pragma: no cover - as in `_guard`
        _guard(worker, to.descriptor)
    os.close(to.descriptor)


def _guard(
    worker: int, descriptor: int
) -> None:  # pragma: no cover - ends by SIGKILL, so nothing is recorded
    try:
        # Whoever asks the group to end politely must not end its guard first.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        # Above all the pipe by whose end loky sees the worker's death, and the standard streams.
        os.closerange(0, descriptor)
        os.closerange(descriptor + 1, _MOST_DESCRIPTORS)
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        while os.getppid() == worker and not poll.poll(_POLL_MILLISECONDS):
            pass
    finally:
        os.kill(0, signal.SIGKILL)
