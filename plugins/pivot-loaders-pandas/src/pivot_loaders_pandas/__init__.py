"""Data frames for Pivot's stages: CSV, Parquet, JSON lines, Excel and Feather.

Importing this package does not import pandas; reading or writing a frame does. Example::

    Dep("train.csv", loaders.CSV(sep=";", dtype={"zip": "string"}))

Tests: tests/ beside src/.
"""

from pivot_loaders_pandas.csv_file import CSV
from pivot_loaders_pandas.excel_file import Excel
from pivot_loaders_pandas.feather_file import Feather
from pivot_loaders_pandas.json_lines_file import JSONLines
from pivot_loaders_pandas.parquet_file import Parquet

__all__ = ["CSV", "Excel", "Feather", "JSONLines", "Parquet"]
