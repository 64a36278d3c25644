"""The line between the parent and one worker: requests go one way, answers the other.

A pair of connected sockets, of which the worker is given one end when it is started. It ends when
the process at either end does, or when somebody says so, whoever else may have inherited it.
Example::

    here, there = line()
    here.send(b"do")       # and at the other end: there.receive() is b"do"

Tests: tests/executors/test_line.py.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from multiprocessing import reduction
from multiprocessing.connection import Connection
from multiprocessing.context import assert_spawning
from typing import Any


class Line:
    """One end of a line; only a process that is being started can be given it."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._connection = Connection(os.dup(end.fileno()))
        self._sending = threading.Lock()

    def send(self, data: bytes) -> None:
        """Write a message; raises `OSError` if nobody is at the other end any more."""
        with self._sending:
            self._connection.send_bytes(data)

    def receive(self, patience: float | None = None) -> bytes | None:
        """Wait for a message; None if the line has ended, or none came in so many seconds."""
        try:
            return self._connection.recv_bytes() if self._connection.poll(patience) else None
        except (EOFError, OSError):
            return None

    def end(self) -> None:
        """End the line at both ends, in whichever process they are; who waits there is told."""
        with contextlib.suppress(OSError):  # it has ended already
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of this end in this process; another that was given it goes on."""
        with self._sending:  # what is being sent to nobody ends with the line
            self._connection.close()
            self._socket.close()

    def __getstate__(self) -> Any:
        assert_spawning(self)
        return reduction.DupFd(self._socket.fileno())

    def __setstate__(self, passed: Any) -> None:
        descriptor = passed.detach()
        # Programs that a stage starts must not keep the line open.
        os.set_inheritable(descriptor, False)
        self.__init__(socket.socket(fileno=descriptor))


def line() -> tuple[Line, Line]:
    """Give the two ends of a new line."""
    here, there = socket.socketpair()
    return Line(here), Line(there)
