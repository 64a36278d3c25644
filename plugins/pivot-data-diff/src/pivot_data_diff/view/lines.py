"""What is said in lines: the columns of a table, and why there are no rows to be seen of a file.

A line is a text and a style of Rich. Example: `schema_lines(table)`.
Tests: tests/view/test_lines.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from pivot_data_diff.rendering.shown import printable, remarks, rows_phrase, shown_name
from pivot_data_diff.view.grid import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot_data_diff.result import FileDiff, Problem, TableDiff

type Line = tuple[str, str]

_WIDEST = 40
_HEADING = ("", "column", "type before", "type after", "place", "modified cells")
_COLOURS = {"+": "green", "-": "red", "~": "yellow", " ": ""}


def schema_lines(table: TableDiff) -> list[Line]:
    """Give a line for each column: its sign, name, types, places, and how many cells changed."""
    rows = [_HEADING, *_columns(table)]
    if len(rows) == 1:
        return [("There are no columns.", "dim")]
    widths = [min(_WIDEST, max(map(cell_len, cells))) for cells in zip(*rows, strict=True)]
    return [
        (
            "  ".join(map(fitted, row, widths)).rstrip(),
            "bold" if row is _HEADING else _COLOURS[row[0]],
        )
        for row in rows
    ]


def _columns(table: TableDiff) -> Iterator[tuple[str, ...]]:
    olds = dict(zip(table.before_columns, table.before_types, strict=True))
    news = dict(zip(table.after_columns, table.after_types, strict=True))
    places = {move.name: f"{move.before} -> {move.after}" for move in table.schema.moved}
    retyped = {change.name for change in table.schema.retyped}
    for name in dict.fromkeys((*news, *olds)):
        sign = "+" if name not in olds else "-" if name not in news else " "
        if name in places or name in retyped:
            sign = "~"
        label = f"{shown_name(name)} (key)" if name in table.keys else shown_name(name)
        types = [printable(columns.get(name, "")) for columns in (olds, news)]
        count = table.cells.get(name, 0)
        yield sign, label, *types, places.get(name, ""), f"{count:,}" if count else ""


def instead_of_rows(file: FileDiff) -> list[Line]:
    """Give what there is to say of a file of which there are no changed rows to be seen."""
    table = file.table
    if table is None:
        return [("The bytes are the same.", "dim")]
    if not table.different:
        return [("The bytes differ, the data do not.", "dim")]
    lines = [(f"rows: {rows_phrase(table)}", ""), *((remark, "") for remark in remarks(table))]
    if table.rows is not None:
        return [*lines, ("No rows differ: see the columns (2).", "dim")]
    counts = ((f"cells modified in {shown_name(c)}: {n:,}", "") for c, n in table.cells.items())
    return [*lines, ("", ""), *counts]


def problem_lines(problem: Problem) -> list[Line]:
    """Give what kept a file from being compared."""
    return [(printable(line), "red") for line in str(problem.error).split("\n")]
