r"""How a CSV file becomes a data frame, and a frame the same bytes every time.

`index_col` says which columns are the frame's index; without it the index is neither read nor
written. A missing value is an empty field. Example::

    CSV(index_col="id", dtype={"zip": "string"}).load(pathlib.Path("people.csv"))

Tests: tests/test_csv_file.py of this distribution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pivot.loaders import Loader, LoaderError, reading, writing

if TYPE_CHECKING:
    import pathlib

    import pandas as pd

#: A column's type, in any form that pandas takes: "int64", "category", float, ...
type ColumnType = Any
#: A column, by its name or its position.
type Column = str | int
#: Archives hold the time at which they were made, so that no two are alike.
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz")
#: Before this release, pandas' usual parser of floats may be off in the last digit.
_EXACT_RELEASE = (3, 1)


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

    def __post_init__(self) -> None:
        """Freeze the options that were given as lists and dicts."""
        if isinstance(self.dtype, Mapping):
            pairs = sorted(self.dtype.items(), key=lambda pair: (str(type(pair[0])), pair[0]))
            object.__setattr__(self, "dtype", tuple(pairs))
        if isinstance(self.index_col, Sequence) and not isinstance(self.index_col, str):
            object.__setattr__(self, "index_col", tuple(self.index_col))

    def load(self, path: pathlib.Path) -> pd.DataFrame:
        """Read the table; raise `LoaderError` which names the file and, if it can, the column."""
        # pandas takes half a second: it's imported by those who read or write a frame.
        import pandas as pd

        try:
            with reading(path):
                return self._read(path, self._dtypes())
        except pd.errors.EmptyDataError as error:
            raise LoaderError(path, "the file is empty: it has not even a header") from error
        except (ValueError, TypeError, LookupError) as error:
            column = self._culprit(path)
            blame = f"column {column!r}" if column else "the file"
            raise LoaderError(path, f"{blame} can't be read as declared: {error}") from error

    def save(self, data: pd.DataFrame, path: pathlib.Path) -> None:
        """Write the table, with a header; the index only if `index_col` says where."""
        # As above.
        import pandas as pd

        if not isinstance(data, pd.DataFrame):
            raise LoaderError(path, f"a CSV file takes a DataFrame, not {type(data).__name__}")
        if path.name.endswith(_ARCHIVES):
            problem = "an archive holds the time at which it was made, so that no two are the same"
            raise LoaderError(path, problem, hint="use .csv or .csv.gz")
        compression: Any = {"method": "gzip", "mtime": 0} if path.suffix == ".gz" else "infer"
        try:
            table = data if self.index_col is None else self._with_index(data, path)
            with writing(path):
                table.to_csv(
                    path, sep=self.sep, index=False, lineterminator="\n", compression=compression
                )
        except (ValueError, TypeError, LookupError) as error:
            raise LoaderError(path, f"the frame can't be written: {error}") from error

    def _read(self, path: pathlib.Path, dtype: Any) -> pd.DataFrame:
        # As above.
        import pandas as pd

        index: Any = list(self.index_col) if isinstance(self.index_col, tuple) else self.index_col
        engine: Any = {} if len(self.sep) == 1 else {"engine": "python"}
        release = tuple(int(part) for part in pd.__version__.split(".")[:2])
        if not engine and release < _EXACT_RELEASE:
            engine = {"float_precision": "round_trip"}
        return pd.read_csv(path, sep=self.sep, index_col=index, dtype=dtype, **engine)

    def _dtypes(self) -> Any:
        return dict(self.dtype) if isinstance(self.dtype, tuple) else self.dtype

    def _culprit(self, path: pathlib.Path) -> str | None:
        """Find the column whose text does not fit its type, by trying one after the other."""
        types = self._dtypes()
        if types is None:
            return None
        try:
            table = CSV(sep=self.sep)._read(path, "str")  # noqa: SLF001 - another of this class
        except (ValueError, TypeError, LookupError):
            return None
        for name in table.columns:
            wanted = types.get(name) if isinstance(types, dict) else types
            try:
                table[name].astype(cast("Any", wanted or "str"))
            except (ValueError, TypeError):
                return str(name)
        return None

    def _with_index(self, data: pd.DataFrame, path: pathlib.Path) -> pd.DataFrame:
        """Give the frame with its index as columns, where `load` will look for them."""
        places = self.index_col if isinstance(self.index_col, tuple) else (self.index_col,)
        if len(places) != data.index.nlevels:
            problem = (
                f"index_col names {len(places)} columns, and the index has {data.index.nlevels}"
            )
            raise LoaderError(path, problem)
        columns: list[tuple[int, Any, Any]] = []
        for level, (name, place) in enumerate(zip(data.index.names, places, strict=True)):
            if isinstance(place, str) and name not in {None, place}:
                raise LoaderError(path, f"the index is called {name!r}, and index_col is {place!r}")
            position = level if isinstance(place, str) else cast("int", place)
            title = place if isinstance(place, str) else ("" if name is None else name)
            columns.append((position, title, data.index.get_level_values(level)))
        table = data.copy(deep=False)
        # From left to right, so that each comes to stand where it is counted from.
        for position, title, values in sorted(columns, key=lambda column: column[0]):
            table.insert(position, title, values)
        return table
