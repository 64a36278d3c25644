"""Which formats there are, also of others, and what is said of those that are not."""

from __future__ import annotations

import sys

import pytest
from pivot_data_diff import FormatError
from pivot_data_diff.errors import UnsupportedFormatError
from pivot_data_diff.formats import BUILT_IN, format_of, open_table

from pivot.errors import PluginError

LINES = """
from pathlib import Path
from pivot_data_diff import Table, TypedTable

def open_lines(path: Path) -> Table:
    return TypedTable(("line",), lambda: ((line,) for line in path.read_text().splitlines()))
"""


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.csv", "csv"),
        ("d.json/A.TSV", "tsv"),
        ("a.csv.gz", "csv"),
        ("a.ndjson", "ndjson"),
        ("a.pkl", None),
        ("csv", None),
        (".csv", None),
        ("d.csv/a", None),
    ],
)
def test_a_format_goes_by_the_suffix(path, name):
    assert format_of(path) == name


def test_an_unknown_format_is_an_error_with_the_known_ones(tmp_path):
    with pytest.raises(UnsupportedFormatError, match=r"model\.pkl(.|\n)*csv, json, jsonl"):
        open_table("model.pkl", tmp_path / "blob")


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_format_refuses_what_is_missing(name, tmp_path):
    with pytest.raises(FileNotFoundError):
        open_table(f"x.{name}", tmp_path / "blob")


def test_another_distribution_may_add_a_format(install, tmp_path):
    install("linefmt", LINES, lines="linefmt:open_lines")
    assert format_of("notes.lines") == "lines"
    assert "linefmt" not in sys.modules
    file = tmp_path / "notes.lines"
    file.write_text("a\nb\n")
    table = open_table("notes.lines", file)
    assert list(table.rows()) == [("a",), ("b",)]
    assert table.columns[0].type == "text"


def test_two_for_one_suffix_are_an_error_that_names_both(install, tmp_path):
    install("linefmt", LINES, csv="linefmt:open_lines", lines="linefmt:open_lines")
    install("otherfmt", LINES, lines="otherfmt:open_lines")
    with pytest.raises(PluginError, match="'csv' is provided by pivot-data-diff and linefmt"):
        open_table("a.csv", tmp_path)
    with pytest.raises(PluginError, match=r"linefmt.*and|and.*linefmt") as caught:
        open_table("a.lines", tmp_path)
    assert "otherfmt" in str(caught.value)


@pytest.mark.parametrize(
    ("module", "target", "message"),
    [
        ("raise RuntimeError('no')", "brokenfmt:open", "brokenfmt is broken.*RuntimeError: no"),
        ("import sys; sys.exit(3)", "brokenfmt:open", "brokenfmt is broken.*SystemExit: 3"),
        ("", "brokenfmt:missing", "brokenfmt is broken.*AttributeError"),
        ("open = 3", "brokenfmt:open", "brokenfmt is broken: brokenfmt:open is not a function"),
    ],
)
def test_a_broken_one_is_named(install, tmp_path, monkeypatch, module, target, message):
    monkeypatch.delitem(sys.modules, "brokenfmt", raising=False)
    install("brokenfmt", module, odd=target)
    with pytest.raises(PluginError, match=message):
        open_table("a.odd", tmp_path)


def test_values_that_are_nested_too_deeply_are_an_error(tmp_path):
    file = tmp_path / "x"
    file.write_text('[{"a": ' + "[" * 200_000 + "]" * 200_000 + "}]")
    with pytest.raises(FormatError, match="nested too deeply"):
        open_table("x.json", file)
