"""What Parquet and Feather have in common: pyarrow, and what it says when something is wrong.

Tests: tests/test_parquet_file.py, tests/test_feather_file.py.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from pivot.loaders import LoaderError, reading, writing
from pivot_loaders_pandas.blame import missing_column
from pivot_loaders_pandas.options import listed

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Iterable, Iterator


@contextlib.contextmanager
def reading_arrow(
    path: pathlib.Path, kind: str, columns: Any, present: Callable[[], Iterable[str]]
) -> Iterator[None]:
    """Turn what pyarrow says while `path` is read into a `LoaderError`.

    `columns` are those that were asked for, `present` gives those that there are.
    """
    _require_pyarrow(path, kind)
    import pyarrow as pa  # it takes a while: who reads or writes such a file needs it

    try:
        with reading(path):
            yield
    except (ValueError, TypeError, LookupError, pa.ArrowException) as error:
        problem = f"the file is not valid {kind}: {error}"
        if path.is_file() and path.stat().st_size == 0:
            problem = "the file is empty"
        found = LoaderError(path, problem)
        with contextlib.suppress(ValueError, OSError, pa.ArrowException):
            found = missing_column(path, present(), {"columns": listed(columns)}) or found
        raise found from error


@contextlib.contextmanager
def writing_arrow(path: pathlib.Path, kind: str) -> Iterator[None]:
    """Turn what pyarrow says while a frame is written into a `LoaderError`."""
    _require_pyarrow(path, kind)
    import pyarrow as pa  # as above

    try:
        with writing(path):
            yield
    except (ValueError, TypeError, pa.ArrowException) as error:
        raise LoaderError(path, f"the frame can't be written: {error}") from error


def _require_pyarrow(path: pathlib.Path, kind: str) -> None:
    try:
        import pyarrow as pa  # noqa: F401 - whether it can be imported is the question
    except ImportError as error:
        hint = f"pip install 'pivot-loaders-pandas[{kind.lower()}]'"
        raise LoaderError(path, f"pyarrow is needed: {error}", hint=hint) from error
