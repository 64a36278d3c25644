"""The page about the command does what it says; tests/docs follows its examples."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pivot_data_diff import FormatError, formats
from pivot_data_diff.cli import diff
from pivot_data_diff.rendering.json_document import FileDocument, ReportDocument
from pivot_data_diff.view.screens import HELP

PAGE = (Path(__file__).parents[3] / "docs" / "data-diff.md").read_text("utf-8")


def written(name):
    """Give what the page has to be written to a file."""
    (text,) = re.findall(
        rf'^```\w+ title="{re.escape(name)}"\n(.*?)^```', PAGE, re.MULTILINE | re.DOTALL
    )
    return text


def section(title):
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_format_of_another_package(project, install):
    entries = tomllib.loads(written("pyproject.toml"))["project"]["entry-points"][formats.GROUP]
    install("my_package", written("my_package.py"), **entries)
    project.commit(a_ini="[a]\nb = 1\nc = 2\n")
    project.write("a.ini", "[a]\nb = 1\nc = 3\n")
    (change,) = project.difference("a.ini", keys=("section", "key")).rows
    assert (change.key, change.after.values) == (("a", "c"), ("a", "c", "3"))
    project.write("a.ini", "nonsense")
    with pytest.raises(FormatError, match="not an INI file"):
        project.difference("a.ini")


def test_all_options_are_told():
    options = {name for parameter in diff.params for name in parameter.opts if name.startswith("-")}
    assert set(re.findall(r"`(--[a-z-]+)", section("Options"))) == options


def test_all_keys_of_the_view_are_told():
    told = set(re.findall(r"`(\S)`", section("The view")))
    used = set(re.findall(r"^  ((?:\S[, ]+)+)  ", HELP, re.MULTILINE))
    assert {key for keys in used for key in re.split(r"[, ]+", keys) if key} <= told


def test_all_keys_of_the_json_are_told():
    told = {
        name
        for row in re.findall(r"^\| (`.*?`) \|", section("JSON"), re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert told == {*ReportDocument.__annotations__, *FileDocument.__annotations__} - {
        "path",
        "kind",
    }
