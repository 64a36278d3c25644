"""How often something is measured, and what counts of that: the least of several rounds in turns.

Whatever else the machine does makes a round slower, never faster: the least is nearest to the
truth. What takes long is measured less often. Example::

    rounds = Rounds(most=5, seconds=20.0)
    figures = rounds.least({"bare": start, "pivot": run})     # bare, pivot, bare, pivot, ...

Tests: tests/benchmarks/test_measuring.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.measuring.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.measuring.processes import Use

    #: Does it once, in the round of that number, and says what it took.
    type Act = Callable[[int], Use]


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often something is measured."""

    most: int
    #: After so much measured time of one thing, there is no further round.
    seconds: float

    def least(self, acts: Mapping[str, Act]) -> dict[str, Figure]:
        """Measure several things in turns, and give the least of each."""
        uses: dict[str, list[Use]] = {name: [] for name in acts}
        for number in range(self.most):
            for name, act in acts.items():
                if sum(use.seconds for use in uses[name]) < self.seconds:
                    uses[name].append(act(number))
        return {
            name: Figure(
                value=min(use.seconds for use in found),
                cpu=min(use.cpu for use in found),
                peak=max(use.peak for use in found),
                rounds=len(found),
            )
            for name, found in uses.items()
        }
