"""Which columns two tables share, and what is different in the others.

A column's *label* is its name, or, if that was there before in the same table, its name and a
number: `x`, `x (2)`. Columns with one label on both sides are one column. Example::

    labels(("x", "y", "x"))  # ('x', 'y', 'x (2)')

Tests: tests/test_schema.py.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from pivot_data_diff.result import Move, NamedColumn, SchemaDiff, TypeChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pivot_data_diff.table import Column


def labels(names: Iterable[str]) -> tuple[str, ...]:
    """Give names that tell all columns apart."""
    given = list(names)
    taken: set[str] = set()
    reserved = set(given)
    found: list[str] = []
    for name in given:
        label, number = name, 1
        while label in taken or (number > 1 and label in reserved):
            number += 1
            label = f"{name} ({number})"
        taken.add(label)
        found.append(label)
    return tuple(found)


def compare_schemas(before: Mapping[str, Column], after: Mapping[str, Column]) -> SchemaDiff:
    """Give what is different between columns by label, in their order.

    A column without any value has no type that could change.
    """
    shared = [label for label in after if label in before]
    return SchemaDiff(
        added=tuple(NamedColumn(x, after[x].type) for x in after if x not in before),
        removed=tuple(NamedColumn(x, before[x].type) for x in before if x not in after),
        retyped=tuple(
            TypeChange(x, before[x].type, after[x].type)
            for x in shared
            if before[x].type != after[x].type and "null" not in {before[x].type, after[x].type}
        ),
        moved=_moves([label for label in before if label in after], shared),
    )


def _moves(before: Sequence[str], after: Sequence[str]) -> tuple[Move, ...]:
    """Give the fewest columns that must be moved to turn one order into the other."""
    place = {label: number for number, label in enumerate(before)}
    steady = _longest_increasing([place[label] for label in after])
    return tuple(
        Move(label, place[label] + 1, number)
        for number, label in enumerate(after, 1)
        if place[label] not in steady
    )


def _longest_increasing(numbers: Sequence[int]) -> set[int]:
    """Give the members of a longest increasing subsequence of different numbers."""
    tails: list[int] = []
    previous: dict[int, int | None] = {}
    for number in numbers:
        index = bisect_left(tails, number)
        previous[number] = tails[index - 1] if index else None
        tails[index : index + 1] = [number]
    found: set[int] = set()
    current = tails[-1] if tails else None
    while current is not None:
        found.add(current)
        current = previous[current]
    return found
