"""Which changes of files can affect a pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from pivot.engine.interest import Interest
from pivot.errors import Place
from pivot.loaders import PathOnly
from pivot.stage import Input, Output, Stage, Via

ROOT = Path("/project")
STAGE = Stage(
    "train",
    print,
    Place("pipeline.py", 1),
    deps=(
        Input("raw", "data/raw.csv", PathOnly(), Via.ARGUMENT),
        Input("parts", "parts/", PathOnly(), Via.ARGUMENT),
        Input("mid", "out/mid.json", PathOnly(), Via.ARGUMENT),
    ),
    outs=(
        Output("mid", "out/mid.json", PathOnly(), Via.RETURN),
        Output("models", "models/", PathOnly(), Via.FILE),
    ),
)
INTEREST = Interest.of(
    ROOT,
    [STAGE],
    ["/project/steps/table.yaml", "/elsewhere/lib.py"],
    {"train": ("file:limits.json", "list:plugins", "look:local.toml", "env:LEVEL", "ran:a.py:f")},
)


@pytest.mark.parametrize(
    "path",
    [
        "data/raw.csv",
        "parts/new/one.csv",
        "steps/table.yaml",
        "limits.json",
        "plugins/another",
        "local.toml",
        "anything/at/all.py",
        "params.yaml",
        "pivot.yaml",
        "pyproject.toml",
        ".pivotignore",
    ],
)
def test_what_the_pipeline_depends_on_is_needed(path):
    assert INTEREST.is_needed(path)


@pytest.mark.parametrize("path", ["README.md", "data/other.csv", "data", "LEVEL", "out/mid.json"])
def test_nothing_else_is(path):
    assert not INTEREST.is_needed(path)


@pytest.mark.parametrize(
    ("path", "made"),
    [("out/mid.json", True), ("models/a/b.bin", True), ("out/other.json", False), ("mo", False)],
)
def test_what_stages_make(path, made):
    assert INTEREST.is_made(path) is made
