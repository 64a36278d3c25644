"""How keywords add to what a function's annotations say, and what is told to be wrong with them."""

# No postponed evaluation here: the classes are defined inside of tests.

import functools
import inspect
import math
import pathlib
from typing import Annotated, Any, TypedDict

import pydantic
import pytest

from pivot import loaders
from pivot.errors import DefinitionErrors, Place
from pivot.outputs import Dep, IncrementalOut, Metric, Out
from pivot.stage import Input, OutKind, Output, Stage, Via
from pivot.stage_def import Declaration, StageDef, StageParams, build_stage

HERE = pathlib.Path(__file__).parent
JSON = loaders.JSON()


class Made(TypedDict):
    model: Annotated[dict[str, Any], Out("model.json", JSON)]


class Params(StageParams):
    rate: float = 0.1


class Train(StageDef):
    data: Dep[list[int]] = Dep("data.json", JSON)
    model: Out[dict[str, Any]] = Out("model.json", JSON)
    rate: float = 0.1


def clean(data: Annotated[list[int], Dep("data.json", JSON)]) -> Made: ...


def bare() -> None: ...


def tuned(params: Params) -> None: ...


def train(params: Train) -> None: ...


def build(function: Any, **declared: Any) -> Stage:
    return build_stage(function, Declaration(**declared), HERE)


def problems(function: Any, **declared: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(DefinitionErrors) as caught:
        build(function, **declared)
    return [(error.message, error.hint) for error in caught.value.errors]


def problem(function: Any, **declared: Any) -> tuple[str, str | None]:
    ((message, hint),) = problems(function, **declared)
    return message.partition(": ")[2], hint


def test_a_stage_is_put_together():
    line = inspect.getsourcelines(clean)[1]
    assert build(clean, mutex="gpu", code=[Params]) == Stage(
        name="clean",
        function=clean,
        place=Place("test_building.py", line),
        deps=(Input("data", "data.json", JSON, Via.ARGUMENT),),
        outs=(Output("model", "model.json", JSON, Via.KEY),),
        mutex=("gpu",),
        code=(Params,),
    )


def test_a_place_outside_of_the_project_is_absolute():
    assert build_stage(clean, Declaration(), pathlib.Path("/nowhere")).place.file == __file__


# Names


def test_the_name_is_that_of_the_function():
    assert build(functools.partial(bare)).name == "bare"


def test_an_instance_is_named_after_its_class():
    class Cleaner:
        def __call__(self) -> None: ...

    assert build(Cleaner()).name == "Cleaner"


def test_a_name_that_is_given_goes_first():
    assert build(bare, name="other@1").name == "other@1"


@pytest.mark.parametrize("name", ["", "a b", "a/b", "größe", ".", "x" * 201, 3])
def test_what_is_no_name(name):
    message, hint = problem(bare, name=name)
    assert message == "this is not a name for a stage"
    assert hint.startswith("use letters, digits and _ . @ + -")


def test_a_lambda_needs_a_name():
    assert problem(lambda: None) == (
        "this is not a name for a stage",
        "give it one: register(..., name=...)",
    )


# What is no function


async def coroutine() -> None: ...


async def async_generator():
    yield 1


def generator():
    yield 1


class Asynchronous:
    async def __call__(self) -> None: ...


class NotCallable:
    pass


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (3, "3 is not a function"),
        (None, "None is not a function"),
        (NotCallable, "it is a class"),
        (functools.partial(NotCallable), "it is a class"),
        (coroutine, "it is asynchronous, so that calling it would run nothing"),
        (functools.partial(coroutine), "it is asynchronous, so that calling it would run nothing"),
        (async_generator, "it is asynchronous, so that calling it would run nothing"),
        (Asynchronous(), "it is asynchronous, so that calling it would run nothing"),
        (generator, "it has a yield, so that calling it would run nothing"),
    ],
)
def test_what_is_no_stage(item, message):
    text, hint = problem(item, name="stage")
    assert text == message
    assert hint


def test_an_asynchronous_function_made_plain_by_a_decorator_is_a_stage():
    def plain(function):
        @functools.wraps(function)
        def inner(*args, **kwargs): ...

        return inner

    assert build(plain(coroutine)).name == "coroutine"


# Paths and loaders


@pytest.mark.parametrize(
    ("path", "text", "hint"),
    [
        ("/etc/x", "the path '/etc/x' is absolute", "write it relative to the project"),
        ("../x", "the path '../x' leads outside the project", None),
        ("a/../../x", "the path 'a/../../x' leads outside the project", None),
        ("", "'' is not a path", None),
        (".", "the path '.' is the whole project; name a directory inside it", None),
        ("a\0b", "'a\\x00b' is not a path", None),
        (b"x", "a path is a text or a pathlib.Path, not b'x'", None),
        (3, "a path is a text or a pathlib.Path, not 3", None),
        (None, "a path is a text or a pathlib.Path, not None", None),
    ],
)
@pytest.mark.parametrize(("keyword", "kind"), [("deps", "input"), ("outs", "output")])
def test_what_is_no_path_in_the_project(path, text, hint, keyword, kind):
    assert problem(bare, **{keyword: {"x": path}}) == (f"{kind} 'x': {text}", hint)


@pytest.mark.parametrize("artifact", [Dep("x", loaders.JSON), Out("x", loaders.JSON)])
def test_a_class_is_no_loader(artifact):
    keyword = "deps" if isinstance(artifact, Dep) else "outs"
    message, hint = problem(bare, **{keyword: [artifact]})
    assert message.endswith("its loader is the class JSON")
    assert hint == "make one of it: JSON()"


class Words(loaders.Reader[list[str]]):
    def load(self, path: pathlib.Path) -> list[str]:
        return path.read_text().split()


class Shout(loaders.Writer[str]):
    def save(self, data: str, path: pathlib.Path) -> None:
        path.write_text(data.upper())


def test_what_only_loads_is_for_an_input_and_what_only_saves_for_an_output():
    def stage(
        words: Annotated[list[str], Dep("a", Words())],
    ) -> Annotated[str, Out("b", Shout())]: ...

    built = build(stage)
    assert isinstance(built.deps[0].loader, Words)
    assert isinstance(built.outs[0].loader, Shout)


def test_what_can_only_load_is_not_for_an_output():
    wrong: Any = Words()

    class Wrong(StageDef):
        made: Out[Any] = Out("x", wrong)

    def stage(params: Wrong) -> None: ...

    assert problem(stage) == (
        "output 'made': its loader Words can only load, not save",
        "use one that can save, or loaders.PathOnly() and write the file in the function",
    )


def test_what_can_only_save_is_not_for_an_input():
    wrong: Any = Shout()

    def stage(data: Annotated[Any, Dep("x", wrong)]) -> None: ...

    assert problem(stage) == (
        "input 'data': its loader Shout can only save, not load",
        "use one that can load, or loaders.PathOnly() and read the file in the function",
    )


def test_the_class_of_a_reader_is_no_loader():
    message, hint = problem(bare, deps=[Dep("x", Words)])  # pyright: ignore[reportArgumentType] - what is being tested
    assert (message, hint) == (
        "input 'x': its loader is the class Words",
        "make one of it: Words()",
    )


def test_a_text_is_no_loader():
    message, hint = problem(bare, deps={"data": Dep("x", "CSV")})
    assert message == "input 'data': 'CSV' is not a loader"
    assert "pivot.loaders.Loader" in hint


# Deps and outs by keyword


@pytest.mark.parametrize(
    "given",
    ["a.txt", pathlib.Path("a.txt"), Dep("a.txt"), ["a.txt"], ("a.txt",), {"a.txt": "a.txt"}],
)
def test_files_that_the_function_reads_by_itself(given):
    assert build(bare, deps=given).deps == (Input("a.txt", "a.txt", loaders.PathOnly(), Via.FILE),)


@pytest.mark.parametrize("given", ["a.txt", pathlib.Path("a.txt"), Out("a.txt"), iter(["a.txt"])])
def test_files_that_the_function_writes_by_itself(given):
    assert build(bare, outs=given).outs == (Output("a.txt", "a.txt", loaders.PathOnly(), Via.FILE),)


def test_an_added_output_keeps_its_kind():
    (out,) = build(bare, outs=[IncrementalOut("log.txt")]).outs
    assert (out.kind, out.cache) == (OutKind.INCREMENTAL, True)


def test_what_grows_is_kept_in_the_cache():
    assert problem(bare, outs=[IncrementalOut("log.txt", cache=False)]) == (
        "output 'log.txt': it grows from the version in the cache, and cache=False keeps none there",
        "take cache=False away, or declare an Out",
    )


def test_another_path_for_a_declared_dep():
    assert build(clean, deps={"data": "other.json"}).deps == (
        Input("data", "other.json", JSON, Via.ARGUMENT),
    )


def test_another_loader_for_a_declared_dep():
    assert build(clean, deps={"data": Dep("other.yaml", loaders.YAML())}).deps == (
        Input("data", "other.yaml", loaders.YAML(), Via.ARGUMENT),
    )


def test_another_path_for_a_declared_output():
    assert build(clean, outs={"model": pathlib.Path("other.json")}).outs == (
        Output("model", "other.json", JSON, Via.KEY),
    )


def test_another_kind_for_a_declared_output():
    assert build(clean, outs={"model": Metric("score.json")}).outs == (
        Output("model", "score.json", JSON, Via.KEY, OutKind.METRIC),
    )


def test_another_path_for_a_return_value():
    def single() -> Annotated[str, Out("one.json", JSON)]: ...

    assert [out.path for out in build(single, outs={"return": "two.json"}).outs] == ["two.json"]


def test_other_paths_for_the_artifacts_of_a_definition():
    stage = build(train, deps={"data": "a.json"}, outs={"model": "b.json"})
    assert (stage.deps[0].path, stage.deps[0].via) == ("a.json", Via.FIELD)
    assert (stage.outs[0].path, stage.outs[0].via) == ("b.json", Via.FIELD)


def test_a_wrong_path_for_a_declared_artifact():
    assert [m for m, _ in problems(clean, deps={"data": "/a"}, outs={"model": "../b"})] == [
        "stage 'clean': input 'data': the path '/a' is absolute",
        "stage 'clean': output 'model': the path '../b' leads outside the project",
    ]


def test_a_mapping_adds_what_is_not_declared():
    stage = build(clean, deps={"more": "more.csv"})
    assert [(dep.name, dep.via) for dep in stage.deps] == [
        ("data", Via.ARGUMENT),
        ("more", Via.FILE),
    ]


def test_a_list_adds_and_replaces_nothing():
    """Not even when a file is called like a parameter."""
    stage = build(clean, deps=["data"], outs=["model"])
    assert [(dep.path, dep.via) for dep in stage.deps] == [
        ("data.json", Via.ARGUMENT),
        ("data", Via.FILE),
    ]
    assert [(out.path, out.via) for out in stage.outs] == [
        ("model.json", Via.KEY),
        ("model", Via.FILE),
    ]


def test_a_file_that_is_listed_twice_is_one():
    assert len(build(bare, deps=["a.txt", "a.txt"]).deps) == 1


@pytest.mark.parametrize(
    ("keyword", "given", "text", "hint"),
    [
        ("deps", [Out("x")], "deps: 'x' is an output", "it belongs in outs"),
        ("deps", {"y": Out("x")}, "deps: 'y' is an output", "it belongs in outs"),
        ("deps", {"model": "x"}, "deps: 'model' is an output", "it belongs in outs"),
        ("outs", [Dep("x")], "outs: 'x' is an input", "it belongs in deps"),
        ("outs", {"data": "x"}, "outs: 'data' is an input", "it belongs in deps"),
    ],
)
def test_inputs_and_outputs_taken_for_each_other(keyword, given, text, hint):
    assert problem(clean, **{keyword: given}) == (text, hint)


@pytest.mark.parametrize("keyword", ["deps", "outs"])
def test_what_is_no_list_of_paths(keyword):
    message, _ = problem(bare, **{keyword: 3})
    assert message == f"{keyword} is a path, a list or a mapping of paths, not 3"


@pytest.mark.parametrize("keyword", ["deps", "outs"])
def test_what_is_no_name_in_a_mapping(keyword):
    message, hint = problem(bare, **{keyword: {3: "x"}})
    assert message == f"{keyword}: 3 is not a name"
    assert hint == "a mapping goes from name to path"


# Parameters


def test_parameters_that_are_given():
    assert build(tuned, params=Params(rate=0.5)).params == Params(rate=0.5)


def test_parameters_given_as_a_class():
    class Slow(Params):
        rate: float = 0.001

    assert build(tuned, params=Slow).params == Slow()


def test_given_parameters_go_before_the_functions_default():
    usual = Params(rate=0.7)

    def stage(params: Params = usual) -> None: ...

    assert build(stage, params=Params(rate=0.5)).params == Params(rate=0.5)


def test_the_artifacts_are_those_of_the_given_definition():
    class Other(Train):
        data: Dep[list[int]] = Dep("other.json", JSON)
        score: Metric[float] = Metric("score.json")

    stage = build(train, params=Other(rate=0.5))
    assert [dep.path for dep in stage.deps] == ["other.json"]
    assert [out.path for out in stage.outs] == ["model.json", "score.json"]


def test_parameters_that_nobody_takes():
    message, hint = problem(bare, params=Params())
    assert message == "params were given, but no parameter of the function takes them"
    assert hint == "annotate one with the class: def stage(params: Params)"


class Unrelated(StageParams):
    pass


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"rate": 1}, "a dict"),
        (Unrelated(), "a Unrelated"),
        (Unrelated, "Unrelated"),
        (StageParams, "StageParams"),
    ],
)
def test_parameters_of_another_class(given, shown):
    assert problem(tuned, params=given) == (
        f"params are {shown}, but the function takes Params",
        "give an instance: params=Params(...)",
    )


def test_every_wrong_or_missing_default_is_told():
    class Wrong(StageParams):
        missing: int
        rate: float = "fast"
        size: int = 1

    def stage(params: Wrong) -> None: ...

    found = problems(stage)
    assert [message.partition(": ")[2].partition(": ")[0] for message, _ in found] == [
        "Wrong.missing has no value",
        "Wrong.rate",
    ]
    assert found[0][1] == "give it a default, or register(..., params=...)"
    assert found[1][0].endswith("not 'fast'")


def test_a_check_across_parameters_is_told_in_its_own_words():
    class Checked(StageParams):
        @pydantic.model_validator(mode="after")
        def check(self) -> "Checked":
            raise ValueError("never")

    def stage(params: Checked) -> None: ...

    assert problem(stage) == ("Checked: never", None)


def test_a_class_with_an_unknown_type_is_told():
    class Unfinished(StageParams):
        rate: "Nowhere" = 1  # noqa: F821 - this is the test

    def stage(params: Unfinished) -> None: ...

    message, _ = problem(stage)
    assert message.startswith("its parameters can't be made: `Unfinished` is not fully defined")
    assert "\n" not in message


def test_the_paths_of_a_definition_are_checked_though_its_parameters_are_wrong():
    class Twice(StageDef):
        data: Dep[int] = Dep("/absolute")
        rate: float

    def stage(params: Twice) -> None: ...

    assert [message.partition(": ")[2] for message, _ in problems(stage)] == [
        "Twice.rate has no value",
        "input 'data': the path '/absolute' is absolute",
    ]


# Mutexes and more code


@pytest.mark.parametrize(
    ("given", "names"),
    [((), ()), ("gpu", ("gpu",)), (["gpu", "net"], ("gpu", "net")), (iter(["gpu"]), ("gpu",))],
)
def test_mutexes(given, names):
    assert build(bare, mutex=given).mutex == names


@pytest.mark.parametrize("given", [3, [3], "", ["gpu", ""], b"gpu", None])
def test_what_is_no_mutex(given):
    message, hint = problem(bare, mutex=given)
    assert message.startswith("mutex: ")
    assert message.endswith(" is not a name")
    assert hint == "write mutex='gpu', or a list of names"


def test_retries_and_a_timeout():
    stage = build(bare, retries=2, timeout=600)
    assert (stage.retries, stage.timeout) == (2, 600)
    assert (build(bare).retries, build(bare).timeout) == (0, None)


@pytest.mark.parametrize("given", [-1, 1.5, "2", None, True])
def test_what_is_no_number_of_retries(given):
    message, hint = problem(bare, retries=given)
    assert message == f"retries: {given!r} is no number of times"
    assert hint == "write retries=2, or 0"


@pytest.mark.parametrize("given", [0, -1.0, "10", math.nan, math.inf, True])
def test_what_is_no_timeout(given):
    message, hint = problem(bare, timeout=given)
    assert message == f"timeout: {given!r} is no number of seconds above 0"
    assert hint == "write timeout=600, or None for no limit"


def test_more_code():
    assert build(bare, code=(clean, Params, pathlib, 3)).code == (clean, Params, pathlib, 3)


@pytest.mark.parametrize("given", [clean, Params, OutKind, pathlib, "clean", {"a": clean}, 3, None])
def test_what_is_no_list_of_code(given):
    message, hint = problem(bare, code=given)
    assert message.startswith("code is a list of objects, not ")
    assert hint == "write code=[helper, Class, module]"


# All at once


def test_everything_wrong_is_told_at_once_with_file_and_line():
    def stage(one, two: Annotated[str, Dep("/two")]) -> Annotated[str, Out("../out")]: ...

    with pytest.raises(DefinitionErrors) as caught:
        build(stage, name="a b", deps=[3], outs={"x": "."}, params=Params(), mutex=3, code=3)
    place = Place("test_building.py", inspect.getsourcelines(stage)[1])
    assert len(caught.value.errors) == 9
    assert {error.where for error in caught.value.errors} == {place}
    assert all(error.message.startswith("stage 'a b': ") for error in caught.value.errors)
