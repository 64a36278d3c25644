r"""How values and changes are put on one line, safe for a terminal.

Texts are quoted as in JSON; what can't be printed is escaped, so that a file can't move the cursor.
Of two long texts the part around their first difference is shown. Example::

    shown(None), shown("a\tb"), shown(1.5)  # null, "a\tb", 1.5

Tests: tests/rendering/test_shown.py.
"""

from __future__ import annotations

import json
import math
from itertools import takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot_data_diff.result import RowChange, TableDiff

_WIDTH = 60
_CONTEXT = 12
_SPECIAL = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def json_value(value: Any) -> Any:
    """Give a value as strict JSON has it.

    Numbers that aren't finite, decimals, times, bytes (in hexadecimal) and all that JSON has no
    form for are texts.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else _SPECIAL[str(value)]
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    return value.hex() if isinstance(value, bytes) else str(value)


def _line(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        text = _SPECIAL[str(value)]
    elif value is None or isinstance(value, bool | int | float | str | dict | list | tuple):
        text = json.dumps(json_value(value), ensure_ascii=False)
    else:
        text = str(json_value(value))
    return printable(text)


def printable(text: str) -> str:
    """Give a text with what can't be printed escaped as in Python."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown_name(name: str) -> str:
    """Give a column's name on one line; one that is empty is to be seen too."""
    return printable(name) or '""'


def shown(value: Any) -> str:
    """Give a value on one line, shortened if it's long."""
    return _clipped(_line(value), 0)


def whole(value: Any) -> str:
    """Give a value in full, on as many lines as it has; a text as it is, but for what can't be."""
    if isinstance(value, str):
        return "\n".join(map(printable, value.split("\n")))
    if isinstance(value, dict | list | tuple):
        text = json.dumps(json_value(value), ensure_ascii=False, indent=2)
        return "\n".join(map(printable, text.split("\n")))
    return _line(value)


def shown_change(old: Any, new: Any) -> tuple[str, str]:
    """Give two values on a line each, so that their difference is to be seen."""
    left, right = _line(old), _line(new)
    if left == right:
        # Values of two types that are written alike.
        left, right = f"{type(old).__name__} {left}", f"{type(new).__name__} {right}"
    start = 0
    if max(len(left), len(right)) > _WIDTH:
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
        start = max(0, sum(1 for _ in alike) - _CONTEXT)
    return _clipped(left, start), _clipped(right, start)


def _clipped(text: str, start: int) -> str:
    part = text[start : start + _WIDTH]
    before = "..." if start else ""
    after = "..." if start + _WIDTH < len(text) else ""
    return f"{before}{part}{after}"


def row_name(table: TableDiff, change: RowChange) -> str:
    """Give what tells a person which row it is: its key, or its number."""
    if not table.keys:
        return f"row {change.place}"
    pairs = zip(table.keys, change.key, strict=True)
    name = ", ".join(f"{shown_name(key)}={shown(value)}" for key, value in pairs)
    return f"{name} (row {change.place})" if table.duplicates else name


def cell_changes(table: TableDiff, change: RowChange) -> Iterator[tuple[str, Any, Any]]:
    """Give the name, the old and the new value of each modified cell."""
    if change.before and change.after:
        olds = dict(zip(table.before_columns, change.before.values, strict=True))
        news = dict(zip(table.after_columns, change.after.values, strict=True))
        yield from ((name, olds[name], news[name]) for name in change.changed)


def cells(table: TableDiff, change: RowChange) -> Iterator[tuple[str, Any]]:
    """Give the names and values of a row that one side has."""
    if change.after:
        yield from zip(table.after_columns, change.after.values, strict=True)
    elif change.before:
        yield from zip(table.before_columns, change.before.values, strict=True)


def schema_phrases(table: TableDiff) -> Iterator[tuple[str, str]]:
    """Give a sign (+, -, ~) and a phrase for each difference in the columns."""
    schema = table.schema
    for sign, columns in (("+", schema.added), ("-", schema.removed)):
        for column in columns:
            yield sign, f"{shown_name(column.name)} ({printable(column.type)})"
    for change in schema.retyped:
        types = printable(f"{change.before} -> {change.after}")
        yield "~", f"{shown_name(change.name)}: {types}"
    for move in schema.moved:
        yield "~", f"{shown_name(move.name)}: column {move.before} -> {move.after}"


def rows_phrase(table: TableDiff) -> str:
    """Give the numbers of rows in words."""
    counts = table.counts
    parts = [
        f"{counts.added:,} added",
        f"{counts.removed:,} removed",
        f"{counts.modified:,} modified",
        f"{counts.unchanged:,} unchanged",
    ]
    return ", ".join(parts)


def remarks(table: TableDiff) -> Iterator[str]:
    """Give what a reader must know to understand the rest."""
    if table.duplicates:
        yield (
            f"keys that several rows have: {table.duplicates.before:,} before, "
            f"{table.duplicates.after:,} after"
        )
    if table.rows is None:
        yield "too large for the allowed memory: rows were counted only (see --memory)"
