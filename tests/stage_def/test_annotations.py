"""What a function's annotations say of the stage, and what is told to be wrong with them."""

# No postponed evaluation here: the classes are defined inside of tests. What postponed evaluation
# does is tested with modules of their own, below.

import functools
import importlib.util
import pathlib
import sys
import textwrap
import typing
from typing import Annotated, Any, NotRequired, Optional, ReadOnly, Required, TypedDict

import pydantic
import pytest

from pivot import loaders
from pivot.errors import DefinitionErrors
from pivot.outputs import Dep, IncrementalOut, Metric, Out
from pivot.stage import OutKind, Stage, Via
from pivot.stage_def import Declaration, StageDef, StageParams, build_stage

HERE = pathlib.Path(__file__).parent

type Table = Annotated[list[int], Dep("table.json", loaders.JSON())]
type Score = Annotated[float, Metric("score.json")]


class Made(TypedDict):
    model: Annotated[dict[str, Any], Out("model.pkl", loaders.Pickle())]
    score: Annotated[float, Metric("score.json")]


class Params(StageParams):
    rate: float = 0.1


class Train(StageDef):
    data: Dep[list[int]] = Dep("data.json", loaders.JSON())
    model: Out[dict[str, Any]] = Out("model.pkl", loaders.Pickle())
    rate: float = 0.1


def build(function: Any, **declared: Any) -> Stage:
    return build_stage(function, Declaration(**{"name": "stage", **declared}), HERE)


def problems(function: Any, **declared: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(DefinitionErrors) as caught:
        build(function, **declared)
    prefix = "stage 'stage': "
    assert all(error.message.startswith(prefix) for error in caught.value.errors)
    return [(error.message.removeprefix(prefix), error.hint) for error in caught.value.errors]


def problem(function: Any, **declared: Any) -> tuple[str, str | None]:
    (only,) = problems(function, **declared)
    return only


# Deps


def test_an_annotated_parameter_is_a_dep():
    def stage(data: Annotated[list[int], Dep("data.json", loaders.JSON())]) -> None: ...

    (dep,) = build(stage).deps
    assert (dep.name, dep.path, dep.loader, dep.via) == (
        "data",
        "data.json",
        loaders.JSON(),
        Via.ARGUMENT,
    )


def test_paths_are_normalised():
    def stage(
        one: Annotated[str, Dep("./a//b.csv")],
        folder: Annotated[str, Dep("raw/")],
        path: Annotated[str, Dep(pathlib.Path("x", "y"))],
    ) -> None: ...

    assert [dep.path for dep in build(stage).deps] == ["a/b.csv", "raw/", "x/y"]


def test_other_metadata_does_not_matter():
    def stage(data: Annotated[str, "doc", Dep("data.csv"), 3]) -> None: ...

    assert [dep.path for dep in build(stage).deps] == ["data.csv"]


def test_a_dep_of_an_optional_type_is_a_dep():
    def stage(data: Annotated[dict | None, Dep("data.json", loaders.JSON())]) -> None: ...

    assert [dep.path for dep in build(stage).deps] == ["data.json"]


def test_an_alias_is_what_it_stands_for():
    def stage(table: Table, rate: int = 3) -> Score: ...

    built = build(stage)
    assert [dep.path for dep in built.deps] == ["table.json"]
    assert [(out.path, out.kind) for out in built.outs] == [("score.json", OutKind.METRIC)]


def test_a_parameter_with_a_default_may_be_anything():
    def stage(verbose: bool = False, *rest: int, level=3, **more: str) -> None: ...

    assert build(stage).deps == ()


def test_a_dep_may_have_a_default_for_calls_by_hand():
    def stage(data: Annotated[str, Dep("data.csv")] = "by hand") -> None: ...

    assert [dep.path for dep in build(stage).deps] == ["data.csv"]


# Parameters


def test_parameters_are_found_by_their_class():
    def stage(params: Params) -> None: ...

    built = build(stage)
    assert (built.params, built.params_argument) == (Params(), "params")


def test_parameters_may_have_any_name_and_a_remark():
    def stage(options: Annotated[Params, "how to train"]) -> None: ...

    assert build(stage).params_argument == "options"


def test_a_functions_own_default_counts():
    usual = Params(rate=0.7)

    def stage(params: Params = usual) -> None: ...

    assert build(stage).params == usual


def test_a_definition_brings_its_artifacts():
    def stage(params: Train) -> None: ...

    built = build(stage)
    assert [(dep.name, dep.path, dep.via) for dep in built.deps] == [
        ("data", "data.json", Via.FIELD)
    ]
    assert [(out.name, out.path, out.via) for out in built.outs] == [
        ("model", "model.pkl", Via.FIELD)
    ]


def test_a_definition_goes_with_annotated_artifacts():
    def stage(params: Train, more: Annotated[str, Dep("more.csv")]) -> Score: ...

    built = build(stage)
    assert {dep.name: dep.via for dep in built.deps} == {"data": Via.FIELD, "more": Via.ARGUMENT}
    assert {out.name: out.via for out in built.outs} == {"model": Via.FIELD, "return": Via.RETURN}


# Outs


def test_a_typed_dict_names_the_outputs():
    def stage() -> Made: ...

    assert [(out.name, out.path, out.via, out.kind) for out in build(stage).outs] == [
        ("model", "model.pkl", Via.KEY, OutKind.PLAIN),
        ("score", "score.json", Via.KEY, OutKind.METRIC),
    ]


def test_one_annotated_return_value_is_an_output():
    def stage() -> Annotated[str, Out("log.txt", cache=False)]: ...

    (out,) = build(stage).outs
    assert (out.name, out.via, out.kind, out.cache) == ("return", Via.RETURN, OutKind.PLAIN, False)


def test_an_annotated_return_value_may_grow():
    def stage() -> Annotated[str, IncrementalOut("log.txt")]: ...

    (out,) = build(stage).outs
    assert (out.name, out.via, out.kind) == ("return", Via.RETURN, OutKind.INCREMENTAL)


@pytest.mark.parametrize("hint", [None, int, dict[str, int], typing.Any, pathlib.Path, Params])
def test_other_return_values_are_none_of_pivots_business(hint):
    def stage(): ...

    stage.__annotations__["return"] = hint
    assert build(stage).outs == ()


def test_a_typed_dict_has_the_keys_of_its_base():
    class More(Made):
        plot: Annotated[bytes, Out("plot.png", loaders.Pickle())]

    def stage() -> More: ...

    assert [out.name for out in build(stage).outs] == ["model", "score", "plot"]


def test_a_generic_typed_dict_names_outputs():
    class Holding[T](TypedDict):
        item: Annotated[T, Out("item.json", loaders.JSON())]

    def stage() -> Holding[int]: ...

    assert [out.name for out in build(stage).outs] == ["item"]


def test_keys_may_be_marked_as_required_or_read_only():
    class Marked(TypedDict, total=False):
        one: Required[Annotated[int, Out("1.json", loaders.JSON())]]
        two: Annotated[Required[int], Out("2.json", loaders.JSON())]
        three: Required[ReadOnly[Annotated[int, Out("3.json", loaders.JSON())]]]

    def stage() -> Marked: ...

    assert [out.path for out in build(stage).outs] == ["1.json", "2.json", "3.json"]


# Which functions


def made_by(path: str) -> Any:
    class Result(TypedDict):
        copy: Annotated[str, Out(f"{path}.out", loaders.JSON())]

    def stage(data: Annotated[str, Dep(path)]) -> Result: ...

    return stage


def test_functions_made_in_a_loop_have_their_own_paths():
    paths = [(s.deps[0].path, s.outs[0].path) for s in map(build, map(made_by, ("a", "b")))]
    assert paths == [("a", "a.out"), ("b", "b.out")]


def test_a_decorator_with_wraps_is_seen_through():
    def decorate(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            return function(*args, **kwargs)

        return inner

    @decorate
    @decorate
    def stage(data: Annotated[str, Dep("data.csv")]) -> Made: ...

    built = build(stage)
    assert (len(built.deps), len(built.outs)) == (1, 2)


def test_a_partial_fills_in_what_is_no_dep():
    def stage(data: Annotated[str, Dep("data.csv")], column) -> Made: ...

    assert [dep.name for dep in build(functools.partial(stage, column="x")).deps] == ["data"]


def test_a_partial_takes_positional_arguments_away():
    def stage(column, data: Annotated[str, Dep("data.csv")]) -> Made: ...

    assert [dep.name for dep in build(functools.partial(stage, "x")).deps] == ["data"]


def test_the_parameters_of_a_partial_count():
    def stage(params: Params) -> None: ...

    assert build(functools.partial(stage, params=Params(rate=0.9))).params == Params(rate=0.9)


class Worker:
    def __call__(self, data: Annotated[str, Dep("called.csv")]) -> Made: ...

    def method(self, data: Annotated[str, Dep("method.csv")]) -> Made: ...

    @classmethod
    def of_class(cls, data: Annotated[str, Dep("class.csv")]) -> Made: ...

    @staticmethod
    def static(data: Annotated[str, Dep("static.csv")]) -> Made: ...


@pytest.mark.parametrize(
    ("item", "path"),
    [
        (Worker(), "called.csv"),
        (functools.partial(Worker()), "called.csv"),
        (Worker().method, "method.csv"),
        (Worker.of_class, "class.csv"),
        (Worker.static, "static.csv"),
        (functools.lru_cache(Worker.static), "static.csv"),
    ],
)
def test_whatever_can_be_called_can_be_a_stage(item, path):
    assert [dep.path for dep in build(item).deps] == [path]


def test_a_lambda_with_a_name_is_a_stage():
    assert build(lambda: None, outs=["a.txt"]).name == "stage"


# What is wrong with a parameter


HOW = "data: Annotated[..., outputs.Dep('path', loader)]"
OR_ELSE = "or a StageParams class, or give it a default"


def test_a_parameter_that_nothing_is_said_of():
    def stage(data, other: int) -> None: ...

    assert problems(stage) == [
        (
            f"nothing says what its parameter {name!r} is",
            f"annotate it: {HOW.replace('data', name)}, {OR_ELSE}",
        )
        for name in ("data", "other")
    ]


def test_two_deps_in_one_annotation():
    def stage(data: Annotated[str, Dep("a"), Dep("b")]) -> None: ...

    assert problem(stage)[0] == "parameter 'data' is annotated with 2 deps; it can be only one"


def test_an_output_as_a_parameter():
    def stage(data: Annotated[str, Out("a")]) -> None: ...

    assert problem(stage) == (
        "parameter 'data' is annotated with an output",
        "outputs go in the return annotation or in a StageDef",
    )


@pytest.mark.parametrize(
    "hint",
    [
        Dep("a"),
        Dep,
        Dep[str],
        Annotated[str, Dep],
        Annotated[str, Dep[str]],
        Annotated[str, Dep("a")] | None,
        Optional[Annotated[str, Dep("a")]],  # noqa: UP045 - as authors write it
        list[Annotated[str, Dep("a")]],
        Made,
    ],
)
@pytest.mark.parametrize("default", [(), (None,)])
def test_a_dep_where_it_means_nothing_is_told_even_with_a_default(hint, default):
    def stage(data): ...

    stage.__annotations__["data"] = hint
    stage.__defaults__ = default
    assert problem(stage) == (
        "parameter 'data' has a dep in a place where it means nothing",
        f"write {HOW}",
    )


class Model(pydantic.BaseModel):
    rate: float = 0.1


@pytest.mark.parametrize("hint", [Params | None, Optional[Params], list[Params], Model])  # noqa: UP045 - as above
def test_parameters_in_a_form_that_is_not_understood(hint):
    def stage(data=None): ...

    stage.__annotations__["data"] = hint
    text, advice = problem(stage)
    assert text == "parameter 'data' has parameters in a form that is not understood"
    assert "StageParams" in advice


def test_two_classes_of_parameters():
    def stage(one: Params, two: Train) -> None: ...

    assert problem(stage)[0] == "parameter 'two' and 'one' are both parameters of the stage"


@pytest.mark.parametrize("hint", [Annotated[str, Dep("a")], Params])
def test_arguments_are_passed_by_name(hint):
    def stage(data, /): ...

    stage.__annotations__["data"] = hint
    assert problem(stage) == (
        "parameter 'data' is positional-only, but is passed by name",
        "take the '/' away",
    )


def test_a_dep_is_one_value():
    def stage(*data: Annotated[str, Dep("a")]) -> None: ...

    assert problem(stage)[0] == "parameter 'data' stands for any number of values; a dep is one"


def test_a_partial_and_a_dep_for_one_parameter():
    def stage(data: Annotated[str, Dep("a")]) -> None: ...

    text, _ = problem(functools.partial(stage, data="x"))
    assert text == "parameter 'data' is a dep, but a partial has given it a value"


def test_one_name_for_two_inputs():
    def stage(params: Train, data: Annotated[str, Dep("other.csv")]) -> None: ...

    assert problem(stage)[0] == "two of its inputs are called 'data'"


def test_one_name_for_two_outputs():
    def stage(params: Train) -> Made: ...

    assert problem(stage)[0] == "two of its outputs are called 'model'"


def test_a_method_of_no_instance():
    assert problem(Worker.method)[0] == "nothing says what its parameter 'self' is"


# What is wrong with a return annotation


class NoTypedDict:
    model: Annotated[dict[str, Any], Out("model.pkl")]


@pytest.mark.parametrize(
    "hint",
    [
        Out("a"),
        Out,
        Out[str],
        Annotated[str, Out],
        Annotated[str, Dep("a")],
        Annotated[str, Out("a")] | None,
        tuple[Annotated[str, Out("a")], Annotated[str, Out("b")]],
        dict[str, Annotated[str, Out("a")]],
        Made | None,
        list[Made],
        NoTypedDict,
    ],
)
def test_an_output_where_it_means_nothing_is_told(hint):
    def stage(): ...

    stage.__annotations__["return"] = hint
    assert problem(stage) == (
        "its return annotation has an output in a place where it means nothing",
        "return a TypedDict of outputs, or Annotated[..., outputs.Out('path', loader)]",
    )


def test_a_class_whose_annotations_mean_something_else_is_no_output():
    class Foreign:
        field: "not a name"  # noqa: F722 - as another library's mini language might look

    def stage() -> Foreign: ...

    assert build(stage).outs == ()


def test_several_outputs_for_one_value():
    def stage() -> Annotated[str, Out("a"), Out("b")]: ...

    assert problem(stage)[0] == "its return value is annotated with several outputs"


def test_keys_that_name_no_output():
    class Half(TypedDict):
        model: dict[str, Any]
        data: Annotated[str, Dep("data.csv")]
        both: Annotated[str, Out("a"), Out("b")]

    def stage() -> Half: ...

    assert [text for text, _ in problems(stage)] == [
        "key 'model' of Half must name one output, not 0",
        "key 'data' of Half must name one output, not 0",
        "key 'both' of Half must name one output, not 2",
    ]


def test_optional_keys():
    class Maybe(TypedDict, total=False):
        one: Annotated[str, Out("1")]

    class AlsoMaybe(Maybe):
        two: NotRequired[Annotated[str, Out("2")]]
        three: Annotated[NotRequired[str], Out("3")]

    def stage() -> AlsoMaybe: ...

    assert [text for text, _ in problems(stage)] == [
        f"the output {key!r} of AlsoMaybe is optional; a stage writes all of its"
        for key in ("one", "two", "three")
    ]


# What hides from annotations


def test_a_decorator_without_wraps_is_suspected():
    def decorate(function):
        def inner(*args, **kwargs):
            return function(*args, **kwargs)

        return inner

    @decorate
    def stage(data: Annotated[str, Dep("data.csv")]) -> Made: ...

    text, hint = problem(stage)
    assert text == "it takes *args and **kwargs, and says nothing of what it reads and writes"
    assert "functools.wraps" in hint


def test_a_function_of_any_arguments_may_say_by_keywords_what_it_does():
    def stage(*args, **kwargs): ...

    assert [out.path for out in build(stage, outs=["a.txt"]).outs] == ["a.txt"]


# Postponed evaluation


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Give a function that imports a text as a module with postponed evaluation."""

    def load_text(text: str) -> Any:
        file = tmp_path / "postponed.py"
        header = """
            from __future__ import annotations
            import functools
            from typing import TYPE_CHECKING, Annotated, TypedDict
            from pivot import loaders, outputs
            from pivot.stage_def import Dep, Out, StageDef, StageParams
        """
        file.write_text(textwrap.dedent(header) + textwrap.dedent(text))
        spec = importlib.util.spec_from_file_location("postponed", file)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "postponed", module)
        spec.loader.exec_module(module)
        return module

    return load_text


def test_postponed_annotations_are_evaluated(load):
    module = load("""
        class Result(TypedDict):
            model: Annotated[dict, outputs.Out("model.pkl", loaders.Pickle())]

        class Params(StageParams):
            rate: float = 0.1

        def stage(
            params: Params, data: Annotated[str, outputs.Dep("data.csv")]
        ) -> Result: ...
    """)
    built = build(module.stage)
    assert [dep.path for dep in built.deps] == ["data.csv"]
    assert [out.path for out in built.outs] == ["model.pkl"]
    assert built.params == module.Params()


def test_a_postponed_definition_keeps_its_artifacts(load):
    module = load("""
        if TYPE_CHECKING:
            from pandas import DataFrame

        class Train(StageDef):
            data: Dep[DataFrame] = Dep("data.csv")
            model: Out[dict] = Out("model.pkl", loaders.Pickle())
            rate: float = 0.1

        def stage(params: Train) -> None: ...
    """)
    assert [dep.path for dep in build(module.stage).deps] == ["data.csv"]


def test_a_forward_reference_is_found(load):
    module = load("""
        def stage(params: Params) -> Result: ...

        class Params(StageParams):
            inner: Inner = None

        class Inner(StageParams):
            rate: float = 0.1

        class Result(TypedDict):
            model: Annotated[Model, outputs.Out("model.pkl", loaders.Pickle())]

        class Model: ...
    """)
    assert [out.path for out in build(module.stage, params=module.Params(inner={})).outs] == [
        "model.pkl"
    ]


def test_a_wrapped_function_is_evaluated_where_it_was_written(load):
    module = load("""
        DATA = "data.csv"

        def stage(data: Annotated[str, outputs.Dep(DATA)]) -> None: ...
    """)

    @functools.wraps(module.stage)
    def wrapper(*args, **kwargs): ...

    assert [dep.path for dep in build(wrapper).deps] == ["data.csv"]


def test_a_function_in_a_function_knows_what_its_body_uses(load):
    module = load("""
        def make(path):
            class Result(TypedDict):
                model: Annotated[dict, outputs.Out("model.pkl", loaders.Pickle())]

            def stage(data: Annotated[str, outputs.Dep(path)]) -> Result:
                return Result(model={"from": path})

            return stage
    """)
    built = build(module.make("a.csv"))
    assert [dep.path for dep in built.deps] == ["a.csv"]
    assert [out.path for out in built.outs] == ["model.pkl"]


def test_a_name_that_is_not_assigned_yet_is_not_known(load):
    module = load("""
        def make():
            def stage(data: Annotated[str, outputs.Dep(later)]) -> None:
                return later

            yield stage
            later = "a.csv"
    """)
    (text, _) = problem(next(module.make()))
    assert text == "its annotations can't be read: NameError: name 'later' is not defined"


@pytest.mark.parametrize(
    "text",
    [
        """
        if TYPE_CHECKING:
            from pandas import DataFrame as Frame

        def stage(data: Annotated[Frame, outputs.Dep("data.csv")]) -> None: ...
        """,
        """
        def stage() -> Frame: ...
        """,
        """
        class Result(TypedDict):
            model: Annotated[Frame, outputs.Out("data.csv")]

        def stage() -> Result: ...
        """,
    ],
)
def test_a_name_that_is_not_there_comes_with_advice(load, text):
    text, hint = problem(load(text).stage)
    assert text == "its annotations can't be read: NameError: name 'Frame' is not defined"
    assert hint.startswith("annotations are evaluated: import or define Frame at the top")
    assert "not under TYPE_CHECKING" in hint


def test_whatever_an_annotation_raises_is_told(load):
    module = load("""
        def stage(data: Annotated[str, outputs.Dep()]) -> None: ...
    """)
    text, _ = problem(module.stage)
    assert text.startswith("its annotations can't be read: TypeError: ")
    assert "missing 1 required positional argument: 'path'" in text


def test_a_loader_that_no_plugin_provides_is_told_with_its_hint(load):
    module = load("""
        def stage(data: Annotated[str, outputs.Dep("x", loaders.NoSuchThing())]) -> None: ...
    """)
    text, _ = problem(module.stage)
    assert "NoSuchThing" in text
    assert "Error:" not in text


# The variant


def test_a_parameter_takes_what_follows_the_sign_in_the_name():
    def stage(variant: str) -> None: ...

    assert build(stage, name="stage@bert_swe").variant == "bert_swe"
    assert build(stage, name="stage@a@b").variant == "a@b"


def test_it_may_have_a_default_for_stages_that_are_no_variants():
    def stage(variant: str = "none", other: int = 1) -> None: ...
    def perhaps(variant: str | None = None) -> None: ...

    assert build(stage).variant is None
    assert build(stage, name="stage@a").variant == "a"
    assert build(perhaps, name="stage@a").variant == "a"


def test_without_a_default_the_name_must_have_one():
    def stage(variant: str) -> None: ...

    assert problem(stage) == (
        "parameter 'variant' is what follows the '@' in the stage's name, and there is none",
        "name the stage stage@..., or give it a default",
    )


def test_a_parameter_of_another_type_is_none():
    def stage(variant: int = 3) -> None: ...
    def bound(variant: str) -> None: ...

    assert build(stage, name="stage@a").variant is None
    assert build(functools.partial(bound, variant="x"), name="stage@a").variant is None


def test_without_an_annotation_it_is_told_how_to_write_it():
    def stage(variant) -> None: ...

    _, hint = problem(stage)
    assert hint is not None
    assert hint.startswith("annotate it: variant: str")


def test_it_is_passed_by_name():
    def stage(variant: str, /) -> None: ...

    with pytest.raises(DefinitionErrors, match="'variant' is positional-only"):
        build(stage, name="stage@a")


def test_it_is_no_parameter_twice():
    class Chosen(StageParams):
        variant: str = "a"

    def stage(params: Chosen, variant: str) -> None: ...

    with pytest.raises(DefinitionErrors) as caught:
        build(stage, name="stage@a")
    (error,) = caught.value.errors
    assert error.message.endswith("'variant' is a parameter of the function and one of its params")
    assert error.hint == "give the one in Chosen another name"
