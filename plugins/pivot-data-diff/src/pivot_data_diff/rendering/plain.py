"""A report as text for a terminal.

`paint` colours a line by its sign; by default it does nothing. Example of a file's part::

    prices.csv: modified
      columns: + currency (text)
      rows: 1 added, 0 removed, 1 modified, 998 unchanged
      ~ id=7: price 1.5 -> 1.75
      + id=1001: id=1001, price=2.5, currency="EUR"

Tests: tests/rendering/test_plain.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot_data_diff.rendering.shown import (
    cell_changes,
    cells,
    printable,
    remarks,
    row_name,
    rows_phrase,
    schema_phrases,
    shown,
    shown_change,
    shown_name,
)
from pivot_data_diff.result import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pivot_data_diff.result import FileDiff, Report, RowChange, TableDiff

type Paint = Callable[[str, str], str]

SIGNS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.MODIFIED: "~", Kind.UNCHANGED: " "}


def _unpainted(_: str, line: str) -> str:
    return line


def render_plain(report: Report, most_rows: int | None, paint: Paint = _unpainted) -> str:
    """Give the text, without a line end at its end."""
    return "\n".join(_lines(report, most_rows, paint))


def _lines(report: Report, most_rows: int | None, paint: Paint) -> Iterator[str]:
    for file in report.files:
        yield from _file_lines(file, most_rows, paint)
    if report.unsupported:
        names = ", ".join(map(printable, report.unsupported))
        yield f"different, but not data files: {names}"
    if not (report.files or report.unsupported or report.problems):
        yield f"no data differ between {report.before} and {report.after}"


def _file_lines(file: FileDiff, most_rows: int | None, paint: Paint) -> Iterator[str]:
    table = file.table
    yield paint("=", f"{printable(file.path)}: {file.kind}")
    if table is None:
        return
    if not table.different:
        yield "  the bytes differ, the data do not"
        return
    for sign, phrase in schema_phrases(table):
        yield paint(sign, f"  {sign} column {phrase}")
    yield f"  rows: {rows_phrase(table)}"
    yield from (f"  {remark}" for remark in remarks(table))
    if table.rows is None:
        yield from (f"  cells modified in {shown_name(c)}: {n:,}" for c, n in table.cells.items())
        return
    for change in table.rows[:most_rows]:
        sign = SIGNS[change.kind]
        yield paint(sign, f"  {sign} {row_name(table, change)}: {_details(table, change)}")
    hidden = len(table.rows) - len(table.rows[:most_rows])
    if hidden:
        yield f"  ... and {hidden:,} more (see --max-rows)"


def _details(table: TableDiff, change: RowChange) -> str:
    if change.kind is Kind.MODIFIED:
        parts = (
            f"{shown_name(name)} {' -> '.join(shown_change(old, new))}"
            for name, old, new in cell_changes(table, change)
        )
    else:
        parts = (f"{shown_name(name)}={shown(value)}" for name, value in cells(table, change))
    return ", ".join(parts)
