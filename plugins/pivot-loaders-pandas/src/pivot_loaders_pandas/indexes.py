"""Where a frame's index stands in a table: before saving, it becomes columns.

Example: `with_index(frame, ("id",), path)` has the index as its first column, called `id`. Tests:
tests/test_csv_file.py, tests/test_excel_file.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pivot.loaders import LoaderError

if TYPE_CHECKING:
    import pathlib

    import pandas as pd


def check_frame(data: object, path: pathlib.Path, kind: str) -> None:
    """Raise `LoaderError` if something is no data frame."""
    # pandas takes half a second: it's imported by those who read or write a frame.
    import pandas as pd

    if not isinstance(data, pd.DataFrame):
        hint = "return a DataFrame, or give this output another loader"
        if isinstance(data, pd.Series):
            hint = "make it a DataFrame: series.to_frame()"
        raise LoaderError(path, f"{kind} takes a DataFrame, not {type(data).__name__}", hint=hint)


def with_index(data: pd.DataFrame, index_col: Any, path: pathlib.Path) -> pd.DataFrame:
    """Give the frame with its index as columns, where `load` will look for them."""
    places = index_col if isinstance(index_col, tuple) else (index_col,)
    if len(places) != data.index.nlevels:
        problem = f"index_col names {len(places)} columns, and the index has {data.index.nlevels}"
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


def with_level(index: pd.Index[Any], level: int, values: Any) -> pd.Index[Any]:
    """Give an index one of whose levels has other values."""
    import pandas as pd  # as in `check_frame`

    if not isinstance(index, pd.MultiIndex):
        return pd.Index(values, name=index.name)
    arrays = [values if n == level else index.get_level_values(n) for n in range(index.nlevels)]
    return pd.MultiIndex.from_arrays(arrays, names=index.names)
