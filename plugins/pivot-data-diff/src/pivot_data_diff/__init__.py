"""What changed in data files: by schema, rows and cells, between git revisions and the workspace.

`diff` compares files of a project, `compare` two tables; both give frozen values. `pivot data diff`
is the command line of it. Who adds a format needs `Table`, one of `TextTable`, `TypedTable` and
`RecordTable`, and `FormatError`. Example::

    report = pivot_data_diff.diff(root, ["prices.csv"], options=Options(keys=("id",)))
    report.files[0].table.counts.modified

Tests: tests/ beside src/.
"""

from pivot_data_diff.compare import compare
from pivot_data_diff.diff import diff
from pivot_data_diff.errors import DataDiffError, FormatError
from pivot_data_diff.options import Options
from pivot_data_diff.result import FileDiff, Report, RowChange, TableDiff
from pivot_data_diff.table import Column, RecordTable, Table, TextTable, TypedTable

__all__ = [
    "Column",
    "DataDiffError",
    "FileDiff",
    "FormatError",
    "Options",
    "RecordTable",
    "Report",
    "RowChange",
    "Table",
    "TableDiff",
    "TextTable",
    "TypedTable",
    "compare",
    "diff",
]
