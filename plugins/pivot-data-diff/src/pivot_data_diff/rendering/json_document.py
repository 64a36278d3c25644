"""A report as a JSON document of version 1; docs/data-diff.schema.json describes it.

A later version may add keys; if any is taken away or changes its meaning, `version` changes. Values
of cells are JSON values; what JSON has no form for is a text (see `shown.json_value`). Tests:
tests/rendering/test_json_document.py checks documents against the schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from pivot_data_diff.rendering.shown import cell_changes, cells, json_value

if TYPE_CHECKING:
    from pivot_data_diff.result import FileDiff, Report, RowChange, SchemaDiff, TableDiff

VERSION = 1


class ColumnDocument(TypedDict):
    """A column that one side has."""

    name: str
    type: str


class RetypedDocument(TypedDict):
    """A column whose type changed."""

    name: str
    before: str
    after: str


class MovedDocument(TypedDict):
    """A column that stands elsewhere among the shared ones; places count from 1."""

    name: str
    before: int
    after: int


class SchemaDocument(TypedDict):
    """What is different in the columns."""

    added: list[ColumnDocument]
    removed: list[ColumnDocument]
    retyped: list[RetypedDocument]
    moved: list[MovedDocument]


class CountsDocument(TypedDict):
    """How many rows each side has, and how many are different."""

    before: int
    after: int
    added: int
    removed: int
    modified: int
    unchanged: int


class DuplicatesDocument(TypedDict):
    """How many keys occur more than once on each side."""

    before: int
    after: int


class CellDocument(TypedDict):
    """The values of a modified cell."""

    before: Any
    after: Any


class ChangeDocument(TypedDict):
    """A row that is different; numbers count from 1, without the header."""

    kind: Literal["added", "removed", "modified"]
    #: The number of the row on each side that has it.
    before_row: NotRequired[int]
    after_row: NotRequired[int]
    #: The values of the key columns; empty if rows are matched by position.
    key: dict[str, Any]
    #: Of a modified row: its modified cells.
    cells: NotRequired[dict[str, CellDocument]]
    #: Of an added or removed row: all its values.
    values: NotRequired[dict[str, Any]]


class FileDocument(TypedDict):
    """A file; if its bytes are the same on both sides, there is no more than path and kind."""

    path: str
    kind: Literal["added", "removed", "modified", "unchanged"]
    schema: NotRequired[SchemaDocument]
    rows: NotRequired[CountsDocument]
    #: The columns that rows were matched by; none: by position.
    keys: NotRequired[list[str]]
    duplicate_keys: NotRequired[DuplicatesDocument]
    #: Column -> how many of its cells are modified, of those that have any.
    modified_cells: NotRequired[dict[str, int]]
    #: Too large for the allowed memory: all counts are exact, but there are no changes.
    summary_only: NotRequired[bool]
    changes: NotRequired[list[ChangeDocument]]
    #: How many changes were left out because no more were asked for.
    omitted_changes: NotRequired[int]


class ProblemDocument(TypedDict):
    """A file that could not be compared."""

    path: str
    message: str


class ReportDocument(TypedDict):
    """The whole."""

    version: Literal[1]
    before: str
    after: str
    different: bool
    files: list[FileDocument]
    problems: list[ProblemDocument]
    #: Outputs that differ and are not data files.
    unsupported: list[str]


def report_document(report: Report, most_rows: int | None) -> ReportDocument:
    """Give the document."""
    return {
        "version": VERSION,
        "before": report.before,
        "after": report.after,
        "different": report.different,
        "files": [_file(file, most_rows) for file in report.files],
        "problems": [{"path": p.path, "message": str(p.error)} for p in report.problems],
        "unsupported": list(report.unsupported),
    }


def _file(file: FileDiff, most_rows: int | None) -> FileDocument:
    document: FileDocument = {"path": file.path, "kind": file.kind.value}
    table = file.table
    if table is None:
        return document
    rows = table.rows or ()
    changes = [_change(table, change) for change in rows[:most_rows]]
    counts = table.counts
    return {
        **document,
        "schema": _schema(table.schema),
        "rows": {
            "before": counts.before,
            "after": counts.after,
            "added": counts.added,
            "removed": counts.removed,
            "modified": counts.modified,
            "unchanged": counts.unchanged,
        },
        "keys": list(table.keys),
        "duplicate_keys": {"before": table.duplicates.before, "after": table.duplicates.after},
        "modified_cells": table.cells,
        "summary_only": table.rows is None,
        "changes": changes,
        "omitted_changes": counts.different - len(changes) if table.rows is not None else 0,
    }


def _schema(schema: SchemaDiff) -> SchemaDocument:
    return {
        "added": [{"name": column.name, "type": column.type} for column in schema.added],
        "removed": [{"name": column.name, "type": column.type} for column in schema.removed],
        "retyped": [
            {"name": change.name, "before": change.before, "after": change.after}
            for change in schema.retyped
        ],
        "moved": [
            {"name": move.name, "before": move.before, "after": move.after} for move in schema.moved
        ],
    }


def _change(table: TableDiff, change: RowChange) -> ChangeDocument:
    key = {name: json_value(value) for name, value in zip(table.keys, change.key, strict=True)}
    document: ChangeDocument = {"kind": change.kind.value, "key": key}  # type: ignore[typeddict-item] - no row is unchanged
    if change.before:
        document["before_row"] = change.before.number
    if change.after:
        document["after_row"] = change.after.number
    if change.before and change.after:
        document["cells"] = {
            name: {"before": json_value(old), "after": json_value(new)}
            for name, old, new in cell_changes(table, change)
        }
    else:
        document["values"] = {name: json_value(value) for name, value in cells(table, change)}
    return document
