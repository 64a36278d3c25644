"""A stage as a value, and what may be its name."""

from __future__ import annotations

import dataclasses

import pytest

from pivot import loaders
from pivot.errors import Place
from pivot.stage import STAGE_NAME, Input, OutKind, Output, Stage, Via


def train() -> None:
    """Stand in for a stage's function."""


@pytest.mark.parametrize(
    "name", ["train", "train_2", "_x", "3d", "train@fold1", "a.b", "a+b-c", "A" * 200]
)
def test_names_for_stages(name):
    assert STAGE_NAME.fullmatch(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".hidden", "-x", "@x", "+x", "a/b", "a b", "a\n", "a\0", "größe", "A" * 201,
     "<lambda>", "a:b", "a*", "a\\b"],
)  # fmt: skip
def test_what_is_no_name_for_a_stage(name):
    assert not STAGE_NAME.fullmatch(name)


def test_a_stage_is_a_frozen_value():
    stage = Stage("train", train, Place("pipeline.py", 1))
    assert stage == Stage("train", train, Place("pipeline.py", 1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        stage.name = "other"


def test_a_stage_needs_nothing_but_a_function():
    stage = Stage("train", train, Place("pipeline.py", 1))
    assert (stage.deps, stage.outs, stage.params, stage.mutex, stage.code) == ((), (), None, (), ())


@pytest.mark.parametrize("kind", list(OutKind))
def test_only_an_incremental_output_grows(kind):
    out = Output("log", "log.txt", loaders.PathOnly(), Via.KEY, kind)
    assert out.incremental == (kind is OutKind.INCREMENTAL)


def test_an_output_is_plain_and_cached_by_default():
    out = Output("log", "log.txt", loaders.PathOnly(), Via.KEY)
    assert (out.kind, out.cache) == (OutKind.PLAIN, True)


def test_an_input_tells_how_its_value_comes():
    assert Input("data", "data.csv", loaders.PathOnly(), Via.ARGUMENT).via == "argument"
