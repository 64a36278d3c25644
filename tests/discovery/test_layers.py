"""In which order what overrides parameters is applied."""

from __future__ import annotations

import pytest
import yaml

from pivot.discovery.layers import parametrised
from pivot.discovery.overrides import FileSource, Override
from pivot.errors import DefinitionErrors, Place
from pivot.registry import Registry
from pivot.stage_def import StageParams


class Train(StageParams):
    a: str = "code"
    b: str = "code"
    c: str = "code"
    d: str = "code"
    e: str = "code"


def train(params: Train) -> None: ...


def stages():
    registry = Registry()
    registry.register(train)
    return registry.stages


def pivot_yaml(text: str) -> Override:
    return Override("train", yaml.safe_load(text), FileSource("pivot.yaml", 1, yaml.compose(text)))


def test_what_is_nearer_to_the_command_wins(tmp_path):
    (tmp_path / "params.yaml").write_text("train:\n  c: params\n  d: params\n  e: params\n")
    found = parametrised(
        tmp_path,
        stages(),
        ["train.e=set"],
        below=[pivot_yaml("{b: pivot, c: pivot, d: pivot, e: pivot}")],
        environ={"PIVOT_PARAMS__TRAIN__D": "variable", "PIVOT_PARAMS__TRAIN__E": "variable"},
    )
    (stage,) = found.stages
    assert stage.params == Train(a="code", b="pivot", c="params", d="variable", e="set")
    assert found.origins["train"] == {
        ("b",): Place("pivot.yaml", 1),
        ("c",): Place("params.yaml", 2),
        ("d",): "PIVOT_PARAMS__TRAIN__D",
        ("e",): "--set train.e",
    }


def test_other_variables_of_pivot_are_no_parameters(tmp_path):
    environ = {"PIVOT_JOBS": "2", "PIVOT_PARAMS": "x", "pivot_params__train__a": "x"}
    (stage,) = parametrised(tmp_path, stages(), environ=environ).stages
    assert stage.params == Train()


def test_the_errors_of_all_layers_are_told_together(tmp_path):
    (tmp_path / "params.yaml").write_text("train:\n  x: 1\n")
    with pytest.raises(DefinitionErrors) as caught:
        parametrised(
            tmp_path,
            stages(),
            ["train.x=1"],
            below=[pivot_yaml("{x: 1}")],
            environ={"PIVOT_PARAMS__TRAIN__X": "1"},
        )
    assert [str(error).partition(" stage")[0] for error in caught.value.errors] == [
        "params.yaml:2:",
        "pivot.yaml:1:",
        "PIVOT_PARAMS__TRAIN__X:",
        "--set train.x:",
    ]
