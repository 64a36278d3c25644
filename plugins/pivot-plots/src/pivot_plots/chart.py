"""Series as SVG: lines, points or bars in one pair of axes, those of each side in its colour.

What is drawn of a side is in a group of the class `side0`, `side1`, and so on, so that a page can
hide it. Example::

    chart(Group("step", ("loss",), "line"), [("HEAD", table), ("workspace", other)])

Tests: tests/test_chart.py.
"""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot_plots.scale import Scale, fitted, label
from pivot_plots.series import points

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pivot_plots.reading import Cell, Table
    from pivot_plots.series import Group

#: How many sides have a colour of their own; the style sheet has these.
COLOURS = ("#2563eb", "#ea580c", "#16a34a", "#9333ea", "#db2777", "#0891b2", "#ca8a04", "#475569")
_DASHES = ("", "7 4", "2 3", "9 3 2 3")
_WIDTH, _HEIGHT = 520, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 14, 14, 46
_TICKS = 6
#: Up to how many points each has a mark that tells its numbers.
_MARKED = 120
#: About how many points are drawn of a longer line.
_DRAWN = 1000
#: Of each stretch, the lowest and the highest.
_KEPT = 2
_MOST_LABELS = 12
_LONGEST = 14


@dataclass(frozen=True, slots=True)
class Drawn:
    """One series of one side."""

    side: int
    name: str
    column: str
    dash: str
    #: Steps as numbers, or as places of categories.
    points: list[tuple[float, float]]


def chart(
    group: Group, tables: Sequence[tuple[int, str, Table]], like: Sequence[Table] = ()
) -> str:
    """Give the SVG of a group of columns of some sides: number, name and table of each.

    `like` are more tables that the axes have room for, so that charts can be compared.
    """
    shown = [table for _, _, table in tables]
    categories = _categories(group, [*shown, *like])
    series = [_drawn(group, one, column, categories) for one in tables for column in group.y]
    others = [_drawn(group, (0, "", t), column, categories) for t in like for column in group.y]
    every = [point for one in (*series, *others) for point in one.points]
    bars = group.kind == "bars"
    x = fitted((x for x, _ in every), _LEFT, _WIDTH - _RIGHT)
    if categories is not None:
        x = Scale(-0.5, max(1, len(categories)) - 0.5, _LEFT, _WIDTH - _RIGHT)
    y = fitted((y for _, y in every), _HEIGHT - _BOTTOM, _TOP, base=0.0 if bars else None)
    parts = [*_axes(group, x, y, categories)]
    for number, one in enumerate(series):
        marks = _bars(one, x, y, number, len(series)) if bars else _line(one, x, y, group.kind)
        parts.append(f'<g class="side{one.side}">{"".join(marks)}</g>')
    if not every:
        parts.append(_written(_WIDTH / 2, _HEIGHT / 2, "no numbers", "middle"))
    name = html.escape(f"{', '.join(group.y)} over {group.x}")
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{name}">'
        f"{''.join(parts)}</svg>"
    )


def _categories(group: Group, tables: Sequence[Table]) -> list[str] | None:
    """Give the texts along the axis below, if there are texts, or bars."""
    cells: list[Cell] = [cell for table in tables for cell in table.get(group.x, ())]
    if group.kind != "bars" and not any(isinstance(cell, str) for cell in cells):
        return None
    if not cells:
        longest = max((len(t.get(name, ())) for t in tables for name in group.y), default=0)
        return [label(float(n)) for n in range(longest)]
    return list(dict.fromkeys(map(_category, cells)))


def _category(cell: Cell) -> str:
    return "" if cell is None else cell if isinstance(cell, str) else label(cell)


def _drawn(
    group: Group, side: tuple[int, str, Table], column: str, categories: list[str] | None
) -> Drawn:
    number, name, table = side
    places = {text: float(n) for n, text in enumerate(categories or ())}
    found: list[tuple[float, float]] = []
    for x, y in points(table, group, column):
        place = places.get(_category(x)) if categories is not None else x
        value = y if isinstance(y, float) else math.nan
        if isinstance(place, float) and math.isfinite(place):
            found.append((place, value))
    dash = _DASHES[group.y.index(column) % len(_DASHES)]
    return Drawn(number, name, column, dash, found)


def _line(one: Drawn, x: Scale, y: Scale, kind: str) -> Iterator[str]:
    if kind == "line":
        dash = f' stroke-dasharray="{one.dash}"' if one.dash else ""
        for run in _runs(_thinned(one.points)):
            way = " ".join(f"{x.at(a):g},{y.at(b):g}" for a, b in run)
            yield f'<polyline class="line" points="{way}"{dash}/>'
    marked = [p for p in one.points if math.isfinite(p[1])]
    if kind == "points" or len(marked) <= _MARKED:
        for a, b in marked:
            tip = html.escape(f"{one.name}: {one.column} = {b:.10g} at {a:.10g}")
            yield f'<circle cx="{x.at(a):g}" cy="{y.at(b):g}" r="2.5"><title>{tip}</title></circle>'


def _runs(found: Sequence[tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
    """Give the parts of a line between gaps."""
    run: list[tuple[float, float]] = []
    for point in found:
        if math.isfinite(point[1]):
            run.append(point)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _thinned(found: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Give of a long line what can be seen of it: of each stretch the lowest and highest point."""
    size = len(found) * _KEPT // _DRAWN
    if size <= _KEPT:
        return found
    kept = [found[0]]
    for start in range(0, len(found), size):
        stretch = found[start : start + size]
        if not all(math.isfinite(value) for _, value in stretch):
            kept += stretch
            continue
        ends = (min(stretch, key=lambda p: p[1]), max(stretch, key=lambda p: p[1]))
        kept += sorted(ends)
    return [*kept, found[-1]]


def _bars(one: Drawn, x: Scale, y: Scale, number: int, count: int) -> Iterator[str]:
    room = abs(x.at(1) - x.at(0)) * 0.8
    width = room / max(1, count)
    floor = y.at(min(max(0.0, y.low), y.high))
    for a, b in one.points:
        if not math.isfinite(b):
            continue
        left, top = x.at(a) - room / 2 + number * width, y.at(b)
        tip = html.escape(f"{one.name}: {one.column} = {b:.10g}")
        yield (
            f'<rect class="bar" x="{left:g}" y="{min(top, floor):g}" '
            f'width="{max(width - 1, 0.5):g}" height="{abs(floor - top):g}">'
            f"<title>{tip}</title></rect>"
        )


def _axes(group: Group, x: Scale, y: Scale, categories: list[str] | None) -> Iterator[str]:
    bottom = _HEIGHT - _BOTTOM
    for number in y.ticks(_TICKS):
        place = y.at(number)
        yield f'<path class="grid" d="M{_LEFT} {place:g}H{_WIDTH - _RIGHT}"/>'
        yield _written(_LEFT - 8, place + 4, label(number), "end")
    if categories is None:
        for number in x.ticks(_TICKS):
            place = x.at(number)
            yield f'<path class="grid" d="M{place:g} {_TOP}V{bottom}"/>'
            yield _written(place, bottom + 18, label(number), "middle")
    else:
        every = math.ceil(len(categories) / _MOST_LABELS) or 1
        for place, text in list(enumerate(categories))[::every]:
            cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
            yield _written(x.at(place), bottom + 18, cut, "middle")
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{_WIDTH - _RIGHT}"/>'
    yield _written((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8, group.x, "middle", "name")


def _written(x: float, y: float, text: str, anchor: str, kind: str = "tick") -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place}>{html.escape(text)}</text>'


def dash_of(group: Group, column: str) -> str:
    """Give how the line of a column is dashed."""
    return _DASHES[group.y.index(column) % len(_DASHES)]
