"""Roots, artifact paths, and project code."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.errors import PathError, UsageError
from pivot.paths import ROOT_MARKERS, artifact_path, find_root, inside, is_project_file


@pytest.mark.parametrize("marker", ROOT_MARKERS)
def test_the_root_is_where_a_marker_is(tmp_path, marker):
    (tmp_path / marker).touch()
    (tmp_path / "a/b").mkdir(parents=True)
    assert find_root(tmp_path / "a/b") == tmp_path


def test_the_nearest_root_wins(tmp_path):
    (tmp_path / "pipeline.py").touch()
    (tmp_path / "inner/deep").mkdir(parents=True)
    (tmp_path / "inner/pivot.yaml").touch()
    assert find_root(tmp_path / "inner/deep") == tmp_path / "inner"


def test_the_root_of_a_linked_directory_is_where_it_really_is(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "project/pipeline.py").touch()
    (tmp_path / "link").symlink_to("project")
    assert find_root(tmp_path / "link") == tmp_path / "project"


def test_no_root_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(UsageError, match=r"pivot init"):
        find_root(tmp_path)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("data.csv", "data.csv"),
        ("./data.csv", "data.csv"),
        ("data//x.csv", "data/x.csv"),
        ("data/./x.csv", "data/x.csv"),
        ("data/../x.csv", "x.csv"),
        ("data/", "data/"),
        ("data//", "data/"),
        ("data/.", "data"),
        ("..data/x", "..data/x"),
        (".pivotal/x", ".pivotal/x"),
        ("sub/.pivot", "sub/.pivot"),
        (PurePosixPath("a/b"), "a/b"),
        ("größe\n.csv", "größe\n.csv"),
    ],
)
def test_a_path_is_normalised(written, normal):
    assert artifact_path(written) == normal


@pytest.mark.parametrize(
    "written",
    [
        "", "\0", "a\0b", "/etc/passwd", "//x", ".", "./", "a/..", "..", "../", "../x", "a/../../x",
        ".pivot", ".pivot/", ".pivot/cache/x", "./.pivot/x", "a/../.pivot/x", ".PIVOT/x", ".Pivot",
    ],
)  # fmt: skip
def test_what_is_no_place_for_an_artifact_is_refused(written):
    with pytest.raises(PathError):
        artifact_path(written)


@given(st.text(alphabet="ab./\0", max_size=12))
def test_what_is_accepted_is_normal_and_leads_down(written):
    try:
        path = artifact_path(written)
    except PathError:
        return
    assert artifact_path(path) == path
    assert ".." not in PurePosixPath(path).parts
    assert not path.startswith("/")


def test_an_artifacts_place_is_below_the_root(tmp_path):
    assert inside(tmp_path, "data/x.csv") == tmp_path / "data/x.csv"


def test_an_artifact_may_be_a_link(tmp_path):
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert inside(tmp_path, "link") == tmp_path / "link"


def test_a_directory_that_leads_out_is_refused(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "project/data").symlink_to("..")
    with pytest.raises(PathError, match=r"data/x\.csv"):
        inside(tmp_path / "project", "data/x.csv")


def test_a_linked_directory_within_the_project_is_fine(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "data").symlink_to("real")
    assert inside(tmp_path, "data/x.csv") == tmp_path / "data/x.csv"


def test_the_root_itself_may_be_reached_by_a_link(tmp_path):
    (tmp_path / "real/data").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    assert inside(tmp_path / "link", "data/x.csv") == tmp_path / "link/data/x.csv"


def test_a_file_under_the_root_is_the_projects_own(tmp_path):
    assert is_project_file(tmp_path, tmp_path / "src/helpers.py")


def test_a_file_elsewhere_is_not(tmp_path):
    assert not is_project_file(tmp_path / "project", tmp_path / "project-2/helpers.py")


def test_a_link_into_the_project_is_judged_by_where_it_leads(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "outside.py").touch()
    (tmp_path / "project/helpers.py").symlink_to("../outside.py")
    assert not is_project_file(tmp_path / "project", tmp_path / "project/helpers.py")


@pytest.mark.parametrize("part", ["site-packages", "dist-packages", "node_modules"])
def test_installed_packages_are_not_the_projects_own(tmp_path, part):
    assert not is_project_file(tmp_path, tmp_path / "env/lib" / part / "x.py")


def test_an_environment_in_the_project_is_not_its_own(tmp_path):
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/pyvenv.cfg").touch()
    assert not is_project_file(tmp_path, tmp_path / ".venv/bin/activate_this.py")


def test_a_project_inside_an_environment_is_its_own(tmp_path):
    (tmp_path / "pyvenv.cfg").touch()
    assert is_project_file(tmp_path / "src/app", tmp_path / "src/app/pipeline.py")


def test_the_standard_library_is_not_the_projects_own_even_below_the_root():
    file = Path(sysconfig.get_path("stdlib")) / "json/__init__.py"
    assert not is_project_file(Path(sys.base_prefix), file)


def test_everything_is_below_the_root_of_the_file_system(tmp_path):
    assert is_project_file(Path("/"), tmp_path / "x.py")
