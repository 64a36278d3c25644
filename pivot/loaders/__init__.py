"""Which loader a name stands for: `loaders.JSON` here, `loaders.CSV` from a plugin.

Every loader derives from `Loader`, or from `Reader` or `Writer` if it only loads or only saves;
`PathOnly`, `JSON`, `YAML` and `Pickle` are built in.
Any other name is asked of the plugins when it is used, and only the one that provides it is
imported. Example::

    Dep("train.csv", loaders.CSV(sep=";"))   # from pivot-loaders-pandas

Tests: tests/loaders/test_init.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.loaders.files import JSON, YAML, PathOnly, Pickle
from pivot.loaders.loader import Loader, LoaderError, Reader, Writer, reading, writing

# pyright: reportImportCycles=false
# The plugin's classes derive from ours, and their types are named here; nothing of it is imported
# when this module runs.
if TYPE_CHECKING:
    # For completion and types of the loaders that Pivot's own plugins provide.
    from pivot_loaders_matplotlib import MatplotlibFigure as MatplotlibFigure
    from pivot_loaders_numpy import NumpyArray as NumpyArray
    from pivot_loaders_numpy import NumpyArrays as NumpyArrays
    from pivot_loaders_pandas import CSV as CSV
    from pivot_loaders_pandas import Excel as Excel
    from pivot_loaders_pandas import Feather as Feather
    from pivot_loaders_pandas import JSONLines as JSONLines
    from pivot_loaders_pandas import Parquet as Parquet

__all__ = [
    "JSON",
    "YAML",
    "Loader",
    "LoaderError",
    "PathOnly",
    "Pickle",
    "Reader",
    "Writer",
    "reading",
    "writing",
]


def __getattr__(name: str) -> Any:
    # Private and special names are asked for by import machinery and tools; none is a loader.
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # The plugin host, with the libraries that it brings, is for those only who need a plugin.
    from pivot.plugins import current_host

    return current_host().loader(name)


def __dir__() -> list[str]:
    # As above.
    from pivot.plugins import current_host

    return sorted({*__all__, *current_host().names("pivot.loaders")})
