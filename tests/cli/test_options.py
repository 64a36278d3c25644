from pathlib import Path

import click
import pytest

from pivot.cli.options import complete_stages, in_project
from pivot.errors import UsageError


@pytest.fixture
def root(tmp_path):
    (tmp_path / "pipeline.py").touch()
    (tmp_path / "data/raw").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "directory", "target"),
    [
        ("train", "data", "train"),
        ("x.csv", "data", "x.csv"),
        ("./x.csv", "data", "data/x.csv"),
        ("../model.pkl", "data", "model.pkl"),
        ("../x.csv", "data/raw", "data/x.csv"),
        ("./raw/", "data", "data/raw/"),
        ("./*.csv", "data", "data/*.csv"),
        ("./x.csv", ".", "x.csv"),
    ],
)
def test_a_path_with_dots_begins_where_it_was_typed(root, typed, directory, target):
    assert in_project([typed], root / directory) == (target,)


def test_an_absolute_path_is_made_relative_to_the_project(root):
    assert in_project([f"{root}/data/x.csv"], root) == ("data/x.csv",)


@pytest.mark.parametrize("typed", ["../x", "/", "./"])
def test_a_path_outside_the_project_is_no_target(root, typed):
    with pytest.raises(UsageError, match="not inside the project"):
        in_project([typed], root)


def test_a_name_beside_a_path_stays_a_name(root):
    assert in_project(["train", "./x.csv"], root / "data") == ("train", "data/x.csv")


def test_names_need_no_project(tmp_path):
    assert in_project(["train", "eval*"], tmp_path) == ("train", "eval*")


def complete(directory, incomplete, monkeypatch):
    monkeypatch.chdir(directory)
    context = click.Context(click.Command("run"))
    return complete_stages(context, click.Argument(["targets"]), incomplete)


def test_stage_names_come_from_the_lock_files(root, monkeypatch):
    # Importing this pipeline would fail.
    (root / "pipeline.py").write_text("raise SystemExit")
    (root / ".pivot/stages").mkdir(parents=True)
    for name in ("train.lock", "train@large.lock", "a%2Bb.lock", "clean.lock"):
        (root / ".pivot/stages" / name).touch()
    assert complete(root, "train", monkeypatch) == ["train", "train@large"]
    assert complete(root / "data", "", monkeypatch) == ["a+b", "clean", "train", "train@large"]


def test_without_a_project_there_is_nothing_to_complete(tmp_path, monkeypatch):
    assert complete(tmp_path, "", monkeypatch) == []


def test_completion_looks_where_the_command_would_work(root, monkeypatch, tmp_path_factory):
    (root / ".pivot/stages").mkdir(parents=True)
    (root / ".pivot/stages/train.lock").touch()
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    top = click.Context(click.Command("pivot"))
    top.params["directory"] = str(root)
    context = click.Context(click.Command("run"), parent=top)
    assert complete_stages(context, click.Argument(["targets"]), "") == ["train"]
    assert Path.cwd() != root
