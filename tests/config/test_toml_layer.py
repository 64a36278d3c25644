"""Reading `[tool.pivot]`, and the line of each key."""

from __future__ import annotations

import pytest

from pivot.config.toml_layer import read_toml
from pivot.errors import ConfigError


def read(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    return [(entry.key, entry.value, entry.place.line) for entry in read_toml(tmp_path)]


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("[tool.pivot]\njobs = 2\n", [("jobs", 2, 2)]),
        ("[tool.other]\njobs = 1\n[ tool . 'pivot' ]\njobs = 2\n", [("jobs", 2, 4)]),
        ("[tool.pivot.cache]\nlink = 'copy'\n", [("cache.link", "copy", 2)]),
        ("[tool.pivot]\ncache = {link = 'copy'}\n", [("cache.link", "copy", 2)]),
        ("[tool.pivot]\ncache.link = 'copy'\n", [("cache.link", "copy", 2)]),
        ("[tool]\npivot.jobs = 2\n", [("jobs", 2, 2)]),
        ("[tool]\nname = 1\npivot = {jobs = 2, hash = 'x'}", [("jobs", 2, 3), ("hash", "x", 3)]),
        ("tool = {pivot = {jobs = 2}}\n", [("jobs", 2, 1)]),
        ("[project]\ndependencies = ['pivot']\n", []),
        ("[[tool.pivot.x]]\n", [("x", [{}], 1)]),
        ("tool = 1  # pivot\n", []),
    ],
)
def test_every_way_to_write_a_key_is_found_with_its_line(tmp_path, text, entries):
    assert read(tmp_path, text) == entries


def test_a_project_without_the_file_says_nothing(tmp_path):
    assert read_toml(tmp_path) == []


def test_a_broken_file_that_never_names_pivot_is_not_looked_at(tmp_path):
    assert read(tmp_path, "this is [no toml") == []


@pytest.mark.parametrize(
    ("text", "line"), [("[tool.pivot]\njobs = \n", 2), ("[tool.pivot]\njobs = [1,\n", 3)]
)
def test_what_is_not_toml_is_an_error_with_its_line(tmp_path, text, line):
    with pytest.raises(ConfigError, match=rf"^pyproject.toml:{line}: not valid TOML"):
        read(tmp_path, text)


def test_a_pivot_that_is_not_a_table_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"^pyproject.toml:2: 'tool.pivot' must be a table"):
        read(tmp_path, "[tool]\npivot = 3\n")


def test_what_is_nested_too_deeply_is_an_error(tmp_path):
    for text in (
        f"[tool.pivot]\njobs = {'[' * 5000}",
        f"[tool.pivot.{'.'.join('a' * 5000)}]\nb = 1",
    ):
        with pytest.raises(ConfigError, match=r"^pyproject.toml:1: this is nested too deeply"):
            read(tmp_path, text)
