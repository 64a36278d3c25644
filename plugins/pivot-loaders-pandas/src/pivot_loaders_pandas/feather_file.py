"""How a Feather file becomes a data frame, and back: types survive, and reading is fast.

Needs pyarrow, which the extra `feather` of this distribution installs. The index must be a plain
numbering. Example::

    Feather(compression="zstd").save(frame, pathlib.Path("features.feather"))

Tests: tests/test_feather_file.py of this distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pivot.loaders import Loader, LoaderError
from pivot_loaders_pandas.arrow import reading_arrow, writing_arrow
from pivot_loaders_pandas.indexes import check_frame
from pivot_loaders_pandas.options import frozen_list, thawed

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Feather(Loader["pd.DataFrame"]):
    """Feather (Arrow's own format), read and written with pandas and pyarrow."""

    #: How the file is compressed.
    compression: Literal["lz4", "zstd", "uncompressed"] = "lz4"
    #: The columns to read; None: all.
    columns: Iterable[str] | None = None

    def __post_init__(self) -> None:
        """Freeze the option that was given as a list."""
        object.__setattr__(self, "columns", frozen_list(self.columns))

    def load(self, path: pathlib.Path) -> pd.DataFrame:
        """Read the table; raise `LoaderError` if the file is none, or has not the columns."""
        # pandas takes half a second: it's imported by those who read or write a frame.
        import pandas as pd

        with reading_arrow(path, "Feather", self.columns, lambda: _columns(path)):
            return pd.read_feather(path, columns=thawed(self.columns))

    def save(self, data: pd.DataFrame, path: pathlib.Path) -> None:
        """Write the table; raise `LoaderError` for an index that would be lost."""
        check_frame(data, path, "a Feather file")
        if list(data.index) != list(range(len(data))) or data.index.names != [None]:
            hint = "make it columns with frame.reset_index(), or use loaders.Parquet"
            raise LoaderError(path, "a Feather file has no index, and the frame has", hint=hint)
        with writing_arrow(path, "Feather"):
            # A numbering is one, however it's kept; pandas takes one kind only.
            data.reset_index(drop=True).to_feather(path, compression=self.compression)


def _columns(path: pathlib.Path) -> list[str]:
    from pyarrow import ipc  # as above

    with ipc.open_file(str(path)) as reader:
        return list(reader.schema.names)
