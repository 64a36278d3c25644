"""`pivot params show` and `pivot params diff`, and `--set`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "params.schema.json").read_text("utf-8"))


@pytest.fixture
def committed(scaling):
    """The project after a run, in a commit."""
    scaling.run()
    identity = ["git", "-c", "user.name=N", "-c", "user.email=n@example.org"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "one"]):
        subprocess.run([*identity, *words], cwd=scaling.root, check=True)
    return scaling


# Showing


def test_show_prints_what_stages_see_and_where_from(invoke, scaling):
    scaling.write("params.yaml", "scale:\n  offset: 0.7\n")
    assert invoke("params", "show").out == (
        "Stage  Parameter  Value  From\nscale  offset     0.7    params.yaml:2\n"
    )


def test_show_takes_stages_globs_and_outputs(invoke, scaling):
    assert "offset" in invoke("params", "show", "sc*").out
    assert "offset" in invoke("params", "show", "./scaled.json").out
    assert invoke("params", "show", "total").out == "There are no parameters.\n"
    assert invoke("params", "show", "scael").status == 2


def test_show_prints_a_document(invoke, scaling):
    found = {
        "version": 1,
        "stages": {"scale": {"offset": {"value": 0.5, "origin": "default"}}, "total": {}},
    }
    assert json.loads(invoke("params", "show", "--format", "json").out) == found
    jsonschema.validate(found, SCHEMA)
    assert yaml.safe_load(invoke("params", "show", "--format", "yaml").out) == found


def test_show_prints_a_page(invoke, scaling):
    words = ["params", "show", "--format", "md", "--set", "scale.offset=2"]
    assert invoke(*words).out == (
        "| Stage | Parameter | Value | From |\n| --- | --- | --- | --- |\n"
        "| scale | offset | 2.0 | --set scale.offset |\n"
    )


def test_an_unknown_format_is_refused(invoke, scaling):
    result = invoke("params", "show", "--format", "xml")
    assert result.status == 2
    assert "'xml' is not one of" in result.err


def test_what_the_pipeline_prints_is_not_in_the_document(invoke, scaling):
    scaling.edit("pipeline.py", "REGISTRY.register(scale)", 'print("hi")\nREGISTRY.register(scale)')
    json.loads(invoke("params", "show", "--format", "json").out)


# Comparing


def test_diff_says_that_nothing_differs(invoke, committed):
    result = invoke("params", "diff", "--exit-code")
    assert (result.status, result.out) == (0, "No parameter differs between HEAD and workspace.\n")


def test_diff_prints_both_values(invoke, committed):
    result = invoke("params", "diff", "--set", "scale.offset=0.7")
    assert (result.status, result.out) == (
        0,
        "Stage  Parameter  HEAD  workspace\nscale  offset     0.5   0.7\n",
    )


def test_the_exit_status_says_whether_something_differs(invoke, committed):
    assert invoke("params", "diff", "--exit-code", "--set", "scale.offset=0.7").status == 1
    assert invoke("params", "diff", "--exit-code", "nothing").status == 2


def test_two_revisions_have_their_names_in_the_title(invoke, committed):
    committed.edit("pipeline.py", "offset: float = 0.5", "size: int = 3")
    committed.edit("pipeline.py", "params.offset", "params.size")
    committed.run()
    identity = ["git", "-c", "user.name=N", "-c", "user.email=n@example.org"]
    subprocess.run([*identity, "commit", "-qam", "two"], cwd=committed.root, check=True)
    assert invoke("params", "diff", "HEAD~1", "HEAD").out == (
        "Stage  Parameter  HEAD~1  HEAD\nscale  size       -       3\nscale  offset     0.5     -\n"
    )


def test_numbers_are_rounded_unless_they_would_look_the_same(invoke, committed):
    def row(value: str, *words: str) -> list[str]:
        out = invoke("params", "diff", "--set", f"scale.offset={value}", *words).out
        return out.splitlines()[-1].split()[2:]

    assert row("0.123456", "--precision", "2") == ["0.5", "0.12"]
    assert row("0.500001", "--precision", "2") == ["0.5", "0.500001"]
    assert row("0.123456") == ["0.5", "0.123456"]


def test_a_document_is_rounded_too(invoke, committed):
    words = ["--set", "scale.offset=0.123456", "--precision", "3", "--format", "json"]
    found = json.loads(invoke("params", "diff", *words).out)
    jsonschema.validate(found, SCHEMA)
    assert found["changes"] == [
        {"stage": "scale", "param": "offset", "change": "changed", "old": 0.5, "new": 0.123}
    ]


def test_values_are_set_in_the_workspace_only(invoke, committed):
    result = invoke("params", "diff", "HEAD", "HEAD", "--set", "scale.offset=1")
    assert result.status == 2
    assert "--set goes with the workspace" in result.err


def test_stages_are_chosen_by_glob(invoke, committed):
    words = ["params", "diff", "--set", "scale.offset=1", "--exit-code"]
    assert invoke(*words, "--stage", "s*").status == 1
    assert invoke(*words, "--stage", "total").status == 0
    assert "did you mean 'scale'" in invoke(*words, "--stage", "scael").err


# Setting


@pytest.mark.parametrize(
    "words",
    [["run", "--dry-run"], ["run", "--explain"], ["status"], ["explain", "scale"]],
)
def test_a_forecast_sees_what_is_set(invoke, scaling, words):
    scaling.run()
    assert "Parameter changed" in invoke(*words, "--set", "scale.offset=1").out
    assert "Parameter changed" not in invoke(*words).out


def test_a_run_uses_what_is_set(invoke, scaling):
    assert invoke("run", "-q", "--set", "scale.offset=1", "--set", "scale.offset=2").status == 0
    assert json.loads(scaling.read("scaled.json")) == [4.0, 6.0, 8.0]


def test_what_is_set_wrong_is_told_at_once(invoke, scaling):
    words = ["--set", "scael.offset=1", "--set", "scale.ofset=1", "--set", "scale.offset=much"]
    result = invoke("run", *words)
    assert result.status == 2
    assert result.err.count("error: --set") == 3
    assert "did you mean scale?" in result.err
    assert "did you mean offset?" in result.err
    assert not (scaling.root / "scaled.json").exists()
