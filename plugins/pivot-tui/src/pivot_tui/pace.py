"""How often may be drawn, so that what draws takes little from the runs in the same process.

Of the time that passes, drawing may have a share: who needed long for one picture waits longer
with the next. Example: `Pace().allows()` is True the first time. Tests: tests/test_pace.py.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SHARE = 0.1
#: How long a picture may be put off, in seconds.
_LONGEST = 1.0


class Pace:
    """Asked in the thread that draws, before each picture."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        used: Callable[[], float] = time.thread_time,
    ) -> None:
        self._clock = clock
        self._used = used
        self._last: tuple[float, float] | None = None

    def allows(self) -> bool:
        """Say whether a picture may be drawn now."""
        now, used = self._clock(), self._used()
        if self._last is not None:
            passed = now - self._last[0]
            if used - self._last[1] > _SHARE * passed and passed < _LONGEST:
                return False
        self._last = now, used
        return True
