"""What a class of parameters is, with and without artifacts, and what's refused."""

# No postponed evaluation here: the classes are defined inside of tests.

import pickle
import warnings
from pathlib import Path
from typing import Annotated, Any

import pydantic
import pytest

from pivot import loaders
from pivot.errors import DefinitionError
from pivot.outputs import Dep, IncrementalOut, Metric, Out
from pivot.stage_def import StageDef, StageParams


class Train(StageDef):
    data: Dep[list[int]] = Dep("clean.json", loaders.JSON())
    config: Dep[dict[str, Any]] = Dep("config.json", loaders.JSON())
    model: Out[dict[str, Any]] = Out("model.pkl", loaders.Pickle())
    rate: float = 0.01
    epochs: int = 100


class Tuned(Train):
    data: Dep[list[int]] = Dep("tuned.json", loaders.JSON())
    score: Metric[dict[str, float]] = Metric("score.json")
    patience: int = 3


class Plain(StageParams):
    rate: float = 0.01
    name: str = "x"


def line_of(text: str) -> int:
    """Give the line of this file that begins with a text."""
    text_lines = Path(__file__).read_text().splitlines()
    lines = [n for n, line in enumerate(text_lines, 1) if line.strip().startswith(text)]
    assert len(lines) == 1, text
    return lines[0]


# Parameters


def test_parameters_have_defaults_and_are_validated():
    assert Plain(rate="0.5").rate == 0.5


def test_parameters_cannot_be_changed():
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        Plain().rate = 3


def test_an_unknown_parameter_is_refused():
    with pytest.raises(pydantic.ValidationError, match="rat\n"):
        Plain(rat=0.5)


def test_a_default_is_validated_like_any_value():
    class Wrong(StageParams):
        rate: float = "fast"

    with pytest.raises(pydantic.ValidationError):
        Wrong()


def test_a_parameter_may_be_called_model_something():
    class Modelled(StageParams):
        model_name: str = "x"
        model: str = "y"

    assert Modelled().model_name == "x"


# Artifacts in a class


def test_artifacts_are_no_parameters():
    assert set(Train.model_fields) == {"rate", "epochs"}


def test_artifacts_are_found_by_name():
    assert Train.artifacts() == {
        "data": Dep("clean.json", loaders.JSON()),
        "config": Dep("config.json", loaders.JSON()),
        "model": Out("model.pkl", loaders.Pickle()),
    }


def test_an_artifact_needs_no_annotation():
    class Untyped(StageDef):
        data = Dep("clean.json", loaders.JSON())

    assert list(Untyped.artifacts()) == ["data"]


def test_a_subclass_has_the_artifacts_of_its_base_and_may_replace_them():
    assert {name: item.path for name, item in Tuned.artifacts().items()} == {
        "data": "tuned.json",
        "config": "config.json",
        "model": "model.pkl",
        "score": "score.json",
    }
    assert set(Tuned.model_fields) == {"rate", "epochs", "patience"}


def test_the_base_keeps_what_a_subclass_replaces():
    assert Train.artifacts()["data"].path == "clean.json"


def test_a_subclass_may_replace_the_kind_of_an_output():
    class Growing(Train):
        model: IncrementalOut[dict[str, Any]] = IncrementalOut("model.pkl", loaders.Pickle())

    assert isinstance(Growing.artifacts()["model"], IncrementalOut)


def test_a_subclass_may_do_without_an_artifact():
    class Without(Train):
        def model(self) -> str:
            return "own"

    assert "model" not in Without.artifacts()


def test_artifacts_come_from_mixins_too():
    class Logged:
        log = Out("log.txt")

    class Both(Logged, Train):
        pass

    assert "log" in Both.artifacts()


def test_a_generic_definition_keeps_its_artifacts():
    class Generic[T](StageDef):
        data: Dep[T] = Dep("x.json", loaders.JSON())
        limit: T | None = None

    assert list(Generic[int].artifacts()) == ["data"]
    assert Generic[int](limit=3).limit == 3


def test_one_dep_may_serve_several_names_and_classes():
    shared = Dep("shared.json", loaders.JSON())

    class One(StageDef):
        first = shared
        again = shared

    class Other(StageDef):
        second = shared

    one, other = One(), Other()
    one.first, one.again, other.second = 1, 2, 3
    assert (one.first, one.again, other.second) == (1, 2, 3)


# Values of artifacts


def test_a_test_can_stand_in_for_pivot():
    def train(params: Train) -> None:
        params.model = {"size": len(params.data), "rate": params.rate}

    params = Train(rate=0.5)
    params.data = [1, 2, 3]
    train(params)
    assert params.model == {"size": 3, "rate": 0.5}


def test_values_can_be_given_with_the_parameters():
    params = Train(data=[1, 2], rate=0.5)
    assert (params.data, params.rate) == ([1, 2], 0.5)
    assert not hasattr(params, "config")


def test_a_name_that_is_neither_parameter_nor_artifact_is_refused():
    with pytest.raises(pydantic.ValidationError, match="dat\n"):
        Train(dat=[1, 2])


def test_a_dep_without_value_says_when_it_has_one():
    with pytest.raises(AttributeError, match=r"Train\.data has no value yet: it is loaded when"):
        _ = Train().data


def test_an_out_without_value_says_who_assigns_it():
    with pytest.raises(AttributeError, match=r"Train\.model has no value yet: it is assigned by"):
        _ = Train().model


def test_parameters_beside_artifacts_cannot_be_changed():
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        Train().rate = 3


def test_an_unloaded_copy_has_the_parameters_and_no_values():
    params = Train(rate=0.5)
    params.data = [1]
    fresh = params.unloaded()
    assert isinstance(fresh, Train)
    assert fresh.rate == 0.5
    assert not hasattr(fresh, "data")
    assert params.data == [1]


def test_an_unloaded_copy_keeps_private_attributes():
    class Private(Train):
        _mark: int = pydantic.PrivateAttr(default=5)

    params = Private()
    params.data = [1]
    assert params.unloaded()._mark == 5


def test_values_do_not_leak_into_a_copy():
    params = Train()
    fresh = params.unloaded()
    fresh.set_artifact_value("data", [1])
    assert not hasattr(params, "data")


def test_a_definition_can_be_pickled():
    params = Tuned(rate=0.5)
    again = pickle.loads(pickle.dumps(params))
    assert again == params
    assert not hasattr(again, "data")


# What is refused, where the class is made


def refusal(make: Any) -> DefinitionError:
    with warnings.catch_warnings():
        # pydantic has a warning of its own for a name that is taken.
        warnings.simplefilter("ignore", UserWarning)
        with pytest.raises(DefinitionError) as caught:
            make()
    return caught.value


def test_a_dep_in_plain_parameters_names_the_right_base():
    def make():
        class DepInParams(StageParams):
            data: Dep[int] = Dep("x.json")

    error = refusal(make)
    assert "class 'DepInParams': it has the dep or out 'data', which is for a StageDef" in str(
        error
    )
    assert "derive the class from StageDef" in str(error)


@pytest.mark.parametrize("name", ["artifacts", "unloaded", "artifact_value", "model_copy"])
def test_a_dep_cannot_take_the_place_of_a_method(name):
    with pytest.raises(DefinitionError, match=f"'{name}' is a method of StageDef") as caught:
        type("Shadowing", (StageDef,), {name: Dep("x.json", loaders.JSON())})
    assert caught.value.hint == "give it another name"


@pytest.mark.parametrize("name", ["json", "copy", "dict", "model", "schema"])
def test_a_dep_may_be_called_like_what_nobody_calls(name):
    made: Any = type("Free", (StageDef,), {name: Dep("x.json", loaders.JSON())})
    assert getattr(made(**{name: 3}).unloaded().__class__, name).path == "x.json"
    assert getattr(made(**{name: 3}), name) == 3


def test_the_place_is_the_line_of_the_class():
    def make():
        class Misplaced(StageParams):
            data = Dep("x.json")

    where = refusal(make).where
    assert where is not None
    assert (where.file, where.line) == (__file__, line_of("class Misplaced"))


def test_an_annotation_alone_is_no_dep():
    def make():
        class Forgotten(StageDef):
            data: Dep[int]

    error = refusal(make)
    assert "'data' is annotated as a dep or an out, but isn't one" in error.message
    assert "Dep('path', loader)" in (error.hint or "")


@pytest.mark.parametrize("artifact", [Dep("x.json"), Out("x.json"), Out])
def test_the_style_of_functions_is_refused_in_a_class(artifact):
    def make():
        class Mixed(StageDef):
            data: Annotated[int, artifact] = 3

    assert "'data' is annotated as a dep or an out" in refusal(make).message


def test_data_as_a_parameter_are_told_to_be_a_dep():
    class Frame:
        pass

    def make():
        class DataField(StageParams):
            data: Frame

    error = refusal(make)
    assert "Frame" in error.message
    assert "Dep[DataFrame] = Dep('path', loader)" in (error.hint or "")


def test_other_mistakes_keep_pydantics_words():
    def make():
        class NoType(StageParams):
            rate = 3

    error = refusal(make)
    assert "A non-annotated attribute was detected: `rate = 3`" in error.message
    assert error.hint is None


def test_a_parameter_cannot_take_the_place_of_a_dep():
    def make():
        class Shadow(Train):
            data: int = 3

    assert "'data' is a parameter in one class and a dep or an out in another" in str(refusal(make))


def test_a_dep_cannot_take_the_place_of_a_parameter():
    def make():
        class Shadow(Train):
            rate: Dep[float] = Dep("x")

    assert "'rate' is a parameter in one class and a dep or an out in another" in str(refusal(make))
