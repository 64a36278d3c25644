"""Every option of a plugin's loader counts for the stages that use it, and so does its code."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path
from typing import Any

import pytest

from pivot import loaders
from pivot.fingerprint import Fingerprinter

#: An option that is neither a text nor a number -> a value that is not its default.
OTHERS = {
    "bbox_inches": "tight",
    "columns": ["a"],
    "compressed": True,
    "compression": "gzip",
    "dpi": 100,
    "dtype": {"a": "int64", "b": float},
    "index": True,
    "index_col": ["a", 1],
    "keep_default_na": False,
    "na_values": {"a": ["-"]},
    "names": ["a"],
    "parse_dates": ["a"],
    "sheet_name": "2024",
    "transparent": True,
    "usecols": {"a", 0},
    "date_format": "%d.%m.%Y",
    "encoding": "latin-1",
    "sep": ";",
}
NAMES = [
    "CSV",
    "Excel",
    "Feather",
    "JSONLines",
    "MatplotlibFigure",
    "NumpyArray",
    "NumpyArrays",
    "Parquet",
]


def hashes(root: Path, loader: Any) -> dict[str, str]:
    manifest = Fingerprinter(root).manifest({"loader:deps.data": loader})
    assert not manifest.unstable
    return dict(manifest.hashes())


@pytest.mark.parametrize("name", NAMES)
def test_its_code_counts_and_so_does_the_version_of_its_library(name, tmp_path):
    found = hashes(tmp_path, getattr(loaders, name)())
    package = getattr(loaders, name).__module__.partition(".")[0]
    # Here the plugins are installed editable, so that their code is followed.
    assert any(key.startswith(f"class:{package}.") for key in found)
    assert f"dist:{package.rpartition('_')[2]}" in found


@pytest.mark.parametrize(
    ("name", "option"),
    [
        (name, field.name)
        for name in NAMES
        for field in dataclasses.fields(typing.cast("Any", getattr(loaders, name)))
    ],
)
def test_every_option_counts(name, option, tmp_path):
    plain, other = getattr(loaders, name)(), getattr(loaders, name)(**{option: OTHERS[option]})
    assert hashes(tmp_path, plain) != hashes(tmp_path, other)
    assert hashes(tmp_path, plain) == hashes(tmp_path, getattr(loaders, name)())


def test_the_order_of_a_mapping_does_not_count(tmp_path):
    one = loaders.CSV(dtype={"a": "int64", "b": float}, usecols={"a", "b", 0})
    other = loaders.CSV(dtype={"b": float, "a": "int64"}, usecols={0, "b", "a"})
    assert hashes(tmp_path, one) == hashes(tmp_path, other)
