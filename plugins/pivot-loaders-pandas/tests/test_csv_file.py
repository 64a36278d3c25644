"""A CSV file gives back the frame that was saved, and says what is wrong with it where it is."""

from __future__ import annotations

import gzip
import math
import pathlib
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pivot_loaders_pandas import CSV

from pivot.loaders import Loader, LoaderError
from pivot.testing import LoaderSuite


class TestConformance(LoaderSuite):
    filename = "table.csv"

    @pytest.fixture
    def loader(self) -> Loader[Any]:
        return CSV(sep=";", index_col=["place", "year"], dtype={"code": "string", "n": "int64"})

    @pytest.fixture
    def value(self) -> Any:
        index = pd.MultiIndex.from_tuples([("a;b", 1), ('c"d', 2)], names=["place", "year"])
        return pd.DataFrame(
            {"code": pd.array(["007", "1\n2"], dtype="string"), "n": [1, 2], "x": [0.1, math.nan]},
            index=index,
        )

    def assert_same(self, loaded: Any, value: Any) -> None:
        pd.testing.assert_frame_equal(loaded, value, check_index_type=False)


class TestConformanceCompressed(LoaderSuite):
    filename = "table.csv.gz"

    @pytest.fixture
    def loader(self) -> Loader[Any]:
        return CSV(sep="\t")

    @pytest.fixture
    def value(self) -> Any:
        return pd.DataFrame({"a": [1, 2], "b": ["x", math.nan]})

    def assert_same(self, loaded: Any, value: Any) -> None:
        pd.testing.assert_frame_equal(loaded, value)


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "table.csv"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Give one file for all examples of a property."""
    return tmp_path_factory.mktemp("scratch") / "table.csv"


# --- options


def test_a_mapping_of_types_is_hashable_and_does_not_depend_on_its_order():
    one = CSV(dtype={"a": "int64", "b": "string"})
    other = CSV(dtype={"b": "string", "a": "int64"})
    assert one == other
    assert hash(one) == hash(other)
    assert one != CSV(dtype={"a": "int64"})


def test_columns_of_a_mapping_may_be_names_and_positions():
    assert hash(CSV(dtype={"a": "int64", 0: "string"})) == hash(
        CSV(dtype={0: "string", "a": "int64"})
    )


def test_several_index_columns_are_hashable():
    assert hash(CSV(index_col=["a", "b"])) == hash(CSV(index_col=("a", "b")))


@pytest.mark.parametrize("dtype", ["string", float, np.dtype("int8"), {"a": pd.Int64Dtype()}])
def test_any_form_of_a_type_travels_by_pickle(dtype):
    loader = CSV(dtype=dtype)
    assert pickle.loads(pickle.dumps(loader)) == loader


def test_pandas_is_imported_when_a_frame_is_read_and_not_before():
    code = (
        "import sys; from pivot_loaders_pandas import CSV, Excel, Feather, JSONLines, Parquet;"
        "CSV(dtype={'a': 'int64'}), Excel(), Feather(), JSONLines(), Parquet();"
        "print(bool({'pandas', 'numpy', 'pyarrow', 'openpyxl'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "False\n"


# --- what is written


def test_a_frame_is_written_with_a_header_and_without_its_index(path):
    CSV().save(pd.DataFrame({"b": [1, 2], "a": ["x", "y z"]}, index=[7, 8]), path)
    assert path.read_bytes() == b"b,a\n1,x\n2,y z\n"


def test_the_index_is_written_where_it_will_be_looked_for(path):
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=pd.Index(["x", "y"], name="id"))
    CSV(index_col="id").save(frame, path)
    assert path.read_bytes() == b"id,a,b\nx,1,3\ny,2,4\n"
    CSV(index_col=1).save(frame, path)
    assert path.read_bytes() == b"a,id,b\n1,x,3\n2,y,4\n"
    pd.testing.assert_frame_equal(CSV(index_col=1).load(path), frame)


def test_an_index_without_a_name_gets_that_of_its_column(path):
    frame = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])
    CSV(index_col="id").save(frame, path)
    assert path.read_bytes() == b"id,a\nx,1\ny,2\n"
    pd.testing.assert_frame_equal(CSV(index_col="id").load(path), frame.rename_axis("id"))


def test_an_index_without_a_name_is_found_by_its_position(path):
    frame = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])
    CSV(index_col=0).save(frame, path)
    pd.testing.assert_frame_equal(CSV(index_col=0).load(path), frame)


def test_several_index_columns_by_position(path):
    index = pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["p", "q"])
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=index)
    CSV(index_col=[0, 2]).save(frame, path)
    assert path.read_text().splitlines()[0] == "p,a,q,b"
    pd.testing.assert_frame_equal(CSV(index_col=[0, 2]).load(path), frame)


def test_an_index_of_another_name_is_told(path):
    frame = pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="key"))
    with pytest.raises(LoaderError, match="the index is called 'key', and index_col is 'id'"):
        CSV(index_col="id").save(frame, path)


def test_an_index_of_other_depth_is_told(path):
    with pytest.raises(LoaderError, match="index_col names 2 columns, and the index has 1"):
        CSV(index_col=["a", "b"]).save(pd.DataFrame({"x": [1]}), path)


def test_saving_a_frame_with_its_index_leaves_the_frame_alone(path):
    frame = pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="id"))
    CSV(index_col="id").save(frame, path)
    assert list(frame.columns) == ["a"]


def test_a_compressed_file_is_compressed_and_holds_no_time(tmp_path):
    path = tmp_path / "table.csv.gz"
    CSV().save(pd.DataFrame({"a": [1]}), path)
    assert gzip.decompress(path.read_bytes()) == b"a\n1\n"
    assert path.read_bytes()[4:8] == b"\0\0\0\0"


@pytest.mark.parametrize("name", ["table.csv.zip", "table.tar", "table.csv.tar.gz"])
def test_an_archive_is_refused_since_it_holds_a_time(name, tmp_path):
    with pytest.raises(LoaderError, match="the time at which it was made"):
        CSV().save(pd.DataFrame({"a": [1]}), tmp_path / name)


@pytest.mark.parametrize(
    "value", [None, {"a": [1]}, pd.Series([1])], ids=lambda v: type(v).__name__
)
def test_what_is_no_frame_is_told(value, path):
    with pytest.raises(LoaderError, match=f"takes a DataFrame, not {type(value).__name__}"):
        CSV().save(value, path)


def test_a_separator_that_cannot_be_written_is_told(path):
    with pytest.raises(LoaderError, match="the frame can't be written"):
        CSV(sep="; ").save(pd.DataFrame({"a": [1]}), path)


def test_a_directory_that_is_missing_is_told(tmp_path):
    path = tmp_path / "nowhere" / "table.csv"
    with pytest.raises(LoaderError, match="can't be written"):
        CSV().save(pd.DataFrame({"a": [1]}), path)


def test_dates_come_back_as_they_were(path):
    frame = pd.DataFrame(
        {
            "n": [1, 2, 3],
            "when": pd.to_datetime(["2024-02-29 12:30:01", None, "1999-01-01 00:00:00"]),
        }
    )
    loader = CSV(parse_dates=["when"])
    loader.save(frame, path)
    pd.testing.assert_frame_equal(loader.load(path), frame, check_dtype=False)


@pytest.mark.parametrize("index_col", ["when", ["place", "when"]])
def test_dates_may_be_in_the_index(index_col, path):
    when = pd.to_datetime(["2024-02-29", "2024-03-01"])
    frame = pd.DataFrame({"place": ["x", "y"], "when": when, "n": 1}).set_index(index_col)
    loader = CSV(index_col=index_col, parse_dates="when")
    loader.save(frame, path)
    loaded = loader.load(path).reset_index("when")
    assert loaded["when"].tolist() == list(when)
    pd.testing.assert_frame_equal(loaded, frame.reset_index("when"), check_dtype=False)


def test_dates_are_written_and_read_in_the_format_that_is_given(path):
    loader = CSV(parse_dates="when", date_format="%d.%m.%Y")
    loader.save(pd.DataFrame({"when": pd.to_datetime(["2024-02-01"])}), path)
    assert path.read_text() == "when\n01.02.2024\n"
    assert loader.load(path)["when"].tolist() == [pd.Timestamp(2024, 2, 1)]


def test_only_the_columns_that_are_asked_for_are_read(path):
    path.write_text("a,b,c\n1,2,3\n")
    assert CSV(usecols=["c", "a"]).load(path).to_dict("list") == {"a": [1], "c": [3]}
    assert CSV(usecols={0}).load(path).to_dict("list") == {"a": [1]}


def test_texts_can_stand_for_missing_values(path):
    path.write_text("a,b\n-,-\n")
    assert CSV(na_values="-").load(path).isna().to_numpy().all()
    assert CSV(na_values={"a": ["-", "?"]}).load(path).isna().to_numpy().tolist() == [[True, False]]


def test_a_country_called_na_is_none_that_is_missing(path):
    path.write_text("country,n\nNA,\n")
    frame = CSV(keep_default_na=False, na_values=[""]).load(path)
    assert frame["country"].tolist() == ["NA"]
    assert frame["n"].isna().all()


def test_an_encoding_is_written_and_read(path):
    loader = CSV(encoding="latin-1")
    loader.save(pd.DataFrame({"ä": ["ö"]}), path)
    assert path.read_bytes() == b"\xe4\n\xf6\n"
    assert loader.load(path).to_dict("list") == {"ä": ["ö"]}


def test_a_text_that_the_encoding_has_not_is_told(path):
    with pytest.raises(LoaderError, match="can't be written: 'ascii' codec can't encode"):
        CSV(encoding="ascii").save(pd.DataFrame({"a": ["ö"]}), path)


@pytest.mark.parametrize("compression", ["gzip", "bz2", "xz"])
def test_a_compression_need_not_show_in_the_name(compression, path):
    loader = CSV(compression=compression)
    loader.save(pd.DataFrame({"a": [1]}), path)
    first = path.read_bytes()
    assert first != b"a\n1\n"
    assert loader.load(path).to_dict("list") == {"a": [1]}
    loader.save(pd.DataFrame({"a": [1]}), path)
    assert path.read_bytes() == first


def test_a_file_without_a_header_has_the_given_names(path):
    loader = CSV(names=["a", "b"], index_col="a")
    loader.save(pd.DataFrame({"b": [3, 4]}, index=pd.Index([1, 2], name="a")), path)
    assert path.read_text() == "1,3\n2,4\n"
    assert loader.load(path).to_dict() == {"b": {1: 3, 2: 4}}


def test_a_frame_of_other_columns_is_not_written_without_a_header(path):
    with pytest.raises(LoaderError, match="the frame has the columns a, c; names are a, b"):
        CSV(names=["a", "b"]).save(pd.DataFrame({"a": [1], "c": [2]}), path)


def test_an_index_can_be_written_that_is_not_read_as_one(path):
    CSV(index=True).save(pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="id")), path)
    assert path.read_text() == "id,a\nx,1\n"


def test_an_index_can_be_left_out(path):
    CSV(index_col="id", index=False).save(pd.DataFrame({"a": [1]}), path)
    assert path.read_text() == "a\n1\n"


# --- what comes back


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1))
def test_floats_come_back_to_the_last_digit(scratch, numbers):
    frame = pd.DataFrame({"x": numbers}, dtype="float64")
    CSV(dtype="float64").save(frame, scratch)
    pd.testing.assert_frame_equal(CSV(dtype="float64").load(scratch), frame, check_exact=True)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_whole_numbers_come_back(scratch, numbers):
    frame = pd.DataFrame({"n": numbers, "m": 0}, dtype="int64")
    CSV().save(frame, scratch)
    pd.testing.assert_frame_equal(CSV().load(scratch), frame)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r")), min_size=1))
def test_text_comes_back(scratch, texts):
    frame = pd.DataFrame({"n": range(len(texts)), "t": texts})
    loader = CSV(dtype={"t": "str"}, keep_default_na=False)
    loader.save(frame, scratch)
    assert loader.load(scratch)["t"].fillna("").tolist() == texts


def test_every_kind_of_missing_value_is_an_empty_field(path):
    frame = pd.DataFrame({"a": [None, "x"], "b": [math.nan, 1.5], "c": [pd.NaT, pd.Timestamp(0)]})
    CSV().save(frame, path)
    assert path.read_bytes() == b"a,b,c\n,,\nx,1.5,1970-01-01\n"
    assert CSV().load(path).isna().to_numpy().tolist() == [[True] * 3, [False] * 3]


def test_whole_numbers_with_gaps_stay_whole_with_a_type_that_has_gaps(path):
    loader = CSV(dtype={"n": "Int64"})
    frame = pd.DataFrame({"n": pd.array([1, None], dtype="Int64"), "m": [1, 2]})
    loader.save(frame, path)
    pd.testing.assert_frame_equal(loader.load(path), frame)


def test_a_frame_without_rows_keeps_its_columns(path):
    frame = pd.DataFrame({"a": pd.Series(dtype="float64"), "b": pd.Series(dtype="float64")})
    loader = CSV(dtype="float64")
    loader.save(frame, path)
    pd.testing.assert_frame_equal(loader.load(path), frame)


def test_a_regular_expression_can_separate(path):
    path.write_text("a;  b\n1;  2\n")
    assert CSV(sep=r";\s*").load(path).to_dict("list") == {"a": [1], "b": [2]}


# --- what is wrong


def problem(loader: CSV, path: pathlib.Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(LoaderError) as caught:
        loader.load(path)
    assert caught.value.path == str(path)
    return caught.value.message.removeprefix(f"{path}: ")


def test_a_missing_file_is_told(path):
    with pytest.raises(LoaderError, match="the file does not exist"):
        CSV().load(path)


def test_an_empty_file_is_told(path):
    assert problem(CSV(), path, "") == "the file is empty: it has not even a header"


def test_a_column_of_the_wrong_type_is_named(path):
    message = problem(CSV(dtype={"a": "int64", "b": "int64"}), path, "a,b\n1,2\n3,x\n5,6\n7,y\n")
    assert message == "column 'b' can't be read as int64: 'x' in row 2"


def test_a_gap_in_a_column_of_whole_numbers_is_named(path):
    path.write_text("a,b\n1,2\n3,\n")
    with pytest.raises(LoaderError, match="column 'b' can't be read as int64: row 2 is empty") as e:
        CSV(dtype={"b": "int64"}).load(path)
    assert e.value.hint == "the type 'Int64' has missing values, 'int64' has not"


def test_the_column_is_named_when_one_type_is_for_all(path):
    message = problem(CSV(dtype="float64"), path, "a,b\n1,2\n3,x\n")
    assert message == "column 'b' can't be read as float64: 'x' in row 2"


@pytest.mark.parametrize("wanted", ["Int64", "float64", "boolean", "Float32"])
def test_the_value_is_found_far_down(wanted, path):
    rows = ["1"] * 70 + [""] * 30 + ["1"] * 33 + ["oops", "1"]
    message = problem(CSV(dtype={"n": wanted}), path, "m,n\n" + "".join(f"0,{r}\n" for r in rows))
    assert message == f"column 'n' can't be read as {wanted}: 'oops' in row 134"


def test_an_unknown_type_is_told(path):
    message = problem(CSV(dtype={"b": "bogus"}), path, "a,b\n1,2\n")
    assert "data type 'bogus' not understood" in message


@pytest.mark.parametrize("index_col", ["missing", ["a", "missing"]])
def test_an_index_column_that_is_not_there_is_told(index_col, path):
    message = problem(CSV(index_col=index_col), path, "a,b\n1,2\n")
    assert message == "the file has no column 'missing', which index_col names"


def test_an_index_column_beyond_the_last_is_told(path):
    message = problem(CSV(index_col=7), path, "a,b\n1,2\n")
    assert message == "index_col asks for column 7, counted from 0, of 2"


@pytest.mark.parametrize("options", [{"usecols": ["when", "hight"]}, {"parse_dates": ["hight"]}])
def test_the_nearest_name_is_given_for_a_column_that_is_not_there(options, path):
    path.write_text("when,height\n2024-02-29,1\n")
    with pytest.raises(LoaderError, match="the file has no column 'hight'") as caught:
        CSV(**options).load(path)
    assert caught.value.hint == "did you mean 'height'?"


def test_the_columns_that_there_are_are_given_if_none_is_near(path):
    path.write_text("when,height\n2024-02-29,1\n")
    with pytest.raises(LoaderError) as caught:
        CSV(usecols=["zip"]).load(path)
    assert caught.value.hint == "it has: when, height"


@pytest.mark.parametrize("sep", [",", ",+"])
def test_a_line_with_too_many_fields_is_told_with_its_number(sep, path):
    path.write_text("a,b\n1,2\n1,2,3\n")
    with pytest.raises(LoaderError, match="the line is broken: expected 2 fields, saw 3") as caught:
        CSV(sep=sep, dtype={"a": "int64"}).load(path)
    assert str(caught.value.where) == f"{path}:3"


def test_a_quote_that_is_never_closed_is_told_with_its_line(path):
    path.write_text('a,b\n1,"2\n1,2\n')
    with pytest.raises(LoaderError, match="a quote is opened in this line, and never closed") as e:
        CSV().load(path)
    assert str(e.value.where) == f"{path}:2"


def test_a_text_that_is_no_date_is_named(path):
    path.write_text("a,when\n1,2024-02-29\n2,29.2.2024\n")
    with pytest.raises(
        LoaderError, match=r"'when' can't be read as dates: '29\.2\.2024' in row 2"
    ) as e:
        CSV(parse_dates="when").load(path)
    assert e.value.hint == "say how they are written: date_format='%d.%m.%Y'"


@pytest.mark.parametrize("ending", [".gz", ".xz"])
def test_a_compressed_file_that_is_cut_off_is_told(ending, tmp_path):
    path = tmp_path / f"data{ending}"
    CSV().save(pd.DataFrame({"a": list(range(100))}), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LoaderError, match="the compressed file is broken"):
        CSV().load(path)


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_a_file_that_is_not_compressed_is_told(ending, tmp_path):
    path = tmp_path / f"data{ending}"
    path.write_text("plain text")
    with pytest.raises(LoaderError, match=f"^{path}: "):
        CSV().load(path)


def test_what_is_no_text_is_told(path):
    path.write_bytes(b"a,b\n\xff\xfe,2\n")
    with pytest.raises(LoaderError, match="not utf-8 text"):
        CSV().load(path)
