r"""How a CSV file becomes a data frame, and a frame the same bytes every time.

`index_col` says which columns are the frame's index; without it the index is neither read nor
written. A missing value is an empty field. Example::

    CSV(index_col="id", dtype={"zip": "string"}).load(pathlib.Path("people.csv"))

Tests: tests/test_csv_file.py of this distribution.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pivot.loaders import Loader, LoaderError, reading, writing
from pivot_loaders_pandas.blame import UNFIT, as_dates, missing_column, wrong_type
from pivot_loaders_pandas.indexes import check_frame, with_index, with_level
from pivot_loaders_pandas.options import (
    Column,
    ColumnType,
    frozen_list,
    frozen_map,
    listed,
    thawed,
)
from pivot_loaders_pandas.packing import unpacking

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

#: Archives hold the time at which they were made, so that no two are alike.
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz")
#: Before this release, pandas' usual parser of floats may be off in the last digit.
_EXACT_RELEASE = (3, 1)
#: What pandas' parsers say of a row that is broken.
_BROKEN_LINE = re.compile(r"(Expected \d+ fields) in line (\d+), (saw \d+)")
_OPEN_QUOTE = re.compile(r"EOF inside string starting at row (\d+)")


@dataclass(frozen=True, slots=True)
class CSV(Loader["pd.DataFrame"]):
    """Comma-separated values, read and written with pandas; `.gz` and the like are compressed."""

    #: What stands between two fields; a regular expression may be read, but not written.
    sep: str = ","
    #: The column, or the columns, of the index; None: rows are just numbered.
    index_col: Column | Sequence[Column] | None = None
    #: One type for all columns, or a mapping from column to type; kept as sorted pairs, since the
    #: options of a loader are hashable.
    dtype: ColumnType | Mapping[Column, ColumnType] | None = None
    #: The columns to read; None: all.
    usecols: Iterable[Column] | None = None
    #: The columns that hold dates, as ISO 8601 or `date_format` has them.
    parse_dates: str | Sequence[str] | None = None
    #: How dates are written, read and to be read: "%d.%m.%Y"; None: as ISO 8601 has it.
    date_format: str | None = None
    #: More texts that stand for a missing value; or a mapping from column to such texts.
    na_values: str | Iterable[str] | Mapping[Column, str | Iterable[str]] | None = None
    #: Whether NA, null, nan and the like stand for a missing value, beside an empty field.
    keep_default_na: bool = True
    #: The names of the columns of a file that has no header; it is written without one, too.
    names: Sequence[str] | None = None
    #: The encoding of the text.
    encoding: str = "utf-8"
    #: How the file is compressed; "infer": as its name says.
    compression: Literal["infer", "gzip", "bz2", "xz", "zstd"] | None = "infer"
    #: Whether the index is written; None: if `index_col` says where.
    index: bool | None = None

    def __post_init__(self) -> None:
        """Freeze the options that were given as lists and dicts."""
        for name in ("index_col", "usecols", "parse_dates", "names", "na_values"):
            object.__setattr__(self, name, frozen_list(getattr(self, name)))
        for name in ("dtype", "na_values"):
            object.__setattr__(self, name, frozen_map(getattr(self, name)))

    def load(self, path: pathlib.Path) -> pd.DataFrame:
        """Read the table; raise `LoaderError` which names the file and, if it can, the column."""
        # pandas takes half a second: it's imported by those who read or write a frame.
        import pandas as pd

        try:
            with reading(path), unpacking(path):
                table = self._read(path, **self._selection(), dtype=thawed(self.dtype))
        except pd.errors.EmptyDataError as error:
            raise LoaderError(path, "the file is empty: it has not even a header") from error
        except ImportError as error:
            raise LoaderError(path, f"it can't be decompressed: {error}") from error
        except UNFIT as error:
            raise self._fault(path, error) from error
        return self._dated(path, table)

    def save(self, data: pd.DataFrame, path: pathlib.Path) -> None:
        """Write the table, with a header unless `names` says that there is none."""
        check_frame(data, path, "a CSV file")
        if path.name.endswith(_ARCHIVES):
            problem = "an archive holds the time at which it was made, so that no two are the same"
            raise LoaderError(path, problem, hint="use .csv or .csv.gz")
        placed = self.index_col is not None and self.index is not False
        try:
            table = with_index(data, self.index_col, path) if placed else data
            self._check_names(table, path)
            with writing(path):
                table.to_csv(
                    path,
                    sep=self.sep,
                    index=bool(self.index) and not placed,
                    header=self.names is None,
                    date_format=self.date_format,
                    encoding=self.encoding,
                    lineterminator="\n",
                    compression=self._packing(path),
                )
        except (*UNFIT, ImportError) as error:
            raise LoaderError(path, f"the frame can't be written: {error}") from error

    def _packing(self, path: pathlib.Path) -> Any:
        gzipped = self.compression == "gzip"
        if gzipped or (self.compression == "infer" and path.suffix == ".gz"):
            return {"method": "gzip", "mtime": 0}
        return self.compression

    def _check_names(self, table: pd.DataFrame, path: pathlib.Path) -> None:
        """Refuse a frame that would come back with other names."""
        found = [str(name) for name in table.columns]
        if self.names is not None and found != list(self.names) and not self.index:
            problem = (
                f"the frame has the columns {', '.join(found)}; names are {', '.join(self.names)}"
            )
            raise LoaderError(path, problem, hint="without a header, names and columns must agree")

    def _selection(self) -> dict[str, Any]:
        return {"index_col": thawed(self.index_col), "usecols": thawed(self.usecols)}

    def _read(self, path: pathlib.Path, **options: Any) -> pd.DataFrame:
        # As above.
        import pandas as pd

        if len(self.sep) > 1:
            options["engine"] = "python"
        elif tuple(int(part) for part in pd.__version__.split(".")[:2]) < _EXACT_RELEASE:
            options["float_precision"] = "round_trip"
        if self.names is not None:
            options |= {"names": list(self.names), "header": None}
        return pd.read_csv(
            path,
            sep=self.sep,
            na_values=thawed(self.na_values),
            keep_default_na=self.keep_default_na,
            encoding=self.encoding,
            compression=self.compression,
            **options,
        )

    def _dated(self, path: pathlib.Path, table: pd.DataFrame) -> pd.DataFrame:
        columns = listed(self.parse_dates)
        if not columns:
            return table
        levels = list(table.index.names)
        present = [*table.columns, *(name for name in levels if name is not None)]
        error = missing_column(path, present, {"parse_dates": columns})
        if error:
            raise error
        for name in columns:
            if name in table.columns:
                table[name] = as_dates(path, name, table[name], self.date_format)
            else:
                level = levels.index(name)
                texts = table.index.get_level_values(level).to_series()
                dates = as_dates(path, name, texts, self.date_format)
                table.index = with_level(table.index, level, dates)
        return table

    def _fault(self, path: pathlib.Path, error: Exception) -> LoaderError:
        """Say what is wrong with a file that pandas refused, and where."""
        broken = _BROKEN_LINE.search(str(error))
        if broken:
            problem = f"the line is broken: {broken[1].lower()}, {broken[3]}"
            return LoaderError(path, problem, line=int(broken[2]))
        quote = _OPEN_QUOTE.search(str(error))
        if quote:
            line = int(quote[1]) + 1
            return LoaderError(path, "a quote is opened in this line, and never closed", line=line)
        plain = LoaderError(path, f"the file can't be read as declared: {error}")
        try:
            present = list(self._read(path, nrows=0).columns)
        except UNFIT:
            return plain
        asked = {"usecols": listed(self.usecols), "index_col": listed(self.index_col)}
        return (
            missing_column(path, present, asked)
            or wrong_type(path, self._types(present), self._column_reader(path))
            or plain
        )

    def _types(self, present: list[Any]) -> dict[Any, Any]:
        types = thawed(self.dtype)
        if isinstance(types, dict):
            return types
        return {} if types is None else dict.fromkeys(present, types)

    def _column_reader(self, path: pathlib.Path) -> Any:
        return lambda column, dtype, rows: self._read(
            path, usecols=[column], dtype={column: dtype}, nrows=rows
        )
