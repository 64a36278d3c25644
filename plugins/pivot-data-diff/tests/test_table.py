"""Tables of texts and of values."""

from __future__ import annotations

import sys

from pivot_data_diff.table import NOTHING, Column, RecordTable


def test_the_columns_of_texts_get_their_types(tables):
    table = tables.text(["a", "b"], [["1", "x"], ["2", ""]])
    assert table.columns == (Column("a", "integer", "text"), Column("b", "text", "text"))
    assert table.count == 2


def test_rows_of_texts_are_made_as_wide_as_the_widest(tables):
    table = tables.text(["a"], [[], ["1"], ["2", "x", "y"]])
    assert [column.name for column in table.columns] == ["a", "column 2", "column 3"]
    assert list(table.rows()) == [("", "", ""), ("1", "", ""), ("2", "x", "y")]


def test_rows_can_be_read_again(tables):
    table = tables.typed(["a"], [(1,), (2,)])
    assert list(table.rows()) == list(table.rows()) == [(1,), (2,)]


def test_the_columns_of_values_are_called_after_what_is_in_them(tables):
    rows = [
        (1, 1, 1.5, "x", None, True, [1], {"a": 1}),
        (2, 2.5, None, 1, None, None, [], "x"),
    ]
    table = tables.typed("abcdefgh", rows)
    types = [column.type for column in table.columns]
    assert types == [
        "integer", "float", "float", "integer | text", "null", "boolean", "list", "object | text",
    ]  # fmt: skip
    uniform = [column.name for column in table.columns if column.cells == "uniform"]
    assert uniform == list("abcef")


def test_the_weight_of_texts_is_about_what_they_take(tables):
    rows = [[str(n * 1000), f"name {n}", "x" * (n % 50)] for n in range(5000)]
    table = tables.text(["a", "b", "c"], rows)
    real = sum(sys.getsizeof(row) + sum(map(sys.getsizeof, row)) for row in table.rows())
    assert 0.7 * real < table.weight < 1.5 * real


def test_the_weight_of_values_counts_what_is_in_them(tables):
    light = tables.typed(["a"], [([],) for _ in range(1000)])
    heavy = tables.typed(["a"], [([{"key": "x" * 1000}],) for _ in range(1000)])
    assert light.weight < 200_000
    assert heavy.weight > 1_000_000


def test_records_may_lack_keys():
    table = RecordTable(lambda: iter([{"a": 1}, {"b": "x", "a": 2.5}, {}]))
    assert [(c.name, c.type, c.cells) for c in table.columns] == [
        ("a", "float", "uniform"),
        ("b", "text", "uniform"),
    ]
    assert list(table.rows()) == list(table.rows()) == [(1, None), (2.5, "x"), (None, None)]
    assert table.count == 3
    assert table.weight > 0


def test_nothing_is_a_table():
    assert list(NOTHING.rows()) == []
    assert (NOTHING.columns, NOTHING.count, NOTHING.weight) == ((), 0, 0)
