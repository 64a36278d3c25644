"""How a caller stops a run from outside: from a signal handler or another thread.

Example: `cancellation.request()` in a handler of SIGINT; the run then starts nothing new, stops its
workers, commits what had finished, and reports `interrupted`. Tests: tests/engine/test_run.py.
"""

from __future__ import annotations


class Cancellation:
    """A flag that is set once; safe to set from a signal handler."""

    def __init__(self) -> None:
        # A plain attribute: a lock could be held by the very frame that a signal interrupts.
        self._requested = False

    @property
    def requested(self) -> bool:
        """Whether the run should end."""
        return self._requested

    def request(self) -> None:
        """Ask the run to end; asking again changes nothing."""
        self._requested = True
