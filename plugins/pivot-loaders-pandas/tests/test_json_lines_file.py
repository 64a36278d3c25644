"""JSON lines give back the values that were saved, and name the line of what is wrong."""

from __future__ import annotations

import datetime as dt
import gzip
import math
import pathlib
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pivot_loaders_pandas import JSONLines

from pivot.loaders import Loader, LoaderError
from pivot.testing import LoaderSuite


class TestConformance(LoaderSuite):
    filename = "events.jsonl"

    @pytest.fixture
    def loader(self) -> Loader[Any]:
        return JSONLines(dtype={"n": "Int64"}, parse_dates=["when"])

    @pytest.fixture
    def value(self) -> Any:
        return pd.DataFrame(
            {
                "text": ["007", "two\nlines\u2028"],
                "n": pd.array([1, None], dtype="Int64"),
                "x": [0.1 + 0.2, math.nan],
                "when": pd.to_datetime(["2024-02-29T01:02:03.456789", None]),
                "nested": [{"a": [1]}, None],
            }
        )

    def assert_same(self, loaded: Any, value: Any) -> None:
        pd.testing.assert_frame_equal(loaded, value, check_dtype=False)


class TestConformanceCompressed(TestConformance):
    filename = "events.jsonl.gz"


class TestConformanceOfOtherCompression(TestConformance):
    filename = "events.jsonl.xz"


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "events.jsonl"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Give one file for all examples of a property."""
    return tmp_path_factory.mktemp("scratch") / "events.jsonl"


JSON = st.recursive(
    st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.lists(JSON, min_size=1))
def test_values_come_back(scratch, values):
    # As objects: pandas would make floats of whole numbers beyond 64 bits.
    frame = pd.DataFrame({"v": pd.Series(values, dtype="object")})
    JSONLines().save(frame, scratch)
    assert JSONLines(dtype="object").load(scratch)["v"].tolist() == values


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_floats_come_back_to_the_last_digit(scratch, numbers):
    frame = pd.DataFrame({"x": numbers}, dtype="float64")
    JSONLines().save(frame, scratch)
    pd.testing.assert_frame_equal(JSONLines().load(scratch), frame, check_exact=True)


def test_the_text_is_plain(path):
    frame = pd.DataFrame({"b": ["ü", None], "a": [1, 2], "t": [dt.date(2024, 1, 2), dt.time(3, 4)]})
    JSONLines().save(frame, path)
    assert path.read_text("utf-8").splitlines() == [
        '{"b": "ü", "a": 1, "t": "2024-01-02"}',
        '{"b": null, "a": 2, "t": "03:04:00"}',
    ]


def test_arrays_and_numbers_of_numpy_are_saved_as_what_they_hold(path):
    JSONLines().save(pd.DataFrame({"v": [np.array([1, 2]), np.float32(0.5)]}), path)
    assert path.read_text() == '{"v": [1, 2]}\n{"v": 0.5}\n'


def test_rows_may_lack_columns_and_lines_may_be_blank(path):
    path.write_text('{"a": 1}\n\n{"b": "x"}\n')
    frame = JSONLines().load(path)
    assert list(frame.columns) == ["a", "b"]
    assert frame.isna().to_numpy().tolist() == [[False, True], [True, False]]


def test_an_empty_file_has_no_rows_and_no_columns(path):
    path.touch()
    assert JSONLines(dtype={"a": "int64"}, parse_dates="when").load(path).shape == (0, 0)


def test_a_compressed_file_holds_no_time_and_no_name(tmp_path):
    path = tmp_path / "events.jsonl.gz"
    JSONLines().save(pd.DataFrame({"a": [1]}), path)
    assert gzip.decompress(path.read_bytes()) == b'{"a": 1}\n'
    assert path.read_bytes()[3:8] == b"\0\0\0\0\0"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"a": oops}', r"the line is not valid JSON: Expecting value \(column 7\)"),
        ("[1]", "the line holds a list, not an object"),
    ],
)
def test_a_broken_line_is_told_with_its_number(line, problem, path):
    path.write_text(f'{{"a": 1}}\n\n{line}\n')
    with pytest.raises(LoaderError, match=problem) as caught:
        JSONLines().load(path)
    assert str(caught.value.where) == f"{path}:3"


@pytest.mark.parametrize("ending", [".gz", ".xz"])
def test_a_compressed_file_that_is_cut_off_is_told(ending, tmp_path):
    path = tmp_path / f"data{ending}"
    JSONLines().save(pd.DataFrame({"a": list(range(100))}), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LoaderError, match="the compressed file is broken"):
        JSONLines().load(path)


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_a_file_that_is_not_compressed_is_told(ending, tmp_path):
    path = tmp_path / f"data{ending}"
    path.write_text("plain text")
    with pytest.raises(LoaderError, match=f"^{path}: "):
        JSONLines().load(path)


def test_a_value_of_the_wrong_type_is_named(path):
    path.write_text('{"a": 1, "n": "1"}\n{"a": 2, "n": "many"}\n')
    with pytest.raises(LoaderError, match="column 'n' can't be read as int64: 'many' in row 2"):
        JSONLines(dtype={"a": "int64", "n": "int64"}).load(path)


def test_one_type_can_be_for_all_columns(path):
    path.write_text('{"a": 1, "n": "x"}\n')
    with pytest.raises(LoaderError, match="column 'n' can't be read as float64: 'x' in row 1"):
        JSONLines(dtype="float64").load(path)


def test_a_column_of_dates_that_is_not_there_is_told(path):
    path.write_text('{"when": "2024-02-29"}\n')
    with pytest.raises(LoaderError, match="the file has no column 'wen'") as caught:
        JSONLines(parse_dates="wen").load(path)
    assert caught.value.hint == "did you mean 'when'?"


def test_a_text_that_is_no_date_is_told(path):
    path.write_text('{"when": "2024-02-29"}\n{"when": "soon"}\n')
    with pytest.raises(LoaderError, match="column 'when' can't be read as dates: 'soon' in row 2"):
        JSONLines(parse_dates="when").load(path)


def test_a_value_that_json_has_not_is_told(path):
    with pytest.raises(LoaderError, match="Decimal is not a value of JSON"):
        JSONLines().save(pd.DataFrame({"a": [Decimal(1)]}), path)


def test_two_columns_of_one_name_are_told(path):
    with pytest.raises(LoaderError, match="two columns"):
        JSONLines().save(pd.DataFrame([[1, 2]], columns=["a", "a"]), path)


def test_what_is_no_frame_is_told(path):
    with pytest.raises(LoaderError, match="takes a DataFrame, not Series") as caught:
        JSONLines().save(pd.Series([1]), path)  # pyright: ignore[reportArgumentType] - what is being tested
    assert caught.value.hint == "make it a DataFrame: series.to_frame()"
