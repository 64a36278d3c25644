"""How a file of JSON objects, one a line, becomes a data frame, and back.

Values come back as JSON has them: a text of digits stays a text. What a row lacks is missing; the
index is neither read nor written. Example::

    JSONLines(parse_dates="when").load(pathlib.Path("events.jsonl"))

Tests: tests/test_json_lines_file.py of this distribution.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast

from pivot.loaders import Loader, LoaderError, reading, writing
from pivot_loaders_pandas.blame import UNFIT, as_dates, missing_column, wrong_type
from pivot_loaders_pandas.indexes import check_frame
from pivot_loaders_pandas.options import ColumnType, frozen_list, frozen_map, listed, thawed
from pivot_loaders_pandas.packing import unpacking

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd


@dataclass(frozen=True, slots=True)
class JSONLines(Loader["pd.DataFrame"]):
    """One JSON object a line, in UTF-8; `.gz`, `.bz2` and `.xz` are compressed."""

    #: One type for all columns, or a mapping from column to type.
    dtype: ColumnType | Mapping[str, ColumnType] | None = None
    #: The columns that hold dates, as ISO 8601 has them.
    parse_dates: str | Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Freeze the options that were given as lists and dicts."""
        object.__setattr__(self, "parse_dates", frozen_list(self.parse_dates))
        object.__setattr__(self, "dtype", frozen_map(self.dtype))

    def load(self, path: pathlib.Path) -> pd.DataFrame:
        """Read the table; raise `LoaderError` which names the file, the line or the column."""
        # pandas takes half a second: it's imported by those who read or write a frame.
        import pandas as pd

        with reading(path), unpacking(path), _open(path, "r") as stream:
            rows = list(_rows(stream, path))
        table = pd.DataFrame(rows)
        dates = listed(self.parse_dates)
        error = missing_column(path, table.columns, {"parse_dates": dates}) if rows else None
        if error:
            raise error
        for name in dates if rows else ():
            table[name] = as_dates(path, name, table[name], None)
        return self._typed(table, path)

    def save(self, data: pd.DataFrame, path: pathlib.Path) -> None:
        """Write the rows, each with all columns; a missing value is null."""
        check_frame(data, path, "a file of JSON lines")
        names = [str(name) for name in data.columns]
        if len(set(names)) < len(names):
            raise LoaderError(path, "two columns of the frame have the same name")
        columns = [_plain(data.iloc[:, number]) for number in range(len(names))]
        with writing(path), _open(path, "w") as stream:
            try:
                for row in zip(*columns, strict=True):
                    values = dict(zip(names, row, strict=True))
                    stream.write(json.dumps(values, ensure_ascii=False, default=_encoded) + "\n")
            except (TypeError, ValueError) as error:
                hint = "JSON holds dict, list, str, int, float, bool and None"
                problem = f"the frame can't be written: {error}"
                raise LoaderError(path, problem, hint=hint) from error

    def _typed(self, table: pd.DataFrame, path: pathlib.Path) -> pd.DataFrame:
        types = thawed(self.dtype)
        if types is None:
            return table
        if not isinstance(types, dict):
            types = dict.fromkeys(table.columns, types)
        types = {name: wanted for name, wanted in types.items() if name in table.columns}
        try:
            return table.astype(cast("Any", types))
        except UNFIT as error:

            def read(column: Any, dtype: Any, rows: int | None) -> pd.DataFrame:
                return table[[column]].iloc[:rows].astype(dtype)

            plain = LoaderError(path, f"the file can't be read as declared: {error}")
            raise (wrong_type(path, types, read) or plain) from error


def _rows(lines: Iterable[str], path: pathlib.Path) -> Iterator[dict[str, Any]]:
    """Give the object of each line; blank lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            problem = f"the line is not valid JSON: {error.msg} (column {error.colno})"
            raise LoaderError(path, problem, line=number) from error
        if not isinstance(row, dict):
            problem = f"the line holds a {type(row).__name__}, not an object"
            hint = 'a row looks like {"name": "value"}'
            raise LoaderError(path, problem, line=number, hint=hint)
        yield cast("dict[str, Any]", row)


@contextlib.contextmanager
def _open(path: pathlib.Path, mode: str) -> Iterator[IO[str]]:
    """Open a text file, compressed as its name says; a compressed one holds no time stamp."""
    import bz2  # these are for compressed files only
    import gzip
    import io
    import lzma

    with contextlib.ExitStack() as stack:
        stream: Any
        if path.suffix == ".gz":
            raw = stack.enter_context(path.open(f"{mode}b"))
            stream = stack.enter_context(
                gzip.GzipFile(filename="", mode=f"{mode}b", fileobj=raw, mtime=0)
            )
        elif path.suffix in {".bz2", ".xz"}:
            kind = bz2.BZ2File if path.suffix == ".bz2" else lzma.LZMAFile
            stream = stack.enter_context(kind(path, f"{mode}b"))
        else:
            stream = stack.enter_context(path.open(f"{mode}b"))
        yield stack.enter_context(io.TextIOWrapper(stream, "utf-8", newline="\n"))


def _plain(column: pd.Series[Any]) -> list[Any]:
    """Give the values of a column as Python's own, a missing one as None."""
    missing = column.isna().tolist()
    values = column.astype("object").tolist()
    return [None if gone else value for gone, value in zip(missing, values, strict=True)]


def _encoded(value: Any) -> Any:
    """Give what JSON has instead of a value that it does not know."""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    for method in ("tolist", "item"):  # of numpy's arrays and numbers
        if callable(getattr(value, method, None)):
            return getattr(value, method)()
    raise TypeError(f"{type(value).__name__} is not a value of JSON: {value!r:.80}")
