"""How DVC is asked, and what its answers mean: a program that stands in for it answers."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from pivot_dvc_export import DvcExporter
from pivot_dvc_export.judgement import judged

from pivot.interfaces import OutPlan, Plan, StagePlan

PLAN = Plan(
    (
        StagePlan("make@x", "p:make", (), (OutPlan("a.csv"),)),
        StagePlan("use", "p:use", ("a.csv",), ()),
    ),
    (("make@x", "use"),),
)
TEXT = DvcExporter().export(PLAN)
NODES = '"make__at__x";\n"use";\n'
DOT = f'strict digraph {{\n{NODES}"make__at__x" -> "use";\n}}\n'
DRY = "Running stage 'make__at__x':\n> pivot run make@x\n\nRunning stage 'use':\n> pivot run use\n"

PROGRAM = """\
#!{python}
import json, os, pathlib, sys

answers = json.loads(pathlib.Path({answers!r}).read_text())
variables = {{name: value for name, value in os.environ.items() if name.startswith("DVC_")}}
here = {{path.name: path.read_text() for path in pathlib.Path().iterdir() if path.is_file()}}
asked = {{"words": sys.argv[1:], "variables": variables, "here": here, "directory": os.getcwd()}}
with open({asked!r}, "a") as stream:
    print(json.dumps(asked), file=stream)
if sys.argv[1] == "init":
    os.mkdir(".dvc")
answer = answers.get(sys.argv[1], "")
if answer is None:
    sys.exit("ERROR: no\\n  such luck")
print(answer)
"""


class Stand:
    """A program `dvc` with prepared answers; None is a failure."""

    def __init__(self, directory):
        self.answers = {"--version": "3.67.1", "dag": DOT, "repro": DRY}
        self._files = [directory / name for name in ("answers.json", "asked.jsonl")]
        program = directory / "bin" / "dvc"
        program.parent.mkdir()
        answers, asked = map(str, self._files)
        program.write_text(PROGRAM.format(python=sys.executable, answers=answers, asked=asked))
        program.chmod(0o755)
        self.program = program

    def judge(self, root, **answers):
        self._files[0].write_text(json.dumps(self.answers | answers))
        return judged(PLAN, TEXT, root)

    @property
    def asked(self):
        return [json.loads(line) for line in self._files[1].read_text().splitlines()]


@pytest.fixture
def stand(tmp_path, monkeypatch):
    made = Stand(tmp_path)
    monkeypatch.setenv("PATH", str(made.program.parent), prepend=os.pathsep)
    return made


def test_the_version_that_was_asked_is_named(stand, tmp_path):
    check = stand.judge(tmp_path)
    assert (check.how, check.problems, check.skipped) == ("by dvc 3.67.1", (), None)


def test_no_command_is_run_and_no_git_is_needed(stand, tmp_path):
    stand.judge(tmp_path)
    assert [" ".join(one["words"]) for one in stand.asked] == [
        "--version",
        "init --no-scm --quiet",
        "dag --dot",
        "repro --dry --force",
    ]


def test_the_shadow_has_the_file_and_the_parameters_alone(stand, tmp_path):
    (tmp_path / "params.yaml").write_text("make@x:\n")
    (tmp_path / "data.csv").write_text("x")
    stand.judge(tmp_path)
    assert stand.asked[-1]["here"] == {"dvc.yaml": TEXT, "params.yaml": "make@x:\n"}
    assert not Path(stand.asked[-1]["directory"]).exists()


def test_dvc_has_settings_and_caches_of_its_own_and_tells_nobody(stand, tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    stand.judge(tmp_path)
    for one in stand.asked:
        variables = one["variables"]
        assert variables["DVC_NO_ANALYTICS"] == "1"
        assert "DVC_ROOT" not in variables
        shadow = str(Path(stand.asked[-1]["directory"]).parent)
        for name in ("DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR", "DVC_SITE_CACHE_DIR"):
            assert variables[name].startswith(shadow)


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"dag": NODES}, "'make@x' does not feed 'use'"),
        ({"dag": f'{DOT}"use" -> "make__at__x";'}, "'use' feeds 'make@x', but not in Pivot"),
        ({"dag": f'{DOT}"more";'}, "'dvc dag' has the stages"),
        ({"repro": DRY.partition("\n\n")[0]}, "'dvc repro' runs the stages ['make@x'], not"),
        ({"repro": DRY + DRY}, "'dvc repro' runs the stages"),
        (
            {"repro": "\n".join(reversed(DRY.splitlines()))},
            "'dvc repro' runs 'use' before 'make@x', which feeds it",
        ),
        ({"init": None}, "ERROR: no such luck"),
        ({"dag": None}, "ERROR: no such luck"),
        ({"repro": None}, "ERROR: no such luck"),
    ],
)
def test_what_dvc_sees_differently_is_a_problem(stand, tmp_path, answers, problem):
    (found,) = stand.judge(tmp_path, **answers).problems
    assert found.startswith(problem)


def test_a_dvc_that_does_not_work_is_none(stand, tmp_path):
    skipped = stand.judge(tmp_path, **{"--version": None}).skipped
    assert skipped == f"'{stand.program} --version' does not work: ERROR: no such luck"


def test_neither_is_one_that_cannot_be_started(stand, tmp_path):
    stand.program.write_text("#!/nowhere/python\n")
    assert "does not work" in stand.judge(tmp_path).skipped


def test_a_program_can_be_named_from_wherever_the_user_is(stand, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    named = os.path.relpath(stand.program, tmp_path)
    stand.judge(tmp_path)
    check = judged(PLAN, TEXT, tmp_path, named)
    assert (check.how, check.problems, check.skipped) == ("by dvc 3.67.1", (), None)


def test_a_named_program_that_does_not_work_is_a_problem(tmp_path):
    check = judged(PLAN, TEXT, tmp_path, str(tmp_path / "no-dvc"))
    (found,) = check.problems
    assert "no-dvc --version' does not work" in found


def test_uv_runs_one_where_there_is_none(stand, tmp_path, monkeypatch):
    # As uv does: all that stands before the name of the program is its own.
    uv = stand.program.with_name("uv")
    said = tmp_path / "said.txt"
    uv.write_text(
        f'#!/bin/sh\necho "$@" >> {said}\n'
        f'while [ "$1" != dvc ]; do shift; done; shift; exec {stand.program}-real "$@"\n'
    )
    uv.chmod(0o755)
    stand.program.rename(f"{stand.program}-real")
    monkeypatch.setenv("PATH", f"{uv.parent}:/usr/bin:/bin")
    check = stand.judge(tmp_path)
    assert (check.how, check.problems, check.skipped) == ("by dvc 3.67.1", (), None)
    assert said.read_text().startswith("tool run --quiet --from dvc>=3,<4 dvc --version\n")
