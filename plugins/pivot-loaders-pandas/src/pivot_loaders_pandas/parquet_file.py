"""How a Parquet file becomes a data frame, and back; types and index survive.

Needs pyarrow, which the extra `parquet` of this distribution installs. Example::

    Parquet(compression="zstd").save(frame, pathlib.Path("clean.parquet"))

Tests: tests/test_parquet_file.py of this distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pivot.loaders import Loader, LoaderError, reading, writing

if TYPE_CHECKING:
    import pathlib

    import pandas as pd

_HINT = "pip install pyarrow"


@dataclass(frozen=True, slots=True)
class Parquet(Loader["pd.DataFrame"]):
    """Apache Parquet, read and written with pandas and pyarrow."""

    #: How pages are compressed; None: not at all.
    compression: Literal["snappy", "gzip", "brotli", "lz4", "zstd"] | None = "snappy"

    def load(self, path: pathlib.Path) -> pd.DataFrame:
        """Read the table; raise `LoaderError` if the file is none."""
        # pandas takes half a second: it's imported by those who read or write a frame.
        import pandas as pd

        try:
            with reading(path):
                return pd.read_parquet(path, engine="pyarrow")
        except ImportError as error:
            raise LoaderError(path, f"pyarrow is needed: {error}", hint=_HINT) from error
        except ValueError as error:
            raise LoaderError(path, f"the file is not valid Parquet: {error}") from error

    def save(self, data: pd.DataFrame, path: pathlib.Path) -> None:
        """Write the table; the same bytes for the same frame and the same pyarrow."""
        # As above.
        import pandas as pd

        if not isinstance(data, pd.DataFrame):
            raise LoaderError(path, f"a Parquet file takes a DataFrame, not {type(data).__name__}")
        try:
            with writing(path):
                data.to_parquet(path, engine="pyarrow", compression=self.compression)
        except ImportError as error:
            raise LoaderError(path, f"pyarrow is needed: {error}", hint=_HINT) from error
        except (ValueError, TypeError) as error:
            raise LoaderError(path, f"the frame can't be written: {error}") from error
