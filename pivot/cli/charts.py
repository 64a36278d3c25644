"""Numbers as a small chart of characters.

Example: `chart([0.9, 0.5, None, 0.4])` gives its lines, with a gap where there is no number.
Tests: tests/cli/test_charts.py.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH = 60
_WIDEST_STEP = 6


@frozen
class _Signs:
    point: str
    line: str
    axis: str
    tick: str


_BOXES = _Signs("●", "·", "│", "┤")
_ASCII = _Signs("*", ".", "|", "|")


def chart(
    values: Sequence[float | None], *, height: int = 7, width: int = _WIDTH, boxes: bool = True
) -> list[str]:
    """Give the lines of a chart, each number a point, from left to right; [] without any number."""
    drawn = [value if value is not None and math.isfinite(value) else None for value in values]
    known = [value for value in drawn if value is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    rows = height if high > low else 1
    step = max(1, min(_WIDEST_STEP, (width - 1) // max(1, len(drawn) - 1)))
    levels = [None if v is None else _level(v, low, high, rows) for v in drawn]
    return _framed(_grid(levels, rows, step, _BOXES if boxes else _ASCII), low, high, boxes=boxes)


def _level(value: float, low: float, high: float, rows: int) -> int:
    # Halves, since the difference of two numbers may be too large for one.
    share = (value / 2 - low / 2) / (high / 2 - low / 2) if rows > 1 else 0.0
    return round(share * (rows - 1))


def _grid(levels: Sequence[int | None], rows: int, step: int, signs: _Signs) -> list[list[str]]:
    """Draw the points and what leads from one to the next; the first row is the highest."""
    grid = [[" "] * (step * (len(levels) - 1) + 1) for _ in range(rows)]
    for number, level in enumerate(levels):
        if level is None:
            continue
        after = levels[number + 1] if number + 1 < len(levels) else None
        if after is not None:
            for way in range(1, step):
                between = level + (after - level) * way / step
                grid[rows - 1 - round(between)][number * step + way] = signs.line
        grid[rows - 1 - level][number * step] = signs.point
    return grid


def _framed(grid: list[list[str]], low: float, high: float, *, boxes: bool) -> list[str]:
    signs = _BOXES if boxes else _ASCII
    labels = {0: f"{high:.6g}", len(grid) - 1: f"{low:.6g}"}
    width = max(map(len, labels.values()))
    return [
        f"{labels.get(number, ''):>{width}} {signs.tick if number in labels else signs.axis} "
        f"{''.join(row)}".rstrip()
        for number, row in enumerate(grid)
    ]
