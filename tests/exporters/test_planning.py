"""What exporters are told about a pipeline."""

from __future__ import annotations

import functools
import subprocess

import pytest

import pivot
from pivot import api
from pivot.interfaces import OutPlan
from pivot.plugins import PluginHost, hookimpl
from pivot.registry import Registry

PIPELINE = """
from helpers import scores

class TrainParams(StageParams):
    rate: float = 0.1
    epochs: int = 3

def train(params: TrainParams) -> Annotated[dict, outputs.Metric("scores.json")]:
    return scores(params.rate)

REGISTRY.register(train)
"""


class Looking:
    """Answers for the format `look`, and keeps the plan that it gets."""

    @hookimpl
    def pivot_get_exporter(self, name):
        return self if name == "look" else None

    def export(self, plan):
        self.plan = plan
        return "\n"


def planned(root, **options):
    """Give the stages of an export, by name."""
    looking, host = Looking(), PluginHost()
    host.register(looking)
    assert pivot.export("look", root, plugins=host, **options) == "\n"
    return {stage.name: stage for stage in looking.plan.stages}


def git(root, *words):
    subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)


@pytest.fixture
def training(project):
    project.pipeline(PIPELINE)
    project.write("helpers.py", "def scores(rate):\n    return {'rate': rate}\n")
    return project


def test_outputs_have_their_kinds_and_whether_they_are_cached(project):
    project.pipeline("""
    class Made(TypedDict):
        plain: Annotated[dict, outputs.Out("plain.json", loaders.JSON())]
        bare: Annotated[dict, outputs.Out("bare.json", loaders.JSON(), cache=False)]
        grown: Annotated[pathlib.Path, outputs.IncrementalOut("grown.db", loaders.PathOnly())]
        metric: Annotated[dict, outputs.Metric("metric.json")]
        plot: Annotated[pathlib.Path, outputs.Plot("plots/")]

    def make() -> Made: ...

    REGISTRY.register(make)
    """)
    assert planned(project.root)["make"].outs == (
        OutPlan("plain.json"),
        OutPlan("bare.json", cache=False),
        OutPlan("grown.db", "incremental"),
        OutPlan("metric.json", "metric"),
        OutPlan("plots/", "plot"),
    )


def first() -> None:
    """
    Do the first thing.

    At length.
    """


def second() -> None: ...


class Third:
    __name__ = "third"

    def __call__(self) -> None: ...


def described(function):
    registry = Registry()
    registry.register(function, name="stage")
    return api.describe(registry.stages[0])


def test_the_first_line_of_the_docstring_describes_a_stage():
    assert described(first).description == "Do the first thing."


def test_the_function_inside_a_partial_describes_it():
    stage = described(functools.partial(first))
    assert (stage.function.rpartition(":")[2], stage.description) == (
        "first",
        "Do the first thing.",
    )


def test_without_a_docstring_there_is_no_description():
    assert described(second).description == ""


def test_the_sources_are_the_files_that_the_code_is_in_and_the_pipeline_file(training):
    training.write("unused.py", "x = 1\n")
    assert planned(training.root)["train"].sources == ("helpers.py", "pipeline.py")


def test_a_constant_of_another_module_is_a_source(training):
    training.write("helpers.py", "import constants\n\ndef scores(rate):\n    return constants.A\n")
    training.write("constants.py", "A = 1\n")
    assert "constants.py" in planned(training.root)["train"].sources


def test_what_lies_beside_the_project_is_no_source(training, tmp_path, monkeypatch):
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "besides.py").write_text("def scores(rate):\n    return {}\n")
    monkeypatch.syspath_prepend(tmp_path / "beside")
    training.edit("pipeline.py", "helpers import", "besides import")
    assert planned(training.root)["train"].sources == ("pipeline.py",)


def test_code_that_a_stage_makes_is_no_source(training):
    training.edit(
        "pipeline.py",
        "REGISTRY.register(train)",
        "def write() -> None: ...\n"
        "REGISTRY.register(train)\n"
        "REGISTRY.register(write, outs=['helpers.py'])",
    )
    assert planned(training.root)["train"].sources == ("pipeline.py",)


def test_of_a_registry_there_is_no_pipeline_file(tmp_path):
    registry = Registry()
    registry.register(second)
    assert planned(tmp_path, registry=registry)["second"].sources == ()


def test_parameters_that_the_file_sets_are_named(training):
    training.write("params.yaml", "train:\n  rate: 0.2\n")
    assert planned(training.root)["train"].overridden == ("rate",)


def test_parameters_that_the_file_sets_for_all_variants_are_named(training):
    training.edit(
        "pipeline.py", "REGISTRY.register(train)", "REGISTRY.register(train, name='train@a')"
    )
    training.write("params.yaml", "train:\n  rate: 0.2\n")
    found = planned(training.root)["train@a"]
    assert (found.overridden, found.overridden_together) == ((), ("rate",))


def test_both_files_that_name_stages_are_sources(training):
    training.write("pivot.yaml", "stages:\n")
    assert {"pipeline.py", "pivot.yaml"} <= set(planned(training.root)["train"].sources)


def test_without_values_in_the_file_nothing_is_overridden(training):
    training.write("params.yaml", "train:\n")
    assert planned(training.root)["train"].overridden == ()


def test_what_git_has_is_tracked(training):
    training.write("scores.json", "{}\n")
    assert not planned(training.root)["train"].outs[0].tracked
    git(training.root, "init", "--quiet")
    assert not planned(training.root)["train"].outs[0].tracked
    git(training.root, "add", "scores.json")
    assert planned(training.root)["train"].outs[0].tracked


def test_a_directory_is_tracked_if_git_has_a_file_in_it(training):
    training.edit("pipeline.py", '"scores.json"', '"scores/"')
    training.write("scores/deep/a.json", "{}\n")
    git(training.root, "init", "--quiet")
    git(training.root, "add", "scores/deep/a.json")
    assert planned(training.root)["train"].outs[0].tracked


def test_nothing_is_written_to_the_project(training):
    planned(training.root)
    assert not (training.root / ".pivot").exists()
