"""CSV and TSV files as tables of texts, whose types are found out.

The first row has the names of the columns. CSV is separated by commas; if the names have none, by
the semicolon, tab or bar that they do have. Blank lines are no rows; a row that is too short has
empty cells, and what is beyond the names gets columns that are called `column 4`. Quoted fields may
have line ends in them (RFC 4180). Tests: tests/formats/test_delimited.py.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from pivot_data_diff.errors import FormatError
from pivot_data_diff.formats.text_file import TextFile, read_text_file
from pivot_data_diff.table import Table, TextTable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The module's own limit of 128 KB is less than a text of some length; without one, a quotation
# mark that is never closed would take the rest of the file into memory.
_LONGEST_FIELD = 1 << 25
_OTHER_DELIMITERS = ";\t|"


def open_csv(path: Path) -> Table:
    """Open a CSV file."""
    return read_text_file(path, lambda file: _open(file, _delimiter(file)))


def open_tsv(path: Path) -> Table:
    """Open a TSV file."""
    return read_text_file(path, lambda file: _open(file, "\t"))


def _delimiter(file: TextFile) -> str:
    names = next(_records(file, ","), [])
    header = names[0] if len(names) == 1 else ""
    return max(_OTHER_DELIMITERS, key=header.count) if _is_list(header) else ","


def _is_list(header: str) -> bool:
    return any(delimiter in header for delimiter in _OTHER_DELIMITERS)


def _open(file: TextFile, delimiter: str) -> Table:
    names = next(_records(file, delimiter), [])

    def rows() -> Iterator[list[str]]:
        records = _records(file, delimiter)
        next(records, None)
        return records

    return TextTable(names, rows)


def _records(file: TextFile, delimiter: str) -> Iterator[list[str]]:
    """Give all rows that are not blank, the names first."""
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_FIELD))
    with file.open() as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        try:
            yield from filter(None, reader)
        except csv.Error as error:
            raise FormatError(f"line {reader.line_num}: {error}") from error
