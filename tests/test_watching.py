"""Which files of a project change, told as they change."""

from __future__ import annotations

import shutil
import sys

import pytest

from pivot.errors import UsageError
from pivot.watching import Watcher

PATIENCE = 30


@pytest.fixture
def watcher(tmp_path):
    (tmp_path / "steps").mkdir()
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".pivotignore").write_text("*.log\nscratch/\n")
    (tmp_path / "scratch").mkdir()
    with Watcher(tmp_path, lambda path: not path.endswith(".skip"), quiet=0.01) as watcher:
        yield watcher


def until(watcher, *wanted):
    """Wait until all of these have been told; give everything that was."""
    found = set()
    while not found >= set(wanted):
        new = watcher.wait(PATIENCE)
        assert new, f"{set(wanted) - found} not told, only {found}"
        found |= new
    return found


def test_changes_at_the_root_and_below_are_told(watcher, tmp_path):
    (tmp_path / "pipeline.py").write_text("1")
    (tmp_path / "steps/train.py").write_text("1")
    assert until(watcher, "pipeline.py", "steps/train.py") == {"pipeline.py", "steps/train.py"}
    (tmp_path / "steps/train.py").unlink()
    assert until(watcher, "steps/train.py") == {"steps/train.py"}


def test_nothing_is_told_of_what_can_be_no_input(watcher, tmp_path):
    for name in (
        ".venv/a.py",
        "steps/.a.py.swp",
        "steps/a.py~",
        "steps/a.skip",
        "a.log",
        "scratch/a",
    ):
        (tmp_path / name).write_text("1")
    (tmp_path / "steps/last.py").write_text("1")
    assert until(watcher, "steps/last.py") <= {"steps/last.py", "steps"}


def test_a_new_directory_is_watched_with_what_is_in_it(watcher, tmp_path):
    (tmp_path / "new/deep").mkdir(parents=True)
    (tmp_path / "new/deep/a.py").write_text("1")
    until(watcher, "new/deep/a.py")
    (tmp_path / "new/deep/b.py").write_text("1")
    until(watcher, "new/deep/b.py")


def test_a_directory_that_comes_back_is_watched_again(watcher, tmp_path):
    shutil.rmtree(tmp_path / "steps")
    until(watcher, "steps")
    (tmp_path / "steps").mkdir()
    until(watcher, "steps")
    (tmp_path / "steps/again.py").write_text("1")
    until(watcher, "steps/again.py")


def test_a_file_that_replaces_another_is_told(watcher, tmp_path):
    (tmp_path / "steps/.new").write_text("2")
    (tmp_path / "steps/.new").rename(tmp_path / "steps/train.py")
    until(watcher, "steps/train.py")


def test_it_is_told_at_once_as_well(tmp_path):
    told = []
    with Watcher(tmp_path, lambda _: True, 0.01, told.append) as watcher:
        (tmp_path / "a.txt").write_text("1")
        until(watcher, "a.txt")
    assert any("a.txt" in paths for paths in told)


def test_nothing_is_told_when_nothing_changes(watcher):
    assert watcher.wait(0.0) == set()


def test_without_the_package_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(UsageError) as caught, Watcher(tmp_path, lambda _: True, 0.01):
        pass
    assert caught.value.hint == "pip install watchfiles"
