"""In which order what overrides parameters is applied."""

from __future__ import annotations

import pytest
import yaml

from pivot.discovery.layers import parametrised
from pivot.discovery.overrides import FileSource, Override
from pivot.errors import DefinitionErrors, Place
from pivot.registry import Registry
from pivot.stage import Stage
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


# What means all variants of a stage


def variants() -> tuple[Stage, ...]:
    registry = Registry()
    for name in ("train@a", "train@b", "other"):
        registry.register(train, name=name)
    return registry.stages


def params(root, *given, environ=None):
    found = parametrised(root, variants(), given, environ=environ or {})
    return {stage.name: (stage.params.a, stage.params.b) for stage in found.stages}


def test_a_name_before_the_sign_means_all_variants(tmp_path):
    (tmp_path / "params.yaml").write_text("train: {a: file}\n")
    expected = {"train@a": ("file", "code"), "train@b": ("file", "code"), "other": ("code", "code")}
    assert params(tmp_path) == expected


def test_a_variant_by_itself_wins_over_all_whatever_comes_first(tmp_path):
    (tmp_path / "params.yaml").write_text("train@a: {a: one}\ntrain: {a: all}\n")
    assert params(tmp_path)["train@a"] == ("one", "code")
    assert params(tmp_path, "train@b.a=one", "train.a=all")["train@b"] == ("one", "code")


def test_a_nearer_layer_for_all_wins_over_a_weaker_one_for_one(tmp_path):
    (tmp_path / "params.yaml").write_text("train@a: {a: one, b: one}\n")
    environ = {"PIVOT_PARAMS__TRAIN__A": "variable"}
    assert params(tmp_path, environ=environ)["train@a"] == ("variable", "one")
    assert params(tmp_path, "train.b=set", environ=environ)["train@a"] == ("variable", "set")


def test_a_stage_of_that_name_is_meant_alone(tmp_path):
    registry = Registry()
    for name in ("train", "train@a"):
        registry.register(train, name=name)
    (tmp_path / "params.yaml").write_text("train: {a: file}\n")
    found = parametrised(tmp_path, registry.stages, environ={})
    assert [stage.params.a for stage in found.stages] == ["file", "code"]


def test_what_is_wrong_for_all_variants_is_told_once(tmp_path):
    (tmp_path / "params.yaml").write_text("train: {x: 1}\nother: {x: 1}\n")
    with pytest.raises(DefinitionErrors) as caught:
        parametrised(tmp_path, variants(), ["train.y=1"], environ={})
    assert [str(error).splitlines()[0] for error in caught.value.errors] == [
        "params.yaml:1: stage 'train@a': Train has no parameter 'x'",
        "params.yaml:2: stage 'other': Train has no parameter 'x'",
        "--set train.y: stage 'train@a': Train has no parameter 'y'",
    ]


def test_the_name_of_all_variants_is_a_near_one(tmp_path):
    (tmp_path / "params.yaml").write_text("trian: {}\n")
    with pytest.raises(DefinitionErrors, match="did you mean train"):
        parametrised(tmp_path, variants(), environ={})
