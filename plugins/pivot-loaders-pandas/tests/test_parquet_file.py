"""A Parquet file gives back the frame that was saved, types and index included."""

from __future__ import annotations

import pathlib
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pivot_loaders_pandas import Parquet

from pivot.loaders import Loader, LoaderError
from pivot.testing import LoaderSuite


class TestConformance(LoaderSuite):
    filename = "table.parquet"

    @pytest.fixture
    def loader(self) -> Loader[Any]:
        return Parquet(compression="zstd")

    @pytest.fixture
    def value(self) -> Any:
        return pd.DataFrame(
            {
                "when": pd.to_datetime(["2024-02-29", None]),
                "kind": pd.Categorical(["a", "b"]),
                "n": pd.array([1, None], dtype="Int64"),
            },
            index=pd.Index(["x", "y"], name="id"),
        )

    def assert_same(self, loaded: Any, value: Any) -> None:
        pd.testing.assert_frame_equal(loaded, value)


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "table.parquet"


ROWS = st.lists(
    st.tuples(
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False),
        st.text(st.characters(codec="utf-8")),
        st.datetimes(),
        st.booleans(),
    ),
    max_size=5,
)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Give one file for all examples of a property."""
    return tmp_path_factory.mktemp("scratch") / "table.parquet"


@settings(max_examples=25)
@given(ROWS)
def test_values_and_types_come_back_with_the_same_bytes(scratch, rows):
    frame = pd.DataFrame(rows, columns=["n", "x", "text", "when", "flag"])
    # Before pandas 3 times that nanoseconds cannot hold make a column of objects.
    frame["when"] = frame["when"].astype("datetime64[us]")
    Parquet().save(frame, scratch)
    first = scratch.read_bytes()
    loaded = Parquet().load(scratch)
    pd.testing.assert_frame_equal(loaded, frame, check_exact=True)
    Parquet().save(loaded, scratch)
    assert scratch.read_bytes() == first


@pytest.mark.parametrize("compression", ["snappy", "gzip", "brotli", "lz4", "zstd", None])
def test_every_compression_can_be_read_back(compression, path):
    frame = pd.DataFrame({"a": [1, 2]})
    Parquet(compression=compression).save(frame, path)
    pd.testing.assert_frame_equal(Parquet().load(path), frame)


@pytest.mark.parametrize("content", [b"not a table", b"PAR1PAR1"])
def test_a_file_that_is_no_parquet_is_told(content, path):
    path.write_bytes(content)
    with pytest.raises(LoaderError, match=f"^{path}: the file is not valid Parquet: "):
        Parquet().load(path)


def test_an_empty_file_is_told(path):
    path.touch()
    with pytest.raises(LoaderError, match="the file is empty"):
        Parquet().load(path)


def test_only_the_columns_that_are_asked_for_are_read(path):
    Parquet().save(pd.DataFrame({"a": [1], "b": [2]}), path)
    assert Parquet(columns=["b"]).load(path).to_dict("list") == {"b": [2]}


def test_a_column_that_is_not_there_is_told_with_the_nearest(path):
    Parquet().save(pd.DataFrame({"height": [1]}), path)
    with pytest.raises(LoaderError, match="the file has no column 'hight', which columns n") as e:
        Parquet(columns=["hight"]).load(path)
    assert e.value.hint == "did you mean 'height'?"


def test_the_index_can_be_left_out(path):
    Parquet(index=False).save(pd.DataFrame({"a": [1]}, index=["x"]), path)
    assert Parquet().load(path).index.tolist() == [0]


def test_a_missing_file_is_told(path):
    with pytest.raises(LoaderError, match="the file does not exist"):
        Parquet().load(path)


def test_what_is_no_frame_is_told(path):
    with pytest.raises(LoaderError, match="takes a DataFrame, not list"):
        Parquet().save([1], path)  # pyright: ignore[reportArgumentType] - what is being tested


def test_a_frame_that_parquet_cannot_hold_is_told(path):
    with pytest.raises(LoaderError, match="the frame can't be written"):
        Parquet().save(pd.DataFrame({"a": [1, "x", object()]}), path)


def test_a_directory_that_is_missing_is_told(tmp_path):
    with pytest.raises(LoaderError, match="can't be written"):
        Parquet().save(pd.DataFrame({"a": [1]}), tmp_path / "nowhere" / "table.parquet")


@pytest.mark.parametrize("act", ["load", "save"])
def test_without_pyarrow_the_hint_is_to_install_it(act, path, monkeypatch):
    Parquet().save(pd.DataFrame({"a": [1]}), path)
    # None in `sys.modules` is how Python itself notes a module that can't be imported.
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    loader: Any = Parquet()
    with pytest.raises(LoaderError, match="pyarrow") as caught:
        loader.load(path) if act == "load" else loader.save(pd.DataFrame({"a": [1]}), path)
    assert caught.value.hint == "pip install 'pivot-loaders-pandas[parquet]'"
