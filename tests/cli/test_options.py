import pytest

from pivot.cli.options import in_project
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
