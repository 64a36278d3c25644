"""Which of the stages that must run starts next, and whether room must be made for it first.

Room is *made* by keeping what the user changed, removing old outputs and bringing back what grows.
Where that takes long, it is done aside, before the stage may start; but for no more stages than
could start, since a stage loses its outputs by it. Example::

    lineup = Lineup(priority)
    lineup.add("train", cluttered=True)
    lineup.to_clear(most=2)    # "train"
    lineup.cleared("train")
    lineup.take()              # ("train", True)

Tests: tests/engine/test_lineup.py.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Lineup:
    """The stages that must run and have not started, those with the longest path first."""

    def __init__(self, priority: Mapping[str, float]) -> None:
        self._priority = priority
        self._startable: list[tuple[float, str]] = []
        self._cluttered: list[tuple[float, str]] = []
        self._clearing: set[str] = set()
        self._cleared: set[str] = set()

    def __bool__(self) -> bool:
        """Say whether there is a stage to start, or to make room for."""
        return bool(self._startable or self._cluttered)

    def add(self, name: str, *, cluttered: bool) -> None:
        """Line up a stage; a cluttered one is one for which making room takes long."""
        self._push(self._cluttered if cluttered else self._startable, name)

    def to_clear(self, most: int) -> str | None:
        """Give a stage for which room is to be made now, unless that is so for `most` stages."""
        if not self._cluttered or len(self._clearing) + len(self._cleared) >= most:
            return None
        name = heapq.heappop(self._cluttered)[1]
        self._clearing.add(name)
        return name

    def cleared(self, name: str) -> None:
        """Say that there is room for a stage that `to_clear` gave."""
        self._clearing.discard(name)
        self._cleared.add(name)
        self._push(self._startable, name)

    def failed(self, name: str) -> None:
        """Say that no room could be made for a stage."""
        self._clearing.discard(name)

    def take(self) -> tuple[str, bool] | None:
        """Give the stage that starts next, and whether there is room for it, or None."""
        if not self._startable:
            return None
        name = heapq.heappop(self._startable)[1]
        cleared = name in self._cleared
        self._cleared.discard(name)
        return name, cleared

    def _push(self, line: list[tuple[float, str]], name: str) -> None:
        heapq.heappush(line, (-self._priority.get(name, 0.0), name))
