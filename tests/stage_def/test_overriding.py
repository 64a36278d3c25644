"""Parameters with some of their values replaced."""

# No postponed evaluation here: the models are defined inside of tests.

import enum
import pathlib
import pickle
from typing import Annotated, Any, Literal

import pydantic
import pytest

from pivot.errors import DefinitionErrors
from pivot.stage_def import ParamError, StageParams, with_overrides


class Speed(enum.Enum):
    SLOW = "slow"
    FAST = "fast"


class Optimizer(StageParams):
    rate: float = 0.1
    momentum: float = 0.9


class Loose(pydantic.BaseModel):
    width: int = 1


class Params(StageParams):
    learning_rate: float = 0.01
    epochs: int = 100
    name: str = "x"
    speed: Speed = Speed.SLOW
    folder: pathlib.Path = pathlib.Path("data")
    layers: tuple[int, ...] = (1, 2)
    tags: frozenset[str] = frozenset()
    weights: dict[str, float] = pydantic.Field(default_factory=dict)
    optimizer: Optimizer = Optimizer(momentum=0.5)
    loose: Loose = Loose()


def problems(params: StageParams, overrides: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(DefinitionErrors) as caught:
        with_overrides(params, overrides)
    assert all(isinstance(error, ParamError) for error in caught.value.errors)
    return [(".".join(error.path), error.message) for error in caught.value.errors]


def test_no_overrides_change_nothing():
    assert with_overrides(Params(epochs=3), {}) == Params(epochs=3)


@pytest.mark.parametrize(
    ("name", "given", "made"),
    [
        ("epochs", 5, 5),
        ("learning_rate", "1e-3", 0.001),
        ("speed", "fast", Speed.FAST),
        ("folder", "a/b", pathlib.Path("a/b")),
        ("layers", [3, 4], (3, 4)),
        ("tags", ["b", "a"], frozenset({"a", "b"})),
        ("weights", {"a": 1}, {"a": 1.0}),
    ],
)
def test_a_value_of_plain_yaml_becomes_one_of_the_fields_type(name, given, made):
    assert getattr(with_overrides(Params(), {name: given}), name) == made


def test_what_is_not_overridden_stays():
    changed = with_overrides(Params(epochs=3, name="y"), {"learning_rate": 1})
    assert changed == Params(epochs=3, name="y", learning_rate=1)


def test_the_given_parameters_stay_as_they_are():
    params = Params()
    with_overrides(params, {"optimizer": {"rate": 3}})
    assert params == Params()


def test_a_nested_model_is_merged():
    changed = with_overrides(Params(), {"optimizer": {"rate": 0.3}})
    assert changed.optimizer == Optimizer(rate=0.3, momentum=0.5)


def test_a_mapping_is_replaced_as_a_whole():
    changed = with_overrides(Params(weights={"a": 1.0, "b": 2.0}), {"weights": {"a": 3}})
    assert changed.weights == {"a": 3.0}


def test_the_class_stays_that_of_a_subclass():
    class Special(Params):
        extra: int = 1

    assert with_overrides(Special(), {"extra": 2}) == Special(extra=2)


def test_another_member_of_a_union_replaces_the_first_as_a_whole():
    class Adam(StageParams):
        kind: Literal["adam"] = "adam"
        beta: float = 0.9

    class Sgd(StageParams):
        kind: Literal["sgd"] = "sgd"
        momentum: float = 0.5

    class Chosen(StageParams):
        optimizer: Annotated[Adam | Sgd, pydantic.Field(discriminator="kind")] = Adam(beta=0.1)

    assert with_overrides(Chosen(), {"optimizer": {"beta": 0.3}}).optimizer == Adam(beta=0.3)
    changed = with_overrides(Chosen(), {"optimizer": {"kind": "sgd", "momentum": 0.7}})
    assert changed.optimizer == Sgd(momentum=0.7)


def test_a_nested_model_stays_of_its_class_in_a_plain_union():
    class Small(StageParams):
        size: int = 1

    class Large(StageParams):
        size: int = 1000

    class Either(StageParams):
        box: Small | Large = Large()

    assert with_overrides(Either(), {"box": {"size": 5}}).box == Large(size=5)


def test_a_default_is_validated_only_once():
    class Doubled(StageParams):
        size: int = 1
        name: str = "x"

        @pydantic.field_validator("size")
        @classmethod
        def double(cls, value: int) -> int:
            return 2 * value

    assert Doubled().size == 2
    assert with_overrides(Doubled(), {"name": "y"}).size == 2


def test_a_check_across_fields_sees_all_overrides_at_once():
    class Range(StageParams):
        low: int = 1
        high: int = 2

        @pydantic.model_validator(mode="after")
        def check(self) -> "Range":
            if self.low >= self.high:
                raise ValueError("low must be below high")
            return self

    assert with_overrides(Range(), {"low": 10, "high": 20}) == Range(low=10, high=20)
    assert problems(Range(), {"low": 10}) == [("", "Range: low must be below high")]


def test_a_field_with_an_alias_goes_by_its_own_name():
    class Aliased(StageParams):
        rate: float = pydantic.Field(default=0.1, alias="learningRate")
        size: int = pydantic.Field(default=1, validation_alias="s")

    changed = with_overrides(Aliased(learningRate=0.2), {"size": 3})
    assert (changed.rate, changed.size) == (0.2, 3)


def test_a_model_that_allows_more_takes_more():
    class Open(StageParams):
        model_config = pydantic.ConfigDict(extra="allow")

    once = with_overrides(Open(), {"depth": 3})
    assert with_overrides(once, {"width": 4}).model_extra == {"depth": 3, "width": 4}


# What is wrong


def test_an_unknown_name_comes_with_the_nearest():
    with pytest.raises(DefinitionErrors) as caught:
        with_overrides(Params(), {"lerning_rate": 1})
    (error,) = caught.value.errors
    assert error.message == "Params has no parameter 'lerning_rate'"
    assert error.hint == "did you mean learning_rate?"


def test_an_unknown_name_that_is_like_none_comes_with_all():
    with pytest.raises(DefinitionErrors) as caught:
        with_overrides(Optimizer(), {"zzz": 1})
    assert caught.value.errors[0].hint == "it has: rate, momentum"


def test_a_class_without_parameters_says_so():
    with pytest.raises(DefinitionErrors) as caught:
        with_overrides(StageParams(), {"zzz": 1})
    assert caught.value.errors[0].hint == "it has: none"


def test_an_unknown_name_in_a_nested_model_is_never_ignored():
    assert problems(Params(), {"loose": {"widht": 2}}) == [
        ("loose.widht", "Loose has no parameter 'widht'")
    ]


def test_a_name_that_yaml_takes_for_something_else_is_a_name():
    assert problems(Params(), {"optimizer": {True: 2}}) == [
        ("optimizer.True", "Optimizer has no parameter 'True'")
    ]


def test_a_wrong_value_is_shown():
    ((path, message),) = problems(Params(), {"epochs": "many"})
    assert path == "epochs"
    assert message.startswith("Params.epochs: Input should be a valid integer")
    assert message.endswith(", not 'many'")


def test_a_wrong_value_deep_down_is_led_to():
    ((path, message),) = problems(Params(), {"optimizer": {"rate": []}})
    assert path == "optimizer.rate"
    assert message.startswith("Optimizer.rate: Input should be a valid number")


def test_a_long_value_is_shown_in_short():
    ((_, message),) = problems(Params(), {"epochs": list(range(10_000))})
    assert len(message) < 200


def test_everything_wrong_is_told_at_once():
    found = problems(Params(), {"epochs": "many", "learning_rate": None, "speed": "warp"})
    assert [path for path, _ in found] == ["learning_rate", "epochs", "speed"]


def test_unknown_names_and_wrong_values_are_told_together():
    found = problems(Params(), {"a": 1, "epochs": "many", "optimizer": {"b": 1, "rate": "x"}})
    assert [path for path, _ in found] == ["a", "optimizer.b", "optimizer.rate", "epochs"]


def test_all_unknown_names_are_told_at_once():
    found = problems(Params(), {"a": 1, "optimizer": {"b": 2}, "loose": {"c": 3}})
    assert [path for path, _ in found] == ["a", "optimizer.b", "loose.c"]


def test_what_a_nested_value_lacks_is_told():
    class Needs(StageParams):
        size: int

    class Outer(StageParams):
        inner: Needs | None = None

    ((path, message),) = problems(Outer(), {"inner": {}})
    assert (path, message) == ("inner.size", "Outer.inner.size has no value")


def test_what_a_nested_value_has_too_much_is_told():
    class Outer(StageParams):
        inner: Optimizer | None = None

    ((path, message),) = problems(Outer(), {"inner": {"x": 1}})
    assert (path, message) == ("inner.x", "there is no parameter Outer.inner.x")


def test_an_error_can_be_pickled():
    error = ParamError("wrong", path=("a", "b"), hint="mend it")
    again = pickle.loads(pickle.dumps(error))
    assert (again.message, again.path, again.hint) == ("wrong", ("a", "b"), "mend it")
