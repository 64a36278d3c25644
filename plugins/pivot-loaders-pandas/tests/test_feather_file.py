"""A Feather file gives back the frame that was saved, types included; it has no index."""

from __future__ import annotations

import pathlib
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pivot_loaders_pandas import Feather

from pivot.loaders import Loader, LoaderError
from pivot.testing import LoaderSuite


class TestConformance(LoaderSuite):
    filename = "table.feather"

    @pytest.fixture
    def loader(self) -> Loader[Any]:
        return Feather(compression="zstd")

    @pytest.fixture
    def value(self) -> Any:
        return pd.DataFrame(
            {
                "when": pd.to_datetime(["2024-02-29", None]),
                "kind": pd.Categorical(["a", "b"]),
                "n": pd.array([1, None], dtype="Int64"),
            }
        )

    def assert_same(self, loaded: Any, value: Any) -> None:
        pd.testing.assert_frame_equal(loaded, value)


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "table.feather"


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
    return tmp_path_factory.mktemp("scratch") / "table.feather"


@settings(max_examples=25)
@given(ROWS)
def test_values_and_types_come_back_with_the_same_bytes(scratch, rows):
    frame = pd.DataFrame(rows, columns=["n", "x", "text", "when", "flag"])
    # Before pandas 3 times that nanoseconds cannot hold make a column of objects.
    frame["when"] = frame["when"].astype("datetime64[us]")
    Feather().save(frame, scratch)
    first = scratch.read_bytes()
    loaded = Feather().load(scratch)
    pd.testing.assert_frame_equal(loaded, frame, check_exact=True)
    Feather().save(loaded, scratch)
    assert scratch.read_bytes() == first


@pytest.mark.parametrize("compression", ["lz4", "zstd", "uncompressed"])
def test_every_compression_can_be_read_back(compression, path):
    frame = pd.DataFrame({"a": [1, 2]})
    Feather(compression=compression).save(frame, path)
    pd.testing.assert_frame_equal(Feather().load(path), frame)


def test_only_the_columns_that_are_asked_for_are_read(path):
    Feather().save(pd.DataFrame({"a": [1], "b": [2]}), path)
    assert Feather(columns=["b"]).load(path).to_dict("list") == {"b": [2]}


def test_a_column_that_is_not_there_is_told_with_the_nearest(path):
    Feather().save(pd.DataFrame({"height": [1]}), path)
    with pytest.raises(LoaderError, match="the file has no column 'hight', which columns n") as e:
        Feather(columns=["hight"]).load(path)
    assert e.value.hint == "did you mean 'height'?"


def test_a_numbering_that_is_kept_as_numbers_is_no_index(path):
    frame = pd.DataFrame({"a": [1, 2]}, index=[0, 1])
    Feather().save(frame, path)
    pd.testing.assert_frame_equal(Feather().load(path), frame, check_index_type=False)


@pytest.mark.parametrize("index", [["x"], [1], pd.Index([0], name="id")])
def test_an_index_that_would_be_lost_is_told(index, path):
    with pytest.raises(LoaderError, match="has no index, and the frame has") as caught:
        Feather().save(pd.DataFrame({"a": [1]}, index=index), path)
    assert "reset_index" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"", "the file is empty"), (b"not a table", "the file is not valid Feather: ")],
)
def test_a_file_that_is_no_feather_is_told(content, problem, path):
    path.write_bytes(content)
    with pytest.raises(LoaderError, match=f"^{path}: {problem}"):
        Feather().load(path)


def test_a_frame_that_arrow_cannot_hold_is_told_with_the_column(path):
    with pytest.raises(LoaderError, match=r"the frame can't be written: .*column a"):
        Feather().save(pd.DataFrame({"a": [1, "x", object()]}), path)


@pytest.mark.parametrize("act", ["load", "save"])
def test_without_pyarrow_the_hint_is_to_install_it(act, path, monkeypatch):
    Feather().save(pd.DataFrame({"a": [1]}), path)
    # None in `sys.modules` is how Python itself notes a module that can't be imported.
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    loader: Any = Feather()
    with pytest.raises(LoaderError, match="pyarrow") as caught:
        loader.load(path) if act == "load" else loader.save(pd.DataFrame({"a": [1]}), path)
    assert caught.value.hint == "pip install 'pivot-loaders-pandas[feather]'"
