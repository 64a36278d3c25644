"""The stages of `pivot.yaml`, by the catalogue in stage_files/ and by single cases.

In an invalid file each `#! message` stands on the line that must be told, with how the message
begins, and nothing else may be told.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pivot.discovery import discover, importing
from pivot.errors import DefinitionError, DefinitionErrors, PivotError
from pivot.stage import Stage

CATALOGUE = Path(__file__).parent / "stage_files"
VALID = sorted((CATALOGUE / "valid").glob("*.yaml"))
INVALID = sorted((CATALOGUE / "invalid").glob("*.yaml"))


def found(root: Path) -> dict[str, Stage]:
    with importing(root):
        return {stage.name: stage for stage in discover(root).stages}


def errors(root: Path) -> tuple[PivotError, ...]:
    with importing(root), pytest.raises(DefinitionError) as caught:
        discover(root)
    error = caught.value
    return error.errors if isinstance(error, DefinitionErrors) else (error,)


def paths(stage: Stage) -> dict[str, str]:
    return {one.name: one.path for one in (*stage.deps, *stage.outs)}


@pytest.fixture
def stages(catalogue: Any) -> Any:
    return lambda name: found(catalogue(CATALOGUE / "valid" / f"{name}.yaml"))


@pytest.fixture
def project(write: Any, catalogue: Any) -> Any:
    """Give a function that makes a project with the functions of the catalogue and a file."""

    def make(text: str) -> Path:
        root = catalogue(VALID[0])
        write("pivot.yaml", text)
        return root

    return make


# The catalogue


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_a_valid_file_is_taken(catalogue, file):
    found(catalogue(file))


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_all_that_is_wrong_is_told_with_its_line(catalogue, file):
    expected = [
        (number, message)
        for number, line in enumerate(file.read_text().splitlines(), 1)
        for message in re.split(r"  #! ", line)[1:]
    ]
    told = [(e.where.line, e.message) for e in errors(catalogue(file)) if e.where]
    starts = [start for _, start in expected]
    assert len(told) == len(expected), told
    shown = [(line, m[: len(s)]) for (line, m), s in zip(told, starts, strict=True)]
    assert shown == expected


# What it means


def test_a_file_without_stages_has_none(stages):
    assert stages("empty") == {}


def test_a_stage_is_what_its_function_says(stages):
    (stage,) = stages("one").values()
    assert (stage.name, stage.function.__name__) == ("plain", "plain")
    assert paths(stage) == {"data": "data.json", "return": "plain.json"}


def test_a_stage_knows_where_the_file_names_it(stages):
    (stage,) = stages("one").values()
    assert str(stage.defined) == "pivot.yaml:2"
    assert stage.place.file == "steps.py"


def test_paths_are_replaced_by_name_and_others_stay(stages):
    assert paths(stages("paths")["train"]) == {
        "data": "other/data.json",
        "words": "words.json",
        "model": "build/model.json",
        "log": "build/log.json",
    }


def test_the_loader_stays(stages):
    loaders = {one.loader for one in stages("paths")["train"].deps}
    assert {type(loader).__name__ for loader in loaders} == {"JSON"}


def test_parameters_are_replaced_and_others_stay(stages):
    params = stages("params")["train"].params
    assert (params.epochs, params.name, params.layers) == (3, "x", (1, 2))
    assert (params.optimizer.rate, params.optimizer.momentum) == (0.5, 0.9)


def test_a_sign_that_is_escaped_is_literal(stages):
    assert stages("params")["train"].params.words == ("${literal}", "costs $5")


def test_keys_are_as_they_are_written(stages):
    assert stages("params")["train"].params.weights == {"${": 1.0}


def test_a_parameter_without_a_default_gets_its_value_here(stages):
    sizes = {name: stage.params.size for name, stage in stages("required").items()}
    assert sizes == {"needs@1": 1, "needs@2": 2}


def test_mutexes(stages):
    assert stages("paths")["train"].mutex == ("gpu",)


def test_retries_and_a_timeout(stages):
    stage = stages("paths")["train"]
    assert (stage.retries, stage.timeout) == (2, 1.5)
    other = stages("params")["train"]
    assert (other.retries, other.timeout) == (0, None)


def test_several_mutexes(stages):
    assert stages("params")["train"].mutex == ("gpu", "disk")


def test_variants_are_named_by_their_values_in_order(stages):
    languages = ("swe", "no", "1", "0.5", "true")
    assert list(stages("matrix")) == [
        f"train@{model}_{language}" for model in ("bert", "gpt") for language in languages
    ]


def test_values_stand_in_paths_and_parameters(stages):
    stage = stages("matrix")["train@gpt_no"]
    assert paths(stage) == {
        "data": "data/no.json",
        "words": "words.json",
        "model": "models/gpt_no.json",
        "log": "logs/gpt/no.json",
    }
    assert stage.params.name == "gpt in no"


def test_a_value_overrides_what_the_entry_says(stages):
    found = stages("matrix")
    assert (found["train@bert_swe"].params.epochs, found["train@gpt_swe"].params.epochs) == (2, 5)


def test_later_dimensions_win(project):
    root = project("""
        stages:
          train:
            function: steps:train
            matrix:
              x: {a: {params: {epochs: 2, name: x}, outs: {model: x.json}}}
              y: {b: {params: {epochs: 3}, outs: {model: y.json}}}
    """)
    stage = found(root)["train@a_b"]
    assert (stage.params.epochs, stage.params.name) == (3, "x")
    assert paths(stage)["model"] == "y.json"


def test_a_path_that_another_value_replaces_is_not_looked_at(project):
    root = project("""
        stages:
          plain:
            function: steps:plain
            matrix: {x: {a: {outs: {return: a.json}}}}
            outs: {return: "${typo}"}
    """)
    assert paths(found(root)["plain@a"])["return"] == "a.json"


def test_artifacts_of_a_stage_def_have_names_too(stages):
    found = stages("every_override")
    assert paths(found["fit@near_2"]) == {"points": "near.json", "slope": "near2.json"}
    assert found["fit@near_2"].params.digits == 2


def test_the_variant_is_what_follows_the_sign(stages):
    found = {name: stage.variant for name, stage in stages("variants").items()}
    assert found == {"alone@one": "one", "many@a": "a", "many@b": "b"}


def test_a_function_that_takes_no_variant_gets_none(stages):
    assert {stage.variant for stage in stages("every_override").values()} == {None}


def test_anchors_and_merges(stages):
    found = stages("anchors")
    assert (found["one"].params.epochs, found["two"].params.epochs) == (3, 3)
    assert (found["one"].params.name, found["two"].params.name) == ("x", "y")


def test_what_the_file_says_is_weaker_than_the_parameters_file(project, write):
    root = project("""
        stages:
          train:
            function: steps:train
            matrix: {x: [a, b]}
            outs: {model: "${x}.json", log: "${x}.log"}
            params: {epochs: 2, name: y, optimizer: {rate: 5, momentum: 5}}
    """)
    write("params.yaml", "train@a: {epochs: 4}\ntrain: {epochs: 3, optimizer: {rate: 6}}\n")
    params = {name: stage.params for name, stage in found(root).items()}
    assert {name: one.epochs for name, one in params.items()} == {"train@a": 4, "train@b": 3}
    assert (params["train@b"].name, params["train@b"].optimizer.rate) == ("y", 6)
    assert params["train@b"].optimizer.momentum == 5


def test_the_origin_of_a_value_is_its_line(catalogue):
    root = catalogue(CATALOGUE / "valid" / "matrix.yaml")
    with importing(root):
        origins = discover(root).origins
    assert str(origins["train@gpt_swe"]["epochs",]) == "pivot.yaml:7"
    assert str(origins["train@bert_swe"]["epochs",]) == "pivot.yaml:15"


def test_a_missing_value_may_come_from_the_parameters_file(project, write):
    root = project("stages:\n  needs: {function: steps:needs, params: {inner: {}}}\n")
    write("params.yaml", "needs: {size: 3}\n")
    assert found(root)["needs"].params.size == 3


# Beside `pipeline.py`


def test_both_files_add_to_one_pipeline(project, pipeline):
    root = project("stages:\n  plain: {function: steps:plain}\n")
    pipeline("def first(): ...\nREGISTRY.register(first)\n")
    assert list(found(root)) == ["first", "plain"]


def test_a_function_of_the_pipeline_itself(project, pipeline):
    root = project("stages:\n  other: {function: pipeline:first}\n")
    pipeline("def first(): ...\nREGISTRY.register(first)\n")
    assert list(found(root)) == ["first", "other"]


def test_what_an_imported_module_registers_counts(project, write):
    root = project("stages:\n  other: {function: more:first}\n")
    write(
        "more.py", "from pivot.registry import REGISTRY\ndef first(): ...\nREGISTRY.register(first)"
    )
    assert list(found(root)) == ["first", "other"]


def test_one_name_in_both_is_told_with_both_places(project, pipeline):
    root = project("stages:\n  first: {function: steps:plain}\n")
    pipeline("def first(): ...\nREGISTRY.register(first)\n")
    (error,) = errors(root)
    assert str(error).startswith(
        "pivot.yaml:2: two stages are called 'first'; the other is registered in Python, with the "
        "function at pipeline.py:5"
    )


def test_errors_of_both_are_told_at_once(project, pipeline):
    root = project("stages:\n  first: {function: steps:plani}\n")
    pipeline("def other(x): ...\nREGISTRY.register(other)\n")
    assert [str(error.where) for error in errors(root)] == ["pipeline.py:5", "pivot.yaml:2"]


# How it is told


def test_the_nearest_words(project):
    root = project("""
        stages:
          train:
            fnction: steps:train
            function: steps:train
          other: {function: steps.train}
          third: {function: steps:trian}
          fourth: {function: step:train}
          fifth:
            function: steps:train
            matrix: {model: [a]}
            deps: {dat: "${modle}.json"}
            outs: {modle: "x"}
            params: {epoch: 3}
    """)
    assert [error.hint for error in errors(root)] == [
        "did you mean function?",
        "write steps:train",
        "did you mean train?",
        "did you mean steps?",
        "did you mean model?",
        "did you mean model?",
        "did you mean epochs?",
    ]


def test_a_function_that_is_no_stage_has_its_own_place_once(project):
    root = project("""
        stages:
          many: {function: steps:unsaid, matrix: {x: [a, b]}}
          alone: {function: steps:only_variants}
    """)
    told = errors(root)
    assert [error.message for error in told] == [
        (
            "stage 'alone': parameter 'variant' is what follows the '@' in the stage's name, and "
            "there is none"
        ),
        "stage 'many@a': nothing says what its parameter 'seed' is",
    ]
    assert {error.where.file for error in told if error.where} == {"steps.py"}


def test_an_exception_of_a_module_is_told_with_where_it_was_raised(catalogue):
    told = errors(catalogue(CATALOGUE / "invalid" / "imports.yaml"))
    (error,) = [one for one in told if "no such luck" in one.message]
    assert error.hint == "raised at broken.py:1"


def test_a_variant_of_the_function_and_of_its_parameters(project, write):
    root = project("stages:\n  a@b: {function: more:both}\n")
    write(
        "more.py",
        """
        from pivot.stage_def import StageParams
        class Params(StageParams):
            variant: int = 1
        def both(params: Params, variant: str): ...
        """,
    )
    (error,) = errors(root)
    assert "'variant' is a parameter of the function and one of its params" in error.message


@pytest.mark.parametrize("text", ["stages: [", "a: b: c", "stages:\n\tx: 1", "stages: {} \0"])
def test_what_is_not_yaml_is_one_error(project, text):
    (error,) = errors(project(text))
    assert re.match(r"pivot\.yaml:[12]: this is not YAML: ", str(error))


def test_nothing_is_evaluated(project, tmp_path):
    root = project("""
        stages:
          one: !!python/object/apply:os.system ["touch hacked"]
    """)
    (error,) = errors(root)
    assert "this is not YAML" in error.message or "expected a stage" in error.message
    assert not (tmp_path / "hacked").exists()


def test_the_modules_that_workers_import_beforehand(project, pipeline):
    root = project("""
        stages:
          one: {function: steps:plain}
          two: {function: steps:fit}
    """)
    with importing(root):
        assert discover(root).modules == ("steps",)
    pipeline("def first(): ...\n")
    with importing(root):
        assert discover(root).modules == ("pipeline", "steps")


def test_a_stage_def_gets_what_has_no_default(project, write):
    root = project("stages:\n  fit: {function: more:fit, params: {digits: 2}}\n")
    write(
        "more.py",
        """
        from pivot.stage_def import Dep, Out, StageDef
        class Fit(StageDef):
            points: Dep[int] = Dep("points.json")
            slope: Out[int] = Out("slope.json")
            digits: int
        def fit(params: Fit): ...
        """,
    )
    stage = found(root)["fit"]
    assert stage.params.digits == 2
    stage.params.points = 3
    assert (stage.params.points, paths(stage)["slope"]) == (3, "slope.json")
