"""From numbers to places on an axis, and the round numbers that are written along it.

Example: `Scale(0.0, 1.0, 0, 100).at(0.5)` is 50. Tests: tests/test_scale.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEPS = (1, 2, 2.5, 5, 10)
_MARGIN = 0.04
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis from `low` to `high`, drawn from pixel `start` to pixel `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Give the place of a number."""
        # Halves, since the difference of two numbers may be too large for one.
        share = (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self, most: int) -> list[float]:
        """Give round numbers along the axis, about as many as asked for."""
        span = self.high / 2 - self.low / 2
        rough = span / most * 2
        if not math.isfinite(rough) or rough <= 0:
            return [self.low, self.high]
        power = 10.0 ** math.floor(math.log10(rough))
        step = (
            next(n * power for n in _STEPS if n * power >= rough * (1 - 1e-9)) if power else rough
        )
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [float(f"{n * step:.{_MOST_DIGITS}g}") for n in range(first, last + 1)]


def fitted(
    numbers: Iterable[float], start: float, end: float, *, base: float | None = None
) -> Scale:
    """Give a scale that holds all numbers, with some room; and `base`, if there is one."""
    known = [number for number in numbers if math.isfinite(number)]
    known += [base] if base is not None else []
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if low == high:
        room = abs(low) / 10 or 0.5
    else:
        room = (high / 2 - low / 2) * 2 * _MARGIN
        room = room if math.isfinite(room) else 0.0
    lower = low if low == base else low - room
    upper = high if high == base else high + room
    if not math.isfinite(lower) or not math.isfinite(upper) or lower == upper:
        return Scale(low - 1, high + 1, start, end) if low == high else Scale(low, high, start, end)
    return Scale(lower, upper, start, end)


def label(number: float) -> str:
    """Give a number as it's written beside an axis."""
    return f"{number:.6g}"
