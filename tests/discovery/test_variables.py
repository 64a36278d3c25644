"""Which parameter an environment variable means, and what is wrong with those that mean none."""

# No postponed evaluation here: models are defined inside of tests.

from typing import Annotated, Any, Literal

import pydantic
import pytest

from pivot.discovery.layers import parametrised
from pivot.discovery.variables import variable_name
from pivot.errors import DefinitionErrors
from pivot.registry import Registry
from pivot.stage_def import StageParams


class Sgd(StageParams):
    kind: Literal["sgd"] = "sgd"
    momentum: float = 0.9


class Adam(StageParams):
    kind: Literal["adam"] = "adam"
    beta: float = 0.9


class Box(StageParams):
    width: int = 1
    height: int = 1


class Train(StageParams):
    learning_rate: float = 0.1
    name: str = "x"
    layers: list[int] = [1]  # noqa: RUF012 - pydantic copies it
    box: Box = Box()
    spare: Box | None = None
    optimizer: Annotated[Sgd | Adam, pydantic.Field(discriminator="kind")] = Sgd()
    weights: dict[str, float] = {"a": 1.0, "B": 2.0}  # noqa: RUF012 - as above
    tree: dict[str, dict[str, int]] = {}  # noqa: RUF012 - as above


def train(params: Train) -> None: ...


def plain() -> None: ...


def found(root, variables: dict[str, str], *names: str) -> dict[str, Any]:
    registry = Registry()
    for name in names or ("train",):
        registry.register(train, name=name)
    registry.register(plain)
    environ = {f"PIVOT_PARAMS__{name}": value for name, value in variables.items()}
    changed = parametrised(root, registry.stages, environ={"PATH": "x", **environ})
    return {stage.name: stage.params for stage in changed.stages}


def problems(root, variables: dict[str, str], *names: str) -> list[str]:
    with pytest.raises(DefinitionErrors) as caught:
        found(root, variables, *names)
    return [str(error).removeprefix("PIVOT_PARAMS__") for error in caught.value.errors]


@pytest.mark.parametrize(
    ("variable", "text", "made"),
    [
        ("TRAIN__LEARNING_RATE", "0.5", Train(learning_rate=0.5)),
        ("train__learning_rate", "0.5", Train(learning_rate=0.5)),
        ("Train__Learning_Rate", "0.5", Train(learning_rate=0.5)),
        ("TRAIN__NAME", "12:30", Train(name="12:30")),
        ("TRAIN__LAYERS", "[3, 4]", Train(layers=[3, 4])),
        ("TRAIN__BOX__WIDTH", "3", Train(box=Box(width=3))),
        ("TRAIN__BOX", "{width: 3}", Train(box=Box(width=3))),
        ("TRAIN__SPARE__WIDTH", "3", Train(spare=Box(width=3))),
        ("TRAIN__OPTIMIZER__KIND", "adam", Train(optimizer=Adam())),
        ("TRAIN__WEIGHTS__A", "3", Train(weights={"a": 3.0, "B": 2.0})),
        ("TRAIN__WEIGHTS__b", "3", Train(weights={"a": 1.0, "B": 3.0})),
        ("TRAIN__WEIGHTS__New", "3", Train(weights={"a": 1.0, "B": 2.0, "New": 3.0})),
        ("TRAIN__TREE__x__y", "3", Train(tree={"x": {"y": 3}})),
        ("TRAIN__NAME", "", Train()),
    ],
)
def test_a_variable_replaces_a_value(tmp_path, variable, text, made):
    assert found(tmp_path, {variable: text})["train"] == made


def test_variables_together_choose_a_member_of_a_union(tmp_path):
    variables = {"TRAIN__OPTIMIZER__BETA": "0.5", "TRAIN__OPTIMIZER__KIND": "adam"}
    assert found(tmp_path, variables)["train"].optimizer == Adam(beta=0.5)


def test_a_single_value_wins_over_the_mapping_around_it(tmp_path):
    variables = {"TRAIN__BOX__WIDTH": "5", "TRAIN__BOX": "{width: 3, height: 3}"}
    assert found(tmp_path, variables)["train"].box == Box(width=5, height=3)


@pytest.mark.parametrize("name", ["train@b-x", "train.b+x", "Train_b_x", "train-b.x"])
def test_what_a_variable_cannot_be_called_is_an_underscore(tmp_path, name):
    assert variable_name(name, ("name",)) == "PIVOT_PARAMS__TRAIN_B_X__NAME"
    assert found(tmp_path, {"TRAIN_B_X__NAME": "y"}, name)[name].name == "y"


def test_a_stage_with_two_underscores_in_its_name(tmp_path):
    stages = ("train", "train__box")
    made = found(tmp_path, {"TRAIN__BOX__NAME": "y", "TRAIN__BOX__WIDTH": "2"}, *stages)
    assert made == {
        "train": Train(box=Box(width=2)),
        "train__box": Train(name="y"),
        "plain": None,
    }


def test_names_that_differ_by_case_are_written_exactly(tmp_path):
    made = found(tmp_path, {"train__name": "y"}, "train", "Train")
    assert (made["train"].name, made["Train"].name) == ("y", "x")


def test_a_variable_that_could_mean_two_stages(tmp_path):
    assert problems(tmp_path, {"TRAIN_A__NAME": "y"}, "train@a", "train.a") == [
        (
            "TRAIN_A__NAME: this could be name of the stage 'train@a' or name of the stage "
            "'train.a'\n  write names with their capitals, or use --set or params.yaml"
        )
    ]


def test_a_variable_that_could_mean_two_parameters(tmp_path):
    class Both(StageParams):
        a: int = 1
        A: int = 1

    def both(params: Both) -> None: ...

    registry = Registry()
    registry.register(both)
    exact = {"PIVOT_PARAMS__BOTH__A": "5"}
    with pytest.raises(DefinitionErrors, match="this could be a of the stage 'both' or A of"):
        parametrised(tmp_path, registry.stages, environ=exact)
    (stage,) = parametrised(
        tmp_path, registry.stages, environ={"PIVOT_PARAMS__both__A": "5"}
    ).stages
    assert stage.params == Both(A=5)


def test_two_variables_that_mean_the_same(tmp_path):
    assert problems(tmp_path, {"TRAIN__NAME": "y", "train__name": "z"}) == [
        "train__name: PIVOT_PARAMS__TRAIN__NAME means the same\n  unset one of them"
    ]


@pytest.mark.parametrize(
    ("variable", "problem"),
    [
        (
            "TRIAN__NAME",
            "TRIAN__NAME: there is no stage for 'TRIAN'\n  did you mean PIVOT_PARAMS__TRAIN__...?",
        ),
        (
            "ZZZ__NAME",
            "ZZZ__NAME: there is no stage for 'ZZZ'\n  the stages with parameters are: train",
        ),
        (
            "TRAIN__LERNING_RATE",
            (
                "TRAIN__LERNING_RATE: stage 'train' has no parameter 'LERNING_RATE'\n"
                "  did you mean PIVOT_PARAMS__TRAIN__LEARNING_RATE?"
            ),
        ),
        (
            "TRAIN__BOX__WIDHT",
            (
                "TRAIN__BOX__WIDHT: stage 'train' has no parameter 'BOX__WIDHT'\n"
                "  did you mean PIVOT_PARAMS__TRAIN__BOX__WIDTH?"
            ),
        ),
        ("TRAIN__NAME__X", None),
        ("PLAIN__X", "PLAIN__X: stage 'plain' takes no parameters"),
        ("TRAIN", None),
        ("", None),
    ],
)
def test_a_variable_that_means_nothing_comes_with_the_nearest(tmp_path, variable, problem):
    (told,) = problems(tmp_path, {variable: "1"})
    assert told == problem or (problem is None and told.startswith(f"{variable}: "))


def test_a_wrong_value_names_its_variable(tmp_path):
    ((problem),) = problems(tmp_path, {"TRAIN__BOX__WIDTH": "wide"})
    assert problem.startswith(
        "TRAIN__BOX__WIDTH: stage 'train': Box.width: Input should be a valid"
    )


def test_everything_wrong_is_told_at_once(tmp_path):
    (tmp_path / "params.yaml").write_text("train: {nmae: x}")
    variables = {"TRIAN__NAME": "1", "TRAIN__NMAE": "1", "TRAIN__BOX__WIDTH": "wide"}
    assert len(problems(tmp_path, variables)) == 4
