"""Parameters with some of their values replaced."""

# No postponed evaluation here: the models are defined inside of tests.

import enum
import pathlib
import pickle
from typing import Annotated, Any, Literal

import pydantic
import pytest

from pivot.errors import DefinitionErrors
from pivot.stage_def import ParamError, Part, StageParams, Text, giver, override


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


def with_overrides[P: StageParams](params: P, *layers: dict[str, Any]) -> P:
    return override(params, layers).params


def problems(params: StageParams, *layers: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(DefinitionErrors) as caught:
        override(params, layers)
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


# Layers


class Adam(StageParams):
    kind: Literal["adam"] = "adam"
    beta: float = 0.9
    rate: float = 0.1


class Sgd(StageParams):
    kind: Literal["sgd"] = "sgd"
    rate: float = 0.2


class Chosen(StageParams):
    optimizer: Annotated[Adam | Sgd, pydantic.Field(discriminator="kind")] = Sgd()
    extra: Optimizer | None = None


def test_a_later_layer_wins_value_by_value():
    changed = with_overrides(
        Params(),
        {"epochs": 1, "optimizer": {"rate": 1}},
        {"epochs": 2, "optimizer": {"momentum": 2}},
    )
    assert (changed.epochs, changed.optimizer) == (2, Optimizer(rate=1, momentum=2))


def test_a_check_across_fields_sees_all_layers_at_once():
    class Range(StageParams):
        low: int = 1
        high: int = 2

        @pydantic.model_validator(mode="after")
        def check(self) -> "Range":
            if self.low >= self.high:
                raise ValueError("low must be below high")
            return self

    assert with_overrides(Range(), {"low": 10}, {"high": 20}) == Range(low=10, high=20)


def test_a_layer_adds_to_the_member_of_a_union_that_a_weaker_one_chose():
    changed = with_overrides(
        Chosen(), {"optimizer": {"kind": "adam", "rate": 5}}, {"optimizer": {"beta": 0.5}}
    )
    assert changed.optimizer == Adam(beta=0.5, rate=5)


def test_a_layer_that_chooses_another_member_forgets_what_weaker_ones_say():
    changed = with_overrides(
        Chosen(), {"optimizer": {"kind": "adam", "rate": 5}}, {"optimizer": {"kind": "sgd"}}
    )
    assert changed.optimizer == Sgd()


def test_a_layer_adds_to_an_optional_model_that_a_weaker_one_gave():
    changed = with_overrides(Chosen(), {"extra": {"rate": 1}}, {"extra": {"momentum": 2}})
    assert changed.extra == Optimizer(rate=1, momentum=2)


def test_a_layer_completes_what_a_weaker_one_left_open():
    class Needs(StageParams):
        size: int
        width: int

    class Outer(StageParams):
        inner: Needs | None = None

    changed = with_overrides(Outer(), {"inner": Part({"size": 1})}, {"inner": Part({"width": 2})})
    assert changed.inner == Needs(size=1, width=2)


def test_a_part_of_a_mapping_leaves_the_others():
    before = Params(weights={"a": 1.0, "b": 2.0})
    assert with_overrides(before, {"weights": Part({"b": 3})}).weights == {"a": 1.0, "b": 3.0}


def test_a_part_of_a_mapping_knows_keys_that_are_no_texts():
    class Counts(StageParams):
        of: dict[int, dict[str, int]] = {1: {"a": 1, "b": 2}}  # noqa: RUF012 - pydantic copies it

    changed = with_overrides(Counts(), {"of": Part({"1": Part({"b": 5}), "2": {}})})
    assert changed.of == {1: {"a": 1, "b": 5}, 2: {}}


def test_what_a_later_layer_replaces_is_not_looked_at():
    assert with_overrides(Params(), {"epochs": "many"}, {"epochs": 3}).epochs == 3


def test_each_value_tells_the_layer_that_it_comes_from():
    found = override(
        Params(),
        [
            {"epochs": 1, "optimizer": {"rate": 1, "momentum": 1}, "weights": {"a": 1, "b": 1}},
            {"optimizer": {"rate": 2}, "weights": Part({"b": 2})},
            {"epochs": 3},
        ],
    )
    sought = [("epochs",), ("optimizer", "rate"), ("optimizer", "momentum"), ("name",)]
    sought += [("weights", "a"), ("weights", "b")]
    assert [giver(found.layers, path) for path in sought] == [2, 1, 0, None, 0, 1]


def test_a_replaced_model_comes_from_its_layer_as_a_whole():
    layers = [{"optimizer": {"rate": 5}}, {"optimizer": {"kind": "adam"}}]
    found = override(Chosen(), layers)
    assert giver(found.layers, ("optimizer", "rate")) == 1


# Texts


@pytest.mark.parametrize(
    ("name", "text", "made"),
    [
        ("epochs", Text("5", 5), 5),
        ("name", Text("5", 5), "5"),
        ("name", Text("null", None), "null"),
        ("name", Text("a: b", {"a": "b"}), "a: b"),
        ("layers", Text("[3, 4]", [3, 4]), (3, 4)),
        ("weights", Text("{a: 1}", {"a": 1}), {"a": 1.0}),
        ("optimizer", Text("{rate: 3}", {"rate": 3}), Optimizer(rate=3, momentum=0.5)),
    ],
)
def test_a_text_is_what_it_is_as_yaml_or_else_itself(name, text, made):
    assert getattr(with_overrides(Params(), {name: text}), name) == made


def test_a_wrong_text_is_told_as_what_it_is_as_yaml():
    ((path, message),) = problems(Params(), {"epochs": Text("1.5", 1.5), "name": Text("1", 1)})
    assert path == "epochs"
    assert message.endswith(", not 1.5")


def test_a_text_may_choose_a_member_of_a_union():
    part = Part({"kind": Text("adam", "adam"), "beta": Text("0.5", 0.5)})
    assert with_overrides(Chosen(), {"optimizer": part}).optimizer == Adam(beta=0.5)


def test_a_part_of_a_mapping_that_was_typed():
    changed = with_overrides(
        Params(), {"weights": Text("{a: 1}", {"a": 1})}, {"weights": Part({"b": Text("2", 2)})}
    )
    assert changed.weights == {"a": 1.0, "b": 2.0}


# What is wrong


def test_an_error_tells_its_layer():
    with pytest.raises(DefinitionErrors) as caught:
        override(Params(), [{"epochs": "many"}, {"nmae": 1}, {"optimizer": {"rate": "x"}}])
    assert [(e.path[-1], e.layer) for e in caught.value.errors if isinstance(e, ParamError)] == [
        ("nmae", 1),
        ("rate", 2),
        ("epochs", 0),
    ]


def test_an_error_about_the_whole_tells_all_that_was_given():
    class Range(StageParams):
        low: int = 1
        high: int = 20
        name: str = "x"

        @pydantic.model_validator(mode="after")
        def check(self) -> "Range":
            if self.low >= self.high:
                raise ValueError("low must be below high")
            return self

    with pytest.raises(DefinitionErrors) as caught:
        override(Range(), [{"low": 10}, {"high": 5}])
    (error,) = caught.value.errors
    assert isinstance(error, ParamError)
    assert (error.path, error.inside) == ((), {("low",): 0, ("high",): 1})


def test_what_a_validator_raises_is_told():
    class Inverse(StageParams):
        size: int = 1

        @pydantic.field_validator("size")
        @classmethod
        def check(cls, value: int) -> int:
            if value == 0:
                raise ZeroDivisionError("0 has no inverse")
            return value

    assert problems(Inverse(), {"size": 0}) == [
        ("", "Inverse: its validation raised ZeroDivisionError: 0 has no inverse")
    ]


def test_a_mapping_that_contains_itself_is_refused():
    endless: dict[str, Any] = {}
    endless["a"] = endless
    ((path, _),) = problems(Params(), {"weights": endless})
    assert path == "weights.a"


def test_a_part_is_added_where_a_class_has_no_schema():
    class Plain:
        pass

    class Loosely(StageParams):
        model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
        box: Optimizer | Plain | None = None

    changed = with_overrides(Loosely(), {"box": {"rate": 1}}, {"box": {"momentum": 2}})
    assert changed.box == Optimizer(rate=1, momentum=2)


def test_an_error_goes_by_the_name_and_not_by_the_alias():
    class Aliased(StageParams):
        rate: float = pydantic.Field(default=0.1, alias="learningRate")

    ((path, _),) = problems(Aliased(), {"rate": "x"})
    assert path == "rate"


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
