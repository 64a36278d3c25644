"""A plan as a makefile: run by the real make."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pivot.api import prepare_export
from pivot.errors import PivotError
from pivot.exporters.make import MakeExporter
from pivot.interfaces import OutPlan, Plan, StagePlan
from pivot.testing import ExporterSuite

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
#: As where no make is around.
ENVIRONMENT = {
    **{
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
    },
    "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
}


class TestConformance(ExporterSuite):
    @pytest.fixture
    def exporter(self):
        return MakeExporter()


def test_the_rules_of_a_stage():
    stages = (
        StagePlan("clean", "pipeline:clean", ("raw.csv",), (OutPlan("clean.csv"),)),
        StagePlan(
            "train@small",
            "pipeline:train",
            ("clean.csv", "raw.csv"),
            (OutPlan("my $models/"), OutPlan("scores,json", "metric")),
            overridden=("rate",),
            sources=("pipeline.py",),
        ),
    )
    text = MakeExporter().export(Plan(stages, (("clean", "train@small"),)))
    assert text.endswith(
        r"""
.pivot/make/.all: .pivot/make/clean .pivot/make/train@small

.pivot/make/clean: $(call pivot-input,raw.csv) $(call pivot-output,clean.csv)
	pivot run clean
	@mkdir -p .pivot/make && touch $@
clean.csv: .pivot/make/clean ;
.PHONY: clean
clean: .pivot/make/clean

.pivot/make/train@small: pipeline.py params.yaml $(call pivot-input,raw.csv) """
        r"""$(call pivot-output,my\ $$models) $(call pivot-output,scores$(pivot-comma)json) """
        r""".pivot/make/clean
	pivot run train@small
	@mkdir -p .pivot/make && touch $@
my\ $$models scores$(pivot-comma)json: .pivot/make/train@small ;
.PHONY: train@small
train@small: .pivot/make/train@small
"""
    )


@pytest.mark.parametrize("path", ["a;b", "a:b", "a=b", "a*", "a\\b", "(a", "a%", "~/a"])
def test_a_path_that_make_cannot_take_is_an_error(path):
    plan = Plan((StagePlan("train", "pipeline:f", (path,), ()),), ())
    with pytest.raises(PivotError, match="stage 'train': make has no way to write the path"):
        MakeExporter().export(plan)


def test_an_output_called_like_a_stage_has_the_name():
    plan = Plan((StagePlan("model", "pipeline:f", (), (OutPlan("model"),)),), ())
    text = MakeExporter().export(plan)
    assert "\nmodel: .pivot/make/model ;\n" in text
    assert ".PHONY: model" not in text


PIPELINE = """
from pathlib import Path

from helpers import twice
from pivot.registry import REGISTRY


def clean() -> None:
    Path("my clean $x,#.txt").write_text(Path("raw.txt").read_text().strip())


def train() -> None:
    Path("model.txt").write_text(twice(Path("my clean $x,#.txt").read_text()))
    Path("parts").mkdir(exist_ok=True)
    Path("parts/one.txt").write_text("one")


def count() -> None:
    Path("count.txt").write_text(str(len(list(Path("texts").rglob("*.txt")))))


REGISTRY.register(clean, deps=["raw.txt"], outs=["my clean $x,#.txt"])
REGISTRY.register(train, deps=["my clean $x,#.txt"], outs=["model.txt", "parts/"])
REGISTRY.register(count, deps=["texts/"], outs=["count.txt"])
"""


class Made:
    """A project with an exported makefile."""

    def __init__(self, project):
        self.root = project.root
        project.write("pipeline.py", PIPELINE)
        project.write("helpers.py", "def twice(text):\n    return text * 2\n")
        project.write("raw.txt", "ab\n")
        project.write("texts/deep/a.txt", "a")
        self.write = project.write
        prepared = prepare_export("make", project.root)
        (check,) = prepared.validate()
        assert (check.how, check.problems, check.skipped) == ("by make", (), None)
        prepared.write(prepared.file)

    def make(self, *words):
        """Give the commands that make runs."""
        done = subprocess.run(
            ["make", "-f", "pivot.mk", *words],
            cwd=self.root,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return [line for line in done.stdout.splitlines() if line.startswith("pivot run")]

    def read(self, path):
        return (self.root / path).read_text()


@needs_make
@pytest.mark.usefixtures("measured")
def test_make_starts_what_a_change_reaches(project):
    made = Made(project)
    assert sorted(made.make()) == ["pivot run clean", "pivot run count", "pivot run train"]
    assert made.read("model.txt") == "abab"
    # A directory can change inside: Pivot is asked.
    asked = "pivot run count"
    assert made.make() == [asked]
    made.write("raw.txt", "cd\n")
    assert made.make("model.txt") == ["pivot run clean", "pivot run train"]
    assert made.read("model.txt") == "cdcd"
    made.write("helpers.py", "def twice(text):\n    return text + '+' + text\n")
    assert made.make("train") == ["pivot run train"]
    assert made.read("model.txt") == "cd+cd"
    shutil.rmtree(made.root / "parts")
    assert made.make("train") == ["pivot run train"]
    assert made.read("parts/one.txt") == "one"
    made.write("texts/deep/b.txt", "b")
    assert made.make() == [asked]
    assert made.read("count.txt") == "2"


@needs_make
def test_the_options_of_a_make_around_it_do_not_count(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKEFLAGS", "--touch --question")
    plan = Plan((StagePlan("train", "pipeline:f", (), ()),), ())
    (check,) = MakeExporter().validate(plan, MakeExporter().export(plan), tmp_path)
    assert check.problems == ()


@needs_make
def test_what_make_refuses_is_a_problem(project):
    project.write("pipeline.py", PIPELINE)
    project.write("helpers.py", "def twice(text):\n    return text * 2\n")
    (check,) = prepare_export("make", project.root).exporter.validate(
        Plan((), ()), "all:\n    no tab\n", project.root
    )
    assert "missing separator" in check.problems[0]


@needs_make
def test_an_edge_that_make_does_not_see_is_a_problem(tmp_path):
    stages = tuple(StagePlan(name, "pipeline:f", (), ()) for name in ("first", "second"))
    text = MakeExporter().export(Plan(stages, ()))
    plan = Plan(stages, (("second", "first"),))
    (check,) = MakeExporter().validate(plan, text, tmp_path)
    assert check.problems == ("make runs 'first' before 'second', which feeds it",)


def test_without_make_nothing_is_checked(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    (check,) = MakeExporter().validate(Plan((), ()), "", tmp_path)
    assert check.skipped == "there is no program 'make' on the PATH"
