"""A report as Markdown, for the description of a change or a review comment.

A heading for each file, a list of what is different in the columns, and a table with a line for
each modified cell, and one for each row that only one side has. Tests:
tests/rendering/test_markdown.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pivot_data_diff.rendering.plain import SIGNS
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
    from collections.abc import Iterator

    from pivot_data_diff.result import FileDiff, Report, RowChange, TableDiff

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def render_markdown(report: Report, most_rows: int | None) -> str:
    """Give the Markdown, without a line end at its end."""
    return "\n\n".join(_blocks(report, most_rows))


def escaped(text: str) -> str:
    """Give a text that Markdown shows as it is, on one line of a table."""
    return _MARKS.sub(r"\\\1", printable(text))


def _blocks(report: Report, most_rows: int | None) -> Iterator[str]:
    yield f"## Data: {escaped(report.before)} -> {escaped(report.after)}"
    for file in report.files:
        yield from _file_blocks(file, most_rows)
    if report.unsupported:
        yield f"Different, but not data files: {', '.join(map(escaped, report.unsupported))}"
    if not (report.files or report.unsupported or report.problems):
        yield "No data differ."


def _file_blocks(file: FileDiff, most_rows: int | None) -> Iterator[str]:
    table = file.table
    yield f"### {escaped(file.path)}: {file.kind}"
    if table is None:
        return
    if not table.different:
        yield "The bytes differ, the data do not."
        return
    facts = [f"column {sign} {escaped(phrase)}" for sign, phrase in schema_phrases(table)]
    facts.append(f"rows: {rows_phrase(table)}")
    yield "\n".join(f"- {fact}" for fact in (*facts, *remarks(table)))
    if table.rows is None:
        if table.cells:
            counts = [
                f"| {escaped(shown_name(name))} | {count:,} |"
                for name, count in table.cells.items()
            ]
            yield "\n".join(("| column | modified cells |", "|---|--:|", *counts))
        return
    lines = [line for change in table.rows[:most_rows] for line in _change_lines(table, change)]
    if lines:
        yield "\n".join(("| | row | column | before | after |", "|---|---|---|---|---|", *lines))
    hidden = len(table.rows) - len(table.rows[:most_rows])
    if hidden:
        yield f"... and {hidden:,} more"


def _change_lines(table: TableDiff, change: RowChange) -> Iterator[str]:
    start = f"| {SIGNS[change.kind]} | {escaped(row_name(table, change))} |"
    if change.kind is Kind.MODIFIED:
        for name, old, new in cell_changes(table, change):
            left, right = shown_change(old, new)
            yield f"{start} {escaped(shown_name(name))} | {escaped(left)} | {escaped(right)} |"
        return
    row = ", ".join(f"{shown_name(name)}={shown(value)}" for name, value in cells(table, change))
    sides = f"| {escaped(row)}" if change.kind is Kind.ADDED else f"{escaped(row)} |"
    yield f"{start} | {sides} |"
