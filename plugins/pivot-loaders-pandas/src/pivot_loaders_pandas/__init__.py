"""Data frames for Pivot's stages: `loaders.CSV` and `loaders.Parquet`.

Importing this package does not import pandas; reading or writing a frame does. Example::

    Dep("train.csv", loaders.CSV(sep=";", dtype={"zip": "string"}))

Tests: tests/ beside src/.
"""

from pivot_loaders_pandas.csv_file import CSV
from pivot_loaders_pandas.parquet_file import Parquet

__all__ = ["CSV", "Parquet"]
