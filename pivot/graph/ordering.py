"""In which order stages can run, and which of them wait for each other in a circle.

Stages are numbers here: their position in the order of definition. Of all stages that could come
next, the one defined first does, so that the order is stable. Tests: tests/graph/test_ordering.py.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def sort(
    upstream: Sequence[Collection[int]], downstream: Sequence[Collection[int]]
) -> tuple[list[int], list[list[int]]]:
    """Give the order of all stages that are in no cycle, and cycles without a common stage.

    A cycle `[a, b]` means that `b` reads what `a` writes, and `a` what `b` writes; it starts with
    the stage defined first. What needs a cycle's stages is ordered as if the cycle could be done.
    """
    queue = _Queue(upstream, downstream)
    order: list[int] = []
    cycles: list[list[int]] = []
    while queue.remaining:
        order += queue.drain()
        if queue.remaining:
            cycle = _find_cycle(upstream, queue.remaining)
            cycles.append(cycle)
            queue.finish(*cycle)
    return order, cycles


class _Queue:
    """Stages that are not done yet, and those of them that wait for nothing."""

    def __init__(
        self, upstream: Sequence[Collection[int]], downstream: Sequence[Collection[int]]
    ) -> None:
        self.remaining = set(range(len(upstream)))
        self._downstream = downstream
        self._waits = [len(feeders) for feeders in upstream]
        # Ascending, and thereby a heap already.
        self._ready = [stage for stage, count in enumerate(self._waits) if not count]

    def drain(self) -> list[int]:
        """Finish, in order, every stage that can be reached without a cycle."""
        order: list[int] = []
        while self._ready:
            stage = heapq.heappop(self._ready)
            order.append(stage)
            self.finish(stage)
        return order

    def finish(self, *stages: int) -> None:
        self.remaining.difference_update(stages)
        for stage in stages:
            for reader in self._downstream[stage]:
                self._waits[reader] -= 1
                if not self._waits[reader] and reader in self.remaining:
                    heapq.heappush(self._ready, reader)


def _find_cycle(upstream: Sequence[Collection[int]], remaining: set[int]) -> list[int]:
    """Walk against the edges until a stage comes again; each remaining one has a feeder there."""
    stage = min(remaining)
    position: dict[int, int] = {}
    walk: list[int] = []
    while stage not in position:
        position[stage] = len(walk)
        walk.append(stage)
        stage = min(feeder for feeder in upstream[stage] if feeder in remaining)
    cycle = walk[position[stage] :][::-1]
    first = cycle.index(min(cycle))
    return cycle[first:] + cycle[:first]
