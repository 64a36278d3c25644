"""Layers of overrides: which wins, and where what is wrong was said."""

from __future__ import annotations

import pathlib
from typing import Any

import pydantic
import pytest
import yaml

from pivot.discovery.overrides import FileSource, NamedSource, Override, apply_overrides
from pivot.errors import DefinitionError, DefinitionErrors, Place
from pivot.registry import Registry
from pivot.stage_def import StageParams


class Box(StageParams):
    width: int = 1
    height: int = 1


class Train(StageParams):
    epochs: int = 100
    folder: pathlib.Path = pathlib.Path("data")
    box: Box = Box()


def train(params: Train) -> None: ...


def stages(*names: str):
    registry = Registry()
    for name in names or ("train",):
        registry.register(train, name=name)
    return registry.stages


def in_file(text: str, file: str = "params.yaml", stage: str = "train") -> Override:
    node = yaml.compose(text)
    return Override(stage, yaml.safe_load(text), FileSource(file, 1, node))


def typed(values: dict[str, Any], stage: str = "train") -> Override:
    return Override(stage, values, NamedSource({(name,): f"--set {name}" for name in values}))


def problems(*overrides: Override) -> list[str]:
    with pytest.raises(DefinitionErrors) as caught:
        apply_overrides(stages(), overrides)
    return [str(error).partition("\n")[0] for error in caught.value.errors]


def test_later_layers_win_value_by_value():
    found = apply_overrides(
        stages(),
        [in_file("{epochs: 1, box: {width: 5, height: 5}}"), typed({"box": {"width": 7}})],
    )
    assert found.stages[0].params == Train(epochs=1, box=Box(width=7, height=5))


def test_an_origin_is_told_for_each_value_that_was_replaced():
    found = apply_overrides(
        stages(), [in_file("epochs: 1\nbox:\n  width: 5\n"), typed({"epochs": 7})]
    )
    assert found.origins == {
        "train": {("epochs",): "--set epochs", ("box", "width"): Place("params.yaml", 3)}
    }


def test_stages_that_nobody_overrides_are_the_same_objects():
    given = stages("train", "other")
    found = apply_overrides(given, [typed({"epochs": 7})])
    assert found.stages[1] is given[1]
    assert "other" not in found.origins


def test_an_override_that_says_nothing():
    found = apply_overrides(stages(), [in_file("null")])
    assert (found.stages[0].params, found.origins) == (Train(), {})


def test_everything_wrong_in_all_layers_is_told_at_once():
    found = problems(
        in_file("epochs: many\n", "pivot.yaml"),
        in_file("box:\n  widht: 1\n", "params.yaml"),
        in_file("x: 1", "params.yaml", "trian"),
        typed({"folder": 3}),
    )
    assert [problem.partition(": Input")[0] for problem in found] == [
        "params.yaml:1: there is no stage 'trian'",
        "params.yaml:2: stage 'train': Box has no parameter 'widht'",
        "pivot.yaml:1: stage 'train': Train.epochs",
        "--set folder: stage 'train': Train.folder",
    ]


def test_a_check_of_the_whole_is_told_where_its_last_part_was_said():
    found = problems(in_file("box: 3\n"), typed({"epochs": "x"}))
    assert found[0].startswith("params.yaml:1: stage 'train': Train.box: Input should be a valid")


class Range(StageParams):
    low: int = 1
    high: int = 20

    @pydantic.model_validator(mode="after")
    def check(self) -> Range:
        if self.low >= self.high:
            raise ValueError("low must be below high")
        return self


def pick(params: Range) -> None: ...


def test_what_is_wrong_with_values_together_names_all_of_them():
    registry = Registry()
    registry.register(pick)
    with pytest.raises(DefinitionErrors) as caught:
        apply_overrides(
            registry.stages, [in_file("\nlow: 10", stage="pick"), typed({"high": 5}, "pick")]
        )
    assert str(caught.value) == (
        "--set high: stage 'pick': Range: low must be below high\n"
        "  its values come from params.yaml:2, --set high"
    )


def test_errors_that_were_known_are_told_with_the_others():
    known = DefinitionError("something else", where=Place("params.yaml", 9))
    with pytest.raises(DefinitionErrors) as caught:
        apply_overrides(stages(), [typed({"epohcs": 1})], [known])
    assert [error.message for error in caught.value.errors] == [
        "something else",
        "--set epohcs: stage 'train': Train has no parameter 'epohcs'",
    ]
