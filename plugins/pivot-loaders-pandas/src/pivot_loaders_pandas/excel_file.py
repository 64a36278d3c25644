"""How a sheet of an Excel workbook becomes a data frame, and back.

Needs openpyxl, which the extra `excel` of this distribution installs. A workbook holds the times at
which it was made and changed; they are taken out, so that the same frame gives the same bytes.
Example::

    Excel(sheet_name="2024", index_col="id").load(pathlib.Path("budget.xlsx"))

Tests: tests/test_excel_file.py of this distribution.
"""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pivot.loaders import Loader, LoaderError, reading, writing
from pivot_loaders_pandas.blame import UNFIT, missing_column, wrong_type
from pivot_loaders_pandas.indexes import check_frame, with_index
from pivot_loaders_pandas.options import (
    Column,
    ColumnType,
    frozen_list,
    frozen_map,
    listed,
    thawed,
)

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

_HINT = "pip install 'pivot-loaders-pandas[excel]'"
_PROPERTIES = "docProps/core.xml"
_TIME = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
#: The first time that a ZIP file can hold.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Excel(Loader["pd.DataFrame"]):
    """One sheet of a workbook (`.xlsx`), read and written with pandas and openpyxl."""

    #: The sheet: its name or, to read, its position. A workbook is written with this sheet alone.
    sheet_name: str | int = 0
    #: The column, or the columns, of the index; None: rows are just numbered.
    index_col: Column | Sequence[Column] | None = None
    #: One type for all columns, or a mapping from column to type.
    dtype: ColumnType | Mapping[Column, ColumnType] | None = None
    #: The columns to read, as names or positions, or as letters: "A:C,F"; None: all.
    usecols: str | Iterable[Column] | None = None
    #: More texts that stand for a missing value.
    na_values: str | Iterable[str] | None = None

    def __post_init__(self) -> None:
        """Freeze the options that were given as lists and dicts."""
        for name in ("index_col", "usecols", "na_values"):
            object.__setattr__(self, name, frozen_list(getattr(self, name)))
        object.__setattr__(self, "dtype", frozen_map(self.dtype))

    def load(self, path: pathlib.Path) -> pd.DataFrame:
        """Read the sheet; raise `LoaderError` which names the file, the sheet or the column."""
        _require_openpyxl(path)
        try:
            with reading(path), path.open("rb"):
                return self._read(path, **self._selection(), dtype=thawed(self.dtype))
        except (zipfile.BadZipFile, KeyError) as error:
            if path.stat().st_size == 0:
                raise LoaderError(path, "the file is empty") from error
            if not zipfile.is_zipfile(path):
                problem = "the file is not an Excel workbook (.xlsx)"
                raise LoaderError(path, problem) from error
            raise self._fault(path, error) from error
        except UNFIT as error:
            raise self._fault(path, error) from error

    def save(self, data: pd.DataFrame, path: pathlib.Path) -> None:
        """Write the frame as the only sheet of a workbook; the index if `index_col` says where."""
        check_frame(data, path, "an Excel workbook")
        _require_openpyxl(path)
        name = self.sheet_name if isinstance(self.sheet_name, str) else "Sheet1"
        buffer = io.BytesIO()
        try:
            table = data if self.index_col is None else with_index(data, self.index_col, path)
            table.to_excel(buffer, sheet_name=name, index=False, engine="openpyxl")
        except UNFIT as error:
            column = _with_time_zone(data)
            hint = f"column {column!r} has a time zone" if column is not None else None
            raise LoaderError(path, f"the frame can't be written: {error}", hint=hint) from error
        with writing(path):
            _write_timeless(buffer, path)

    def _selection(self) -> dict[str, Any]:
        return {"index_col": thawed(self.index_col), "usecols": thawed(self.usecols)}

    def _read(self, path: pathlib.Path, **options: Any) -> pd.DataFrame:
        # pandas takes half a second: it's imported by those who read or write a frame.
        import pandas as pd

        return pd.read_excel(
            path,
            sheet_name=self.sheet_name,
            na_values=thawed(self.na_values),
            engine="openpyxl",
            **options,
        )

    def _fault(self, path: pathlib.Path, error: Exception) -> LoaderError:
        plain = LoaderError(path, f"the file can't be read as declared: {error}")
        try:
            sheets = _sheets(path)
        except (*UNFIT, zipfile.BadZipFile):
            return plain
        if isinstance(self.sheet_name, str) and self.sheet_name not in sheets:
            near = difflib.get_close_matches(self.sheet_name, sheets, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has: {', '.join(sheets)}"
            return LoaderError(path, f"it has no sheet {self.sheet_name!r}", hint=hint)
        if isinstance(self.sheet_name, int) and self.sheet_name >= len(sheets):
            problem = f"sheet {self.sheet_name}, counted from 0, is asked for, of {len(sheets)}"
            return LoaderError(path, problem, hint=f"it has: {', '.join(sheets)}")
        present = list(self._read(path, nrows=0).columns)
        letters = isinstance(self.usecols, str)
        asked = {
            "usecols": [] if letters else listed(self.usecols),
            "index_col": listed(self.index_col),
        }
        types = thawed(self.dtype)
        if not isinstance(types, dict):
            types = {} if types is None else dict.fromkeys(present, types)
        return (
            missing_column(path, present, asked)
            or wrong_type(path, types, self._column_reader(path))
            or plain
        )

    def _column_reader(self, path: pathlib.Path) -> Any:
        return lambda column, dtype, rows: self._read(
            path, usecols=[column], dtype={column: dtype}, nrows=rows
        )


def _require_openpyxl(path: pathlib.Path) -> None:
    try:
        import openpyxl  # noqa: F401 - whether it can be imported is the question
    except ImportError as error:
        raise LoaderError(path, f"openpyxl is needed: {error}", hint=_HINT) from error


def _sheets(path: pathlib.Path) -> list[str]:
    import pandas as pd  # as above

    with pd.ExcelFile(path, engine="openpyxl") as book:
        return [str(name) for name in book.sheet_names]


def _with_time_zone(data: pd.DataFrame) -> object | None:
    """Give the first column of times with a time zone, which Excel does not know."""
    for name, dtype in data.dtypes.items():
        if getattr(dtype, "tz", None) is not None:
            return name
    return None


def _write_timeless(book: io.BytesIO, path: pathlib.Path) -> None:
    """Write a workbook anew, with one time in place of all those in it."""
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == _PROPERTIES:
                data = _TIME.sub(rb"\g<1>1980-01-01T00:00:00Z\3", data)
            entry = zipfile.ZipInfo(name, _EPOCH)
            target.writestr(entry, data, zipfile.ZIP_DEFLATED)
