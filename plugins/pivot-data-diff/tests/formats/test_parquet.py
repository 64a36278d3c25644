"""Parquet."""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pivot_data_diff import FormatError
from pivot_data_diff.formats.parquet import open_parquet


@pytest.fixture
def file(tmp_path):
    def file(table, name="x", **options):
        path = tmp_path / name
        pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), path, **options)
        return path

    return file


def test_columns_have_arrows_types(file):
    table = open_parquet(
        file(
            {
                "i": pa.array([1, None], pa.int32()),
                "f": [1.5, float("nan")],
                "s": ["x", None],
                "d": [Decimal("1.50"), None],
                "day": [dt.date(2024, 1, 1), None],
                "list": [[1, 2], []],
                "struct": [{"a": 1}, None],
            }
        )
    )
    assert [(c.name, c.type) for c in table.columns] == [
        ("i", "int32"),
        ("f", "double"),
        ("s", "string"),
        ("d", "decimal128(3, 2)"),
        ("day", "date32[day]"),
        ("list", "list<element: int64>"),
        ("struct", "struct<a: int64>"),
    ]
    first, second = table.rows()
    assert first == (1, 1.5, "x", Decimal("1.50"), dt.date(2024, 1, 1), [1, 2], {"a": 1})
    assert second[0] is None
    assert second[1] != second[1]
    assert second[6] is None
    assert table.count == 2


def test_rows_of_many_batches(file):
    table = open_parquet(file({"a": range(50_000)}, row_group_size=7000))
    assert [row for (row,) in table.rows()] == list(range(50_000))
    assert list(table.rows()) == list(table.rows())
    assert 50_000 * 40 < table.weight < 50_000 * 300


def test_an_instant_is_one_text_in_any_zone_and_unit(file, tables):
    instant = dt.datetime(2024, 7, 1, 12, 30, 0, 250_000, tzinfo=dt.UTC)
    types = [
        pa.timestamp("us", "UTC"),
        pa.timestamp("ns", "Europe/Berlin"),
        pa.timestamp("ms", "America/New_York"),
    ]
    found = [open_parquet(file({"t": pa.array([instant], t)}, f"{i}")) for i, t in enumerate(types)]
    assert {row for table in found for row in table.rows()} == {("2024-07-01 12:30:00.25Z",)}
    difference = tables.compare(found[0], found[1])
    assert difference.counts.different == 0
    assert [change.after for change in difference.schema.retyped] == [
        "timestamp[ns, tz=Europe/Berlin]"
    ]


def test_times_keep_their_nanoseconds(file):
    times = pa.array([1_700_000_000_123_456_789, 1_700_000_000_000_000_000, None], pa.int64())
    table = open_parquet(file({"t": times.cast(pa.timestamp("ns"))}))
    assert list(table.rows()) == [
        ("2023-11-14 22:13:20.123456789",),
        ("2023-11-14 22:13:20",),
        (None,),
    ]


def test_a_time_without_a_zone_is_another_than_one_with(file, tables):
    time = dt.datetime(2024, 1, 1)  # noqa: DTZ001
    naive = open_parquet(file({"t": pa.array([time], pa.timestamp("s"))}, "1"))
    aware = open_parquet(file({"t": pa.array([time], pa.timestamp("s", "UTC"))}, "2"))
    assert tables.compare(naive, aware).counts.modified == 1


def test_numbers_of_other_types_are_compared_as_numbers(file, tables):
    narrow = open_parquet(file({"a": pa.array([1, 2], pa.int32())}, "1"))
    wide = open_parquet(file({"a": [1.0, 2.5]}, "2"))
    assert tables.compare(narrow, wide).counts.modified == 1


def test_true_is_not_1(file, tables):
    booleans, integers = (
        open_parquet(file({"a": values}, str(n))) for n, values in enumerate([[True], [1]])
    )
    assert tables.compare(booleans, integers).counts.modified == 1


def test_texts_as_categories_are_texts(file, tables):
    plain = pa.array(["x", "y", "x"])
    tables_ = [
        open_parquet(file({"a": a}, str(n)))
        for n, a in enumerate([plain, plain.dictionary_encode()])
    ]
    difference = tables.compare(*tables_)
    assert difference.counts.different == 0
    assert difference.schema.retyped[0].after.startswith("dictionary")


def test_columns_may_have_one_name(file):
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    opened = open_parquet(file(table))
    assert [column.name for column in opened.columns] == ["a", "a"]
    assert list(opened.rows()) == [(1, 2)]


@pytest.mark.parametrize("rows", [0, 3])
def test_no_columns_or_no_rows(file, rows):
    assert list(open_parquet(file({"a": pa.array([], pa.int64())})).rows()) == []
    table = pa.table({"a": [0] * rows}).select([])
    assert open_parquet(file(table)).columns == ()


@pytest.mark.parametrize("content", [b"", b"PAR1 not really PAR1", b"a,b\n1,2\n"])
def test_what_is_no_parquet_is_an_error(tmp_path, content):
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(FormatError, match="not a sound Parquet file"):
        open_parquet(path)


def test_damage_inside_is_an_error(file):
    path = file({"a": range(100_000)}, compression="gzip")
    data = bytearray(path.read_bytes())
    data[1000:5000] = bytes(4000)
    path.write_bytes(data)
    table = open_parquet(path)
    with pytest.raises(FormatError, match="a value can't be read"):
        list(table.rows())


def test_without_pyarrow_the_error_says_what_to_install(file, monkeypatch):
    path = file({"a": [1]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(FormatError, match="needs pyarrow") as caught:
        open_parquet(path)
    assert caught.value.hint == "pip install 'pivot-data-diff[parquet]'"
