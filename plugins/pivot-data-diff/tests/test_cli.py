"""`pivot data diff` as a person types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from pivot_data_diff.cli import diff

from pivot.errors import PivotError

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "data-diff.schema.json").read_text())


@pytest.fixture
def changed(project, monkeypatch):
    """A project with two files that differ, as the working directory."""
    project.commit(a_csv="id,v\n1,x\n2,y\n", b_csv="id,v\n1,x\n")
    project.write("a.csv", "id,v\n1,x\n2,z\n")
    project.write("b.csv", "id,v\n1,x\n9,x\n")
    monkeypatch.chdir(project.root)
    return project


def run(*words, status=0):
    result = CliRunner().invoke(diff, words)
    if isinstance(result.exception, PivotError):
        return result
    assert result.exit_code == status, result.output
    return result.output


def test_a_difference_as_text(changed):
    assert run("a.csv") == (
        "a.csv: modified\n"
        "  rows: 0 added, 0 removed, 1 modified, 1 unchanged\n"
        '  ~ row 2: v "y" -> "z"\n'
    )


def test_keys_columns_and_ignored_columns(changed):
    assert "~ id=2" in run("a.csv", "--key", "id")
    assert "unchanged" in run("a.csv", "--columns", "id").splitlines()[0]
    assert "unchanged" in run("a.csv", "--ignore", "v").splitlines()[0]
    assert "id=2, v=" in run("a.csv", "--key", "id", "--key", "v", "--columns", "id").replace(
        '"', ""
    )


def test_the_tolerance(changed):
    changed.commit(c_csv="v\n1.0\n")
    changed.write("c.csv", "v\n1.05\n")
    assert "c.csv: unchanged" in run("c.csv", "--tolerance", "0.1")
    assert "c.csv: modified" in run("c.csv", "--tolerance", "0.01")


@pytest.mark.parametrize(
    "words", [["--json"], ["--format", "json"], ["--json", "--format", "json"]]
)
def test_json(changed, words):
    document = json.loads(run("a.csv", *words))
    jsonschema.validate(document, SCHEMA)
    assert document["version"] == 1
    assert document["files"][0]["changes"][0]["cells"] == {"v": {"before": "y", "after": "z"}}


def test_markdown(changed):
    assert "### a.csv: modified" in run("a.csv", "--format", "md")


def test_revisions(changed):
    changed.commit()
    assert "a.csv: unchanged" in run("a.csv")
    assert "a.csv: modified" in run("a.csv", "--rev", "HEAD~1")
    assert "a.csv: modified" in run("a.csv", "--rev", "HEAD~1", "--rev", "HEAD")


def test_the_number_of_rows_that_are_shown(changed):
    changed.write("a.csv", "id,v\n" + "5,new\n" * 30)
    assert run("a.csv").count(" row ") == 20
    assert "... and 10 more (see --max-rows)" in run("a.csv")
    assert run("a.csv", "--max-rows", "3").count(" row ") == 3
    assert run("a.csv", "--max-rows", "0").count(" row ") == 0
    assert len(json.loads(run("a.csv", "--json"))["files"][0]["changes"]) == 30
    limited = json.loads(run("a.csv", "--json", "--max-rows", "1"))["files"][0]
    assert len(limited["changes"]) == 1
    assert limited["omitted_changes"] == 29


def test_more_than_the_allowed_memory_is_counted_only(changed):
    output = run("a.csv", "--memory", "1B")
    assert "1 modified" in output
    assert "rows were counted only" in output
    assert "cells modified in v: 1" in output


@pytest.mark.parametrize("where", ["pyproject", "config", "environment"])
def test_the_allowed_memory_may_be_a_setting(changed, monkeypatch, where):
    if where == "pyproject":
        changed.write("pyproject.toml", '[tool.pivot.data_diff]\nmemory = "1B"\n')
    elif where == "config":
        changed.write(".pivot/config.yaml", "data_diff:\n  memory: 1\n")
    else:
        monkeypatch.setenv("PIVOT_DATA_DIFF__MEMORY", "1B")
    assert "rows were counted only" in run("a.csv")
    assert "rows were counted only" not in run("a.csv", "--memory", "1MB")


def test_a_difference_is_no_failure_unless_asked_for(changed):
    run("a.csv")
    run("a.csv", "--exit-code", status=1)
    run("a.csv", "--columns", "id", "--exit-code")
    run("a.csv", "--exit-code", "--json", status=1)
    run("a.csv", "--exit-code", "--memory", "1B", status=1)


def test_an_output_that_is_no_data_file_differs_too(changed):
    changed.output("model.pkl", b"old")
    changed.commit()
    run("--exit-code")
    changed.write("model.pkl", b"new")
    assert run("--exit-code", status=1) == "different, but not data files: model.pkl\n"


@pytest.fixture
def views(monkeypatch):
    """The reports that the view was opened with, as if standard output were a terminal."""
    opened = []

    def show(report):
        opened.append(report)
        return 0

    monkeypatch.setattr("pivot_data_diff.cli._on_terminal", lambda: True)
    monkeypatch.setattr("pivot_data_diff.view.show", show)
    return opened


def test_on_a_terminal_the_view_opens(changed, views):
    assert run("a.csv", "--key", "id") == ""
    (report,) = views
    assert [change.key for change in report.files[0].table.rows] == [(2,)]
    run("a.csv", "--exit-code", status=1)
    assert len(views) == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--no-tui"], ["--json"], ["--no-tui", "--json"], ["--format", "md"],
        ["--format", "plain"], ["--max-rows", "5"],
    ],
)  # fmt: skip
def test_no_view_opens_if_something_is_to_be_printed(changed, views, words):
    assert "a.csv" in run("a.csv", *words)
    assert not views


def test_no_view_opens_if_there_is_nothing_to_see(changed, views):
    assert "a.csv: unchanged" in run("a.csv", "--columns", "id")
    assert not views


def test_what_the_view_shows_beyond_the_memory_has_rows_too(changed, views):
    run("a.csv", "--memory", "64B", "--key", "id")
    assert len(views[0].files[0].table.rows) == 1


def test_a_problem_is_raised_after_the_view_too(changed, views):
    result = run("a.csv", "c.csv")
    assert [str(p.path) for p in views[0].problems] == ["c.csv"]
    assert "'c.csv'" in str(result.exception)


def test_what_ends_the_view_ends_the_command(changed, views, monkeypatch):
    monkeypatch.setattr("pivot_data_diff.view.show", lambda report: 143)
    run("a.csv", "--exit-code", status=143)


def test_paths_are_the_projects_or_begin_with_a_dot(changed, monkeypatch):
    (changed.root / "sub").mkdir()
    monkeypatch.chdir(changed.root / "sub")
    assert run("a.csv") == run("../a.csv") == run(str(changed.root / "a.csv"))


def test_the_whole_project_is_a_directory_too(changed):
    assert [line for line in run(".").splitlines() if "csv" in line] == [
        "a.csv: modified",
        "b.csv: modified",
    ]


def test_without_paths_and_without_outputs(changed):
    assert run() == "no data differ between HEAD and workspace\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--memory", "lots"], "'lots' is not a size such as 500MB"),
        (["--tolerance", "-1"], "-1"),
        (["--max-rows", "-1"], "-1"),
        (["--format", "xml"], "xml"),
    ],
)
def test_options_that_make_no_sense(changed, words, message):
    assert message in run("a.csv", *words, status=2)


def test_a_problem_is_raised_after_the_rest_is_shown(changed):
    result = run("a.csv", "--key", "nope")
    assert "no key column 'nope'" in str(result.exception)
    result = run("a.csv", "c.csv", "b.csv")
    assert "a.csv: modified" in result.output
    assert "b.csv: modified" in result.output
    assert "'c.csv'" in str(result.exception)


def test_several_problems_are_one_error(changed):
    result = run("c.csv", "d.csv")
    assert "'c.csv'" in str(result.exception)
    assert "'d.csv'" in str(result.exception)
    assert len(result.exception.errors) == 2


def test_an_error_never_has_the_status_of_a_difference(changed, install):
    install("oddfmt", "def open_odd(path):\n    raise OSError(5, 'failing')", odd="oddfmt:open_odd")
    changed.commit(a_odd="x")
    changed.write("a.odd", "y")
    error = run("a.odd").exception
    assert "failing" in str(error)
    assert error.exit_status == 2


def test_colours_are_for_terminals(changed, monkeypatch):
    assert "\x1b" not in run("a.csv")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    result = CliRunner().invoke(diff, ["a.csv"], color=True)
    assert '\x1b[33m  ~ row 2: v "y" -> "z"\x1b[0m' in result.output


def pivot(directory, *words):
    return subprocess.run(
        [sys.executable, "-m", "pivot.cli", *words],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "COLUMNS": "100"},
    )


PIPELINE = """
import pathlib
from typing import Annotated
from pivot import loaders, outputs
from pivot.registry import REGISTRY

def make() -> Annotated[pathlib.Path, outputs.Out("scores.csv", loaders.PathOnly())]:
    path = pathlib.Path("scores.csv")
    path.write_text("id,score\\n1,0.5\\n2,VALUE\\n")
    return path

REGISTRY.register(make)
"""


def test_the_outputs_of_a_pipeline_from_run_to_run(project):
    project.write(".gitignore", "/scores.csv\n__pycache__\n")
    project.write("pipeline.py", PIPELINE.replace("VALUE", "0.25"))
    assert pivot(project.root, "run").returncode == 0
    project.commit()
    assert pivot(project.root, "data", "diff", "--exit-code").returncode == 0

    project.write("pipeline.py", PIPELINE.replace("VALUE", "0.75"))
    assert pivot(project.root, "run").returncode == 0
    result = pivot(project.root, "data", "diff", "--key", "id", "--exit-code")
    assert result.returncode == 1
    assert "~ id=2: score 0.25 -> 0.75" in result.stdout

    project.commit()
    result = pivot(project.root, "data", "diff", "scores.csv", "--rev", "HEAD~1", "--rev", "HEAD")
    assert "~ row 2: score 0.25 -> 0.75" in result.stdout


def test_an_error_of_the_command_is_one_message(project):
    project.commit()
    result = pivot(project.root, "data", "diff", "--rev", "nope")
    assert result.returncode == 2
    assert result.stderr.startswith("error: git knows no revision 'nope'")
    assert "Traceback" not in result.stderr


def test_the_help_names_what_there_is(project):
    text = pivot(project.root, "data", "diff", "--help").stdout
    for option in ("--rev", "--key", "--columns", "--ignore", "--tolerance", "--format", "--json",
                   "--max-rows", "--memory", "--exit-code", "--no-tui"):  # fmt: skip
        assert option in text
