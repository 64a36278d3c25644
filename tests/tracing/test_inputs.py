"""Which paths of a project can be inputs of a stage at all."""

from __future__ import annotations

import pytest

from pivot.tracing import is_input


@pytest.mark.parametrize(
    "path",
    ["data.csv", "a/b/c.json", "pipeline.py", ".env", "config.toml", "environment/x", "x.swift"],
)
def test_data_settings_and_sources_can(path):
    assert is_input(path)


@pytest.mark.parametrize(
    "path",
    [
        ".pivot/cache/files/ab/cd",
        ".git/HEAD",
        "sub/.git",
        ".venv/lib/x.py",
        "venv/pyvenv.cfg",
        "x/__pycache__/y.cpython-313.pyc",
        "y.pyc",
        ".mypy_cache/x",
        "node_modules/x/y.js",
        "notes.txt~",
        ".notes.txt.swp",
        ".#notes.txt",
    ],
)
def test_what_tools_keep_for_themselves_cannot(path):
    assert not is_input(path)
