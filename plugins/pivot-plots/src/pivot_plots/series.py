"""Which columns of a table are drawn over which, as its author, or else its columns, say.

A *group* is what is drawn in one pair of axes. Example::

    groups({"step": (0.0, 1.0), "loss": (2.0, 1.0)}, PlotLook())  # loss over step, as a line

Tests: tests/test_series.py.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot_plots.reading import is_numeric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.stage import PlotLook
    from pivot_plots.reading import Cell, Table

#: Columns over which others are drawn, wherever they stand.
_STEPS = frozenset(
    {"step", "epoch", "iteration", "iter", "batch", "time", "date", "index", "x", "fpr"}
)
_ROW = "row"


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs into one pair of axes."""

    #: The name of the axis below.
    x: str
    #: Names of the columns that are drawn.
    y: tuple[str, ...]
    #: `line`, `points` or `bars`.
    kind: str


class NoColumnError(Exception):
    """A column that somebody named isn't there."""


def groups(table: Table, look: PlotLook) -> list[Group]:
    """Give what is drawn; raise `NoColumnError` for a column that isn't there."""
    for name in (*([look.x] if look.x else []), *look.y):
        if name not in table:
            raise NoColumnError(f"it has no column {name!r}; it has {', '.join(table)}")
    x = look.x or _steps(table)
    kind = look.kind or ("bars" if x in table and not is_numeric(table[x]) else "line")
    if look.y:
        return [Group(x or _ROW, look.y, kind)]
    found = [name for name, column in table.items() if name != x and is_numeric(column)]
    return [Group(x or _ROW, (name,), kind) for name in found]


def _steps(table: Table) -> str | None:
    """Give the column that others are drawn over, if one looks like it."""
    numeric = [name for name, column in table.items() if is_numeric(column)]
    named = [name for name in table if name.lower() in _STEPS]
    for name in named:
        if set(numeric) - {name}:
            return name
    first = next(iter(table), None)
    if first is None or not set(numeric) - {first}:
        return None
    if first in numeric:
        return first if _rises(table[first]) else None
    texts = [cell for cell in table[first] if isinstance(cell, str)]
    return first if len(set(texts)) == len(texts) == len(table[first]) else None


def _rises(column: tuple[Cell, ...]) -> bool:
    numbers = [cell for cell in column if isinstance(cell, float)]
    pairs = itertools.pairwise(numbers)
    return len(numbers) == len(column) > 1 and all(first < second for first, second in pairs)


def points(table: Table, group: Group, y: str) -> list[tuple[Cell, Cell]]:
    """Give the points of a column; over the rows' numbers if there are no steps."""
    values = table.get(y, ())
    steps: tuple[Cell, ...] = table.get(group.x) or tuple(float(n) for n in range(len(values)))
    return list(zip(steps, values, strict=True))


def same(old: Mapping[str, tuple[Cell, ...]], new: Mapping[str, tuple[Cell, ...]]) -> bool:
    """Say whether two tables hold the same; what is no number is the same as another such one."""
    return repr(dict(old)) == repr(dict(new))
