"""A workbook gives back the frame that was saved, and holds no time of its own."""

from __future__ import annotations

import io
import math
import pathlib
import zipfile
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pivot_loaders_pandas import Excel

from pivot.loaders import Loader, LoaderError
from pivot.testing import LoaderSuite


class TestConformance(LoaderSuite):
    filename = "book.xlsx"

    @pytest.fixture
    def loader(self) -> Loader[Any]:
        return Excel(sheet_name="Data", index_col="id", dtype={"code": "string"})

    @pytest.fixture
    def value(self) -> Any:
        return pd.DataFrame(
            {
                "code": pd.array(["007", "1\n2"], dtype="string"),
                "n": [1, 2],
                "x": [0.1, math.nan],
                "when": pd.to_datetime(["2024-02-29 01:02:03", None]),
            },
            index=pd.Index(["a", "b"], name="id"),
        )

    def assert_same(self, loaded: Any, value: Any) -> None:
        pd.testing.assert_frame_equal(loaded, value, check_dtype=False)


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "book.xlsx"


@pytest.fixture
def book(path: pathlib.Path) -> pathlib.Path:
    """Make a workbook with two sheets."""
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        pd.DataFrame({"name": ["x", "y"], "height": ["1", "tall"]}).to_excel(
            writer, sheet_name="People", index=False
        )
        pd.DataFrame({"b": [1]}).to_excel(writer, sheet_name="Other", index=False)
    return path


def test_no_part_of_the_workbook_says_when_it_was_made(path):
    Excel().save(pd.DataFrame({"a": [1]}), path)
    with zipfile.ZipFile(path) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = archive.read("docProps/core.xml").decode()
    assert properties.count("1980-01-01T00:00:00Z") == 2


def test_excel_itself_would_open_it(path):
    Excel(sheet_name="S").save(pd.DataFrame({"a": [1, "x"]}), path)
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))["S"]
    assert [[cell.value for cell in row] for row in sheet.rows] == [["a"], [1], ["x"]]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Give one file for all examples of a property."""
    return tmp_path_factory.mktemp("scratch") / "book.xlsx"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-1e300, 1e300, allow_subnormal=False), min_size=1, max_size=5))
def test_floats_come_back_with_the_digits_that_excel_has(scratch, numbers):
    frame = pd.DataFrame({"x": numbers}, dtype="float64")
    Excel(dtype="float64").save(frame, scratch)
    loaded = Excel(dtype="float64").load(scratch)
    pd.testing.assert_frame_equal(loaded, frame, rtol=1e-15, atol=0)


def test_a_sheet_is_found_by_name_and_by_position(book):
    assert Excel(sheet_name="Other").load(book).to_dict("list") == {"b": [1]}
    assert Excel(sheet_name=1).load(book).to_dict("list") == {"b": [1]}


@pytest.mark.parametrize("usecols", ["A", ["name"], [0], {"name"}])
def test_only_the_columns_that_are_asked_for_are_read(usecols, book):
    assert Excel(usecols=usecols).load(book).to_dict("list") == {"name": ["x", "y"]}


def test_texts_can_stand_for_missing_values(book):
    assert Excel(na_values=["tall"]).load(book)["height"].isna().tolist() == [False, True]


def test_a_sheet_that_is_not_there_is_told_with_the_nearest(book):
    with pytest.raises(LoaderError, match="it has no sheet 'Peple'") as caught:
        Excel(sheet_name="Peple").load(book)
    assert caught.value.hint == "did you mean 'People'?"
    with pytest.raises(LoaderError, match="it has no sheet '2024'") as caught:
        Excel(sheet_name="2024").load(book)
    assert caught.value.hint == "it has: People, Other"


def test_a_sheet_beyond_the_last_is_told(book):
    with pytest.raises(LoaderError, match="sheet 2, counted from 0, is asked for, of 2"):
        Excel(sheet_name=2).load(book)


@pytest.mark.parametrize("option", ["usecols", "index_col"])
def test_a_column_that_is_not_there_is_told_with_the_nearest(option, book):
    with pytest.raises(LoaderError, match=f"the file has no column 'hight', which {option}") as e:
        Excel(**{option: ["hight"]}).load(book)
    assert e.value.hint == "did you mean 'height'?"


def test_a_value_of_the_wrong_type_is_named(book):
    with pytest.raises(
        LoaderError, match="column 'height' can't be read as int64: 'tall' in row 2"
    ):
        Excel(dtype={"height": "int64"}).load(book)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"", "the file is empty"), (b"a,b\n", "the file is not an Excel workbook")],
)
def test_a_file_that_is_no_workbook_is_told(content, problem, path):
    path.write_bytes(content)
    with pytest.raises(LoaderError, match=f"^{path}: {problem}"):
        Excel().load(path)


def test_an_archive_that_is_no_workbook_is_told(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(LoaderError, match="can't be read as declared"):
        Excel().load(path)


def test_a_missing_file_is_told(path):
    with pytest.raises(LoaderError, match="the file does not exist"):
        Excel().load(path)


def test_a_time_zone_is_told_with_its_column(path):
    when = pd.to_datetime(["2024-02-29T00:00:00Z"])
    with pytest.raises(LoaderError, match="the frame can't be written") as caught:
        Excel().save(pd.DataFrame({"n": [1], "when": when}), path)
    assert caught.value.hint == "column 'when' has a time zone"


def test_what_is_no_frame_is_told(path):
    with pytest.raises(LoaderError, match="takes a DataFrame, not dict"):
        Excel().save({}, path)  # pyright: ignore[reportArgumentType] - what is being tested


@pytest.mark.parametrize("act", ["load", "save"])
def test_without_openpyxl_the_hint_is_to_install_it(act, book, monkeypatch):
    # None in `sys.modules` is how Python itself notes a module that can't be imported.
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    loader: Any = Excel()
    with pytest.raises(LoaderError, match="openpyxl is needed") as caught:
        loader.load(book) if act == "load" else loader.save(pd.DataFrame({"a": [1]}), book)
    assert caught.value.hint == "pip install 'pivot-loaders-pandas[excel]'"
