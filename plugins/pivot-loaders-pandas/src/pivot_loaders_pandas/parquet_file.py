"""How a Parquet file becomes a data frame, and back; types and index survive.

Needs pyarrow, which the extra `parquet` of this distribution installs. Example::

    Parquet(compression="zstd").save(frame, pathlib.Path("clean.parquet"))

Tests: tests/test_parquet_file.py of this distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pivot.loaders import Loader
from pivot_loaders_pandas.arrow import reading_arrow, writing_arrow
from pivot_loaders_pandas.indexes import check_frame
from pivot_loaders_pandas.options import frozen_list, thawed

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Parquet(Loader["pd.DataFrame"]):
    """Apache Parquet, read and written with pandas and pyarrow."""

    #: How pages are compressed; None: not at all.
    compression: Literal["snappy", "gzip", "brotli", "lz4", "zstd"] | None = "snappy"
    #: The columns to read; None: all.
    columns: Iterable[str] | None = None
    #: Whether the index is written; None: a plain numbering only as what it is, not as a column.
    index: bool | None = None

    def __post_init__(self) -> None:
        """Freeze the option that was given as a list."""
        object.__setattr__(self, "columns", frozen_list(self.columns))

    def load(self, path: pathlib.Path) -> pd.DataFrame:
        """Read the table; raise `LoaderError` if the file is none, or has not the columns."""
        # pandas takes half a second: it's imported by those who read or write a frame.
        import pandas as pd

        with reading_arrow(path, "Parquet", self.columns, lambda: _columns(path)):
            return pd.read_parquet(path, engine="pyarrow", columns=thawed(self.columns))

    def save(self, data: pd.DataFrame, path: pathlib.Path) -> None:
        """Write the table; the same bytes for the same frame and the same pyarrow."""
        check_frame(data, path, "a Parquet file")
        with writing_arrow(path, "Parquet"):
            data.to_parquet(path, engine="pyarrow", compression=self.compression, index=self.index)


def _columns(path: pathlib.Path) -> list[str]:
    from pyarrow import parquet  # as above

    return list(parquet.read_schema(path).names)
