"""What `--set` takes, and the same from Python."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pivot.discovery.layers import with_settings
from pivot.errors import DefinitionErrors
from pivot.registry import Registry
from pivot.stage_def import StageParams


class Box(StageParams):
    width: int = 1
    height: int = 1


class Train(StageParams):
    rate: float = 0.1
    name: str = "x"
    label: str | None = "y"
    at: dt.time = dt.time(3)
    day: dt.date = dt.date(2024, 1, 1)
    fast: bool = False
    layers: list[int] = [1]  # noqa: RUF012 - pydantic copies it
    box: Box = Box()
    weights: dict[str, float] = {"a": 1.0, "b": 2.0}  # noqa: RUF012 - as above


class Other(StageParams):
    depth: int = 1


def train(params: Train) -> None: ...


def other(params: Other) -> None: ...


def plain() -> None: ...


def stages(*names: str):
    registry = Registry()
    for name in names or ("train",):
        registry.register(other if name.endswith(".v2") else train, name=name)
    registry.register(plain)
    return registry.stages


def values(given: Any, *names: str) -> dict[str, Any]:
    return {stage.name: stage.params for stage in with_settings(stages(*names), given).stages}


def problems(given: Any, *names: str) -> list[str]:
    with pytest.raises(DefinitionErrors) as caught:
        with_settings(stages(*names), given)
    return [str(error) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("rate=0.05", 0.05),
        ("rate=1e-3", 0.001),
        ("name=plain", "plain"),
        ("name=", ""),
        ("name=5", "5"),
        ("name=null", "null"),
        ("name='5'", "5"),
        ("name=a=b", "a=b"),
        ("name=*.csv", "*.csv"),
        ("name=[open", "[open"),
        ("name=2024-02-31", "2024-02-31"),
        ("label=null", None),
        ("label=~", None),
        ("at=12:30", dt.time(12, 30)),
        ("day=2024-02-03", dt.date(2024, 2, 3)),
        ("fast=on", True),
        ("layers=[3, 4]", [3, 4]),
        ("box={width: 3}", Box(width=3)),
        ("box.width=3", Box(width=3)),
        ("weights={c: 3}", {"c": 3.0}),
        ("weights.b=3", {"a": 1.0, "b": 3.0}),
    ],
)
def test_a_text_becomes_a_value_of_the_fields_type(text, value):
    field = text.partition("=")[0].partition(".")[0]
    assert getattr(values([f"train.{text}"])["train"], field) == value


def test_a_number_of_which_a_mapping_gives_the_value():
    assert values({"train.rate": 0.05, "train.box.width": 2})["train"] == Train(
        rate=0.05, box=Box(width=2)
    )


def test_a_single_text_needs_no_list():
    assert values("train.rate=0.05")["train"] == Train(rate=0.05)


def test_a_text_after_a_mapping_may_be_what_it_is_as_it_stands():
    found = values(["train.weights={c: 1}", "train.weights.d=2"])
    assert found["train"].weights == {"c": 1.0, "d": 2.0}


def test_a_model_from_python_is_taken_as_it_is():
    assert values({"train.box": Box(width=7)})["train"].box == Box(width=7)


def test_the_last_wins():
    found = values(["train.rate=1", "train.box.width=9", "train.box={width: 2}", "train.rate=3"])
    assert found["train"] == Train(rate=3, box=Box(width=2))


def test_what_is_in_a_mapping_can_be_set_after_it():
    found = values(["train.box={width: 2, height: 2}", "train.box.height=3"])
    assert found["train"].box == Box(width=2, height=3)


def test_a_mapping_of_the_caller_stays_as_it_was():
    given = {"train.weights": {"c": 1.0}, "train.weights.d": 2.0}
    assert values(given)["train"].weights == {"c": 1.0, "d": 2.0}
    assert given["train.weights"] == {"c": 1.0}


def test_other_stages_keep_theirs():
    found = values(["train@a.rate=1"], "train@a", "train@b")
    assert (found["train@a"], found["train@b"]) == (Train(rate=1), Train())


def test_a_stage_with_a_dot_in_its_name():
    assert values(["train.v2.depth=3"], "train.v2")["train.v2"] == Other(depth=3)


def test_of_two_stages_the_one_that_has_such_a_parameter_is_meant():
    found = values(["train.v2.depth=3", "train.rate=5"], "train", "train.v2")
    assert (found["train"], found["train.v2"]) == (Train(rate=5), Other(depth=3))


def test_what_could_mean_two_stages_is_an_error():
    """Both `a` and `a.box` have such a parameter."""
    found = problems(["a.box.box.width=3", "a.box.width=3"], "a", "a.box")
    # `a.box` has no `width`, so that only the first is in doubt.
    assert found == [
        (
            "--set a.box.box.width: this could be box.box.width of the stage 'a' or box.width of "
            "the stage 'a.box'\n  quote the name of the stage: 'a.box'.box.width"
        )
    ]


def test_a_quoted_name_is_meant_alone():
    found = values(["'a.box'.box.width=3"], "a", "a.box")
    assert (found["a"], found["a.box"]) == (Train(), Train(box=Box(width=3)))


def test_a_key_that_is_no_text_is_told():
    (problem,) = problems({5: 1})
    assert problem.startswith("params[5]: this names no parameter")


@pytest.mark.parametrize("text", ["", "train", "train.rate", "train=3", "=3", ".=3", "rate=3"])
def test_what_sets_nothing(text):
    (problem,) = problems([text])
    assert problem.endswith(
        "this names no parameter with its value\n  write --set STAGE.PARAMETER=VALUE"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("trian.rate=1", "--set trian.rate: there is no stage 'trian'\n  did you mean train?"),
        ("'trian'.rate=1", "--set 'trian'.rate: there is no stage 'trian'\n  did you mean train?"),
        (
            "train.rat=1",
            "--set train.rat: stage 'train': Train has no parameter 'rat'\n  did you mean rate or at or fast?",
        ),
        (
            "train.box.widht=1",
            (
                "--set train.box.widht: stage 'train': Box has no parameter 'widht'\n"
                "  did you mean width or height?"
            ),
        ),
        ("plain.x=1", "--set plain.x: stage 'plain': it takes no parameters"),
    ],
)
def test_a_wrong_name_comes_with_the_nearest(text, problem):
    assert problems([text]) == [problem]


def test_a_wrong_value_names_what_gave_it():
    (typed,) = problems(["train.layers=[a"])
    assert typed.startswith("--set train.layers: stage 'train': Train.layers: Input should be")
    assert typed.endswith("not '[a'")
    (given,) = problems({"train.box.width": "wide"})
    assert given.startswith("params['train.box.width']: stage 'train': Box.width: Input should be")


def test_a_name_below_a_value_that_has_none():
    (problem,) = problems(["train.rate.x=1"])
    assert problem.startswith("--set train.rate.x: stage 'train': Train.rate: Input should be")


def test_everything_wrong_is_told_at_once():
    assert len(problems(["trian.rate=1", "train.rat=1", "train.rate=fast", "train"])) == 4
