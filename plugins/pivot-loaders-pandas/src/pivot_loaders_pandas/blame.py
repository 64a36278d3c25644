"""What is wrong with a table that can't be read as declared: which column, which row, which value.

pandas says what it could not do, and seldom where. When it fails, the table is looked at again:
first whether the columns are there that options name, then one column after the other. Example::

    people.csv: column 'age' can't be read as int64: 'old' in row 3

Rows are those of data, counted from 1. Tests: tests/test_csv_file.py, tests/test_excel_file.py and
tests/test_json_lines_file.py.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pivot.loaders import LoaderError

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

#: What pandas raises for a table that is not what the options say.
UNFIT = (ValueError, TypeError, LookupError)
_SHOWN = 12


def missing_column(
    path: pathlib.Path, present: Iterable[Any], asked: Mapping[str, Iterable[Any]]
) -> LoaderError | None:
    """Make the error for the first column that an option names and the file does not have."""
    names = list(present)
    for option, columns in asked.items():
        for column in columns:
            if isinstance(column, str) and column not in names:
                problem = f"the file has no column {column!r}, which {option} names"
                return LoaderError(path, problem, hint=_nearest(column, list(map(str, names))))
            if isinstance(column, int) and column not in names and column >= len(names):
                problem = f"{option} asks for column {column}, counted from 0, of {len(names)}"
                return LoaderError(path, problem, hint=_nearest("", list(map(str, names))))
    return None


def _nearest(wanted: str, names: list[str]) -> str:
    found = difflib.get_close_matches(wanted, names, n=1, cutoff=0.6)
    if found:
        return f"did you mean {found[0]!r}?"
    more = ", ..." if len(names) > _SHOWN else ""
    return f"it has: {', '.join(names[:_SHOWN])}{more}"


def wrong_type(
    path: pathlib.Path, types: Mapping[Any, Any], read: Callable[..., pd.DataFrame]
) -> LoaderError | None:
    """Make the error for the first column that does not fit its type.

    `read(column, type, rows)` reads one column alone as a type: the first rows, or all for None.
    """
    for column, wanted in types.items():
        try:
            read(column, wanted, None)
        except UNFIT as error:
            return _unfit(path, column, wanted, read, error)
    return None


def _unfit(
    path: pathlib.Path,
    column: object,
    wanted: Any,
    read: Callable[..., pd.DataFrame],
    error: Exception,
) -> LoaderError:
    import pandas as pd  # it takes half a second: who reads a frame has it already

    label = wanted if isinstance(wanted, str) else getattr(wanted, "__name__", str(wanted))
    problem = f"column {column!r} can't be read as {label}"
    try:
        values = read(column, "object", None).iloc[:, 0]
        read(column, wanted, 0)
    except UNFIT:
        # Not even no rows at all can be: it's the type.
        return LoaderError(path, f"{problem}: {error}")
    row = _first_unfit(column, wanted, read, len(values))
    value = values.iloc[row - 1]
    if pd.isna(value):
        hint = "the type 'Int64' has missing values, 'int64' has not"
        whole = "int" in label.lower()
        return LoaderError(path, f"{problem}: row {row} is empty", hint=hint if whole else None)
    return LoaderError(path, f"{problem}: {value!r} in row {row}")


def _first_unfit(column: object, wanted: Any, read: Callable[..., pd.DataFrame], total: int) -> int:
    """Give the number of the first row that does not fit, by halves: a table may be long."""
    good, bad = 0, total
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            read(column, wanted, middle)
        except UNFIT:
            bad = middle
        else:
            good = middle
    return bad


def as_dates(
    path: pathlib.Path, column: str, values: pd.Series[Any], date_format: str | None
) -> pd.Series[Any]:
    """Give texts as dates; raise `LoaderError` which names the first that is none."""
    import pandas as pd  # as above

    try:
        return pd.to_datetime(values, format=date_format or "ISO8601")
    except UNFIT as error:
        for number, value in enumerate(values, start=1):
            try:
                pd.to_datetime(value, format=date_format or "ISO8601")
            except UNFIT:
                problem = f"column {column!r} can't be read as dates: {value!r} in row {number}"
                hint = None if date_format else "say how they are written: date_format='%d.%m.%Y'"
                raise LoaderError(path, problem, hint=hint) from error
        problem = f"column {column!r} can't be read as dates: {error}"
        raise LoaderError(path, problem) from error
