"""Parquet files as tables of values, read with pyarrow batch by batch.

Types are named as Arrow names them. Times are texts in ISO form, in UTC if they have a zone, so
that one instant is one text whatever its zone and unit are. Tests: tests/formats/test_parquet.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot_data_diff.errors import FormatError
from pivot_data_diff.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot_data_diff.table import Row

_HINT = "pip install 'pivot-data-diff[parquet]'"
_BATCH = 8192
# Bytes that Python takes for a value beyond those in the file, and for its place in a row.
_VALUE, _ROW = 48, 64


def open_parquet(path: Path) -> Table:
    """Open a Parquet file; raise `FormatError` if it's none, or pyarrow is missing."""
    try:
        # It takes a tenth of a second to import, and may be missing.
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise FormatError(f"reading Parquet needs pyarrow: {error}", hint=_HINT) from error
    try:
        return _ParquetTable(pq.ParquetFile(path))
    except pa.ArrowException as error:
        raise FormatError(f"not a sound Parquet file: {error}") from error


class _ParquetTable:
    def __init__(self, file: Any) -> None:
        self._file = file
        facts = file.metadata
        self.columns = tuple(
            Column(field.name, str(field.type), "uniform") for field in file.schema_arrow
        )
        self.count: int = facts.num_rows
        groups = (facts.row_group(number) for number in range(facts.num_row_groups))
        size = sum(group.total_byte_size for group in groups)
        self.weight: int = size + self.count * (_ROW + len(self.columns) * _VALUE)

    def rows(self) -> Iterator[Row]:
        # As above.
        import pyarrow as pa

        try:
            for batch in self._file.iter_batches(_BATCH):
                columns = [_values(column) for column in batch.columns]
                yield from zip(*columns, strict=True) if columns else [()] * batch.num_rows
        except (pa.ArrowException, ValueError, OSError) as error:
            raise FormatError(f"a value can't be read: {error}") from error


def _values(column: Any) -> list[Any]:
    # As above.
    import pyarrow as pa

    type_ = column.type
    if not pa.types.is_timestamp(type_):
        return column.to_pylist()
    if type_.tz is not None:
        column = column.cast(pa.timestamp(type_.unit, "UTC"))
    texts = column.cast(pa.string()).to_pylist()
    return texts if type_.unit == "s" else [text and _trimmed(text) for text in texts]


def _trimmed(text: str) -> str:
    """Give 10:00:00.5 for 10:00:00.500000, so that it is the same in any unit."""
    zone = "Z" if text.endswith("Z") else ""
    return text.removesuffix("Z").rstrip("0").removesuffix(".") + zone
