"""Which stage is next: a pure ready queue over the graph.

A stage is *ready* when all it needs is done and none of its mutexes is held; among the ready ones
the one with the longest remaining path goes first, so that the longest chain never waits. Nothing
is scanned again: each edge is looked at once. Tests: tests/engine/test_schedule.py.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Schedule:
    """The stages that are still to be dealt with, and who waits for whom."""

    def __init__(
        self,
        order: Sequence[str],
        upstream: Mapping[str, Sequence[str]],
        priority: Mapping[str, float],
        mutexes: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        chosen = set(order)
        self._rank = {name: (-priority.get(name, 0.0), n) for n, name in enumerate(order)}
        self._needs = {n: {up for up in upstream.get(n, ()) if up in chosen} for n in order}
        self._feeds: dict[str, list[str]] = {name: [] for name in order}
        for name, needs in self._needs.items():
            for need in needs:
                self._feeds[need].append(name)
        self._mutexes = mutexes or {}
        self._held: set[str] = set()
        self._blocked: list[str] = []
        self._open = set(order)
        self._ready: list[tuple[tuple[float, int], str]] = []
        self._push(name for name in order if not self._needs[name])

    @property
    def finished(self) -> bool:
        """Whether every stage was dealt with."""
        return not self._open

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The stages that were not dealt with, in order."""
        return tuple(sorted(self._open, key=lambda name: self._rank[name][1]))

    def take(self) -> str | None:
        """Give the next ready stage and hold its mutexes; None if nothing is ready now."""
        while self._ready:
            _, name = heapq.heappop(self._ready)
            wanted = self._mutexes.get(name, ())
            if self._held.isdisjoint(wanted):
                self._held.update(wanted)
                return name
            self._blocked.append(name)
        return None

    def done(self, name: str) -> None:
        """Say that a stage ended well: what waited for it may be ready now."""
        self._close(name)
        for fed in self._feeds[name]:
            self._needs[fed].discard(name)
            if not self._needs[fed] and fed in self._open:
                self._push([fed])

    def failed(self, name: str) -> tuple[str, ...]:
        """Say that a stage will have no result; give all that needed it, which are closed too."""
        self._close(name)
        lost: set[str] = set()
        stack = list(self._feeds[name])
        while stack:
            fed = stack.pop()
            if fed in self._open:
                self._open.discard(fed)
                lost.add(fed)
                stack += self._feeds[fed]
        return tuple(sorted(lost, key=lambda lost_name: self._rank[lost_name][1]))

    def _close(self, name: str) -> None:
        self._open.discard(name)
        if mutexes := self._mutexes.get(name, ()):
            self._held.difference_update(mutexes)
            waiting, self._blocked = self._blocked, []
            self._push(waiting)

    def _push(self, names: Iterable[str]) -> None:
        for name in names:
            heapq.heappush(self._ready, (self._rank[name], name))
