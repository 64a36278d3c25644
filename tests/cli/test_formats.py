"""The same rows as a table, a page or a document."""

from __future__ import annotations

import json

import pytest
import yaml

from pivot.cli.formats import formatted, rounded, shown

ROWS = [("Stage", "Value"), ("train", "a|b"), ("a longer name", "x\\y")]


def test_a_table_is_aligned(plain):
    lines = formatted("table", ROWS, {}).splitlines()
    assert [line.split("  ")[-1] for line in lines[1:]] == ["a|b", "x\\y"]
    assert lines[1].index("a|b") == lines[2].index("x\\y")


def test_a_page_has_a_table_of_markdown():
    assert formatted("md", ROWS, {}).splitlines() == [
        "| Stage | Value |",
        "| --- | --- |",
        "| train | a\\|b |",
        "| a longer name | x\\\\y |",
    ]


@pytest.mark.parametrize(("format_", "load"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_a_program_gets_the_document(format_, load):
    document = {"b": [1, None, "ä"], "a": {"x": "1"}}
    assert load(formatted(format_, ROWS, document)) == document


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ("two words", "two words"),
        ("1", '"1"'),
        ("null", '"null"'),
        ("", '""'),
        ("-", '"-"'),
        (" x", '" x"'),
        ("a\nb", '"a\\nb"'),
        (1, "1"),
        (0.5, "0.5"),
        (None, "null"),
        (True, "true"),
        (["a", 1], '["a", 1]'),
    ],
)
def test_a_value_looks_like_no_other(value, text):
    assert shown(value) == text


def test_numbers_are_rounded_wherever_they_are():
    value = {"a": [0.126, 1, "0.126"], "b": {"c": 0.126}}
    assert rounded(value, 2) == {"a": [0.13, 1, "0.126"], "b": {"c": 0.13}}
    assert rounded(value, None) == value
