"""The finished graph of a pipeline, as a value that answers questions.

Tests: tests/graph/test_model.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.frozen import frozen
from pivot.graph.targets import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pivot.graph.ownership import Ownership


@frozen
class Graph:
    """Stages by name, each after all that it reads from."""

    #: All stages, in a topological order that is stable by the order of definition.
    order: tuple[str, ...]
    #: Stage -> the stages that it reads from directly, in the graph's order.
    upstream: Mapping[str, tuple[str, ...]]
    #: Stage -> the stages that read from it directly, in the graph's order.
    downstream: Mapping[str, tuple[str, ...]]
    outputs: Ownership

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """All (upstream, downstream) pairs, sorted."""
        return tuple(
            sorted((feeder, stage) for stage in self.order for feeder in self.upstream[stage])
        )

    def producer(self, path: str) -> str | None:
        """Give the stage that writes a path, or the directory that holds it; None: no stage."""
        holder = self.outputs.holder(path)
        return None if holder is None else self.outputs.owners[holder]

    def closure(self, names: Iterable[str]) -> tuple[str, ...]:
        """Give these stages and everything upstream of them, in the graph's order."""
        found = set(names)
        waiting = list(found)
        while waiting:
            fresh = [feeder for feeder in self.upstream[waiting.pop()] if feeder not in found]
            found.update(fresh)
            waiting += fresh
        return tuple(stage for stage in self.order if stage in found)

    def select(self, targets: Sequence[str]) -> tuple[str, ...]:
        """Give the stages that targets name, in the graph's order; no target at all names all.

        A target is a stage's name, a glob over names (or, if no name matches, over outputs), the
        path of an output, of a file inside an output directory, or of a directory that holds
        outputs. Raises `UsageError` that names every target which is none of these.
        """
        if not targets:
            return self.order
        chosen = resolve(targets, self.order, self.outputs)
        return tuple(stage for stage in self.order if stage in chosen)

    def longest_path(
        self, durations: Mapping[str, float], default: float = 1.0
    ) -> dict[str, float]:
        """Give for each stage the seconds from its start to the end of all that needs it.

        That is the length of the longest chain that starts with the stage, where a stage takes
        its time in `durations`, or `default` if it has none. Start the greatest first.
        """
        lengths: dict[str, float] = {}
        for stage in reversed(self.order):
            after = max((lengths[reader] for reader in self.downstream[stage]), default=0.0)
            lengths[stage] = durations.get(stage, default) + after
        return lengths
