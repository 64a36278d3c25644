"""What is said in lines."""

from __future__ import annotations

from pivot_data_diff import Options, compare
from pivot_data_diff.table import NOTHING
from pivot_data_diff.view.lines import schema_lines


def test_all_columns_are_listed_with_what_is_different(prices):
    lines = [(text.split(), style) for text, style in schema_lines(prices)]
    assert lines == [
        (["column", "type", "before", "type", "after", "place", "modified", "cells"], "bold"),
        (["id", "(key)", "integer", "integer"], ""),
        (["~", "price", "float", "float", "3", "->", "2", "2"], "yellow"),
        (["name", "text", "text", "1"], ""),
        (["+", "currency", "text"], "green"),
        (["-", "old", "text"], "red"),
    ]


def test_another_type_is_shown(tables):
    found = compare(tables.text("a", [["1"]]), tables.text("a", [["x\ny"]]), Options())
    assert schema_lines(found)[1][0].split() == ["~", "a", "integer", "text", "1"]


def test_no_columns_at_all():
    assert schema_lines(compare(NOTHING, NOTHING, Options())) == [("There are no columns.", "dim")]
