"""Where things are inside .pivot."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.errors import StorageError
from pivot.store.layout import Layout


def test_the_places(tmp_path):
    layout = Layout(tmp_path)
    places = {
        layout.dot: ".pivot",
        layout.stages: ".pivot/stages",
        layout.blobs: ".pivot/cache/files",
        layout.quarantine: ".pivot/cache/quarantine",
        layout.state: ".pivot/state.lmdb",
        layout.logs: ".pivot/logs",
        layout.holds: ".pivot/holds",
        layout.config: ".pivot/config.yaml",
    }
    assert {place: tmp_path / text for place, text in places.items()} == {p: p for p in places}


def test_the_files_of_a_stage(tmp_path):
    layout = Layout(tmp_path)
    assert layout.lock_file("train") == tmp_path / ".pivot/stages/train.lock"
    assert layout.log_file("train") == tmp_path / ".pivot/logs/train.log"
    assert layout.hold_file("train") == tmp_path / ".pivot/holds/train.hold"


@pytest.mark.parametrize(
    ("stage", "file"),
    [
        ("train@small-1", "train@small-1.lock"),
        ("a/b", "a%2Fb.lock"),
        ("a%2Fb", "a%252Fb.lock"),
        ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd.lock"),
        (".hidden", "%2Ehidden.lock"),
        ("a\0b\n", "a%00b%0A.lock"),
    ],
)
def test_a_name_that_is_no_file_name_is_written_as_one(tmp_path, stage, file):
    assert Layout(tmp_path).lock_file(stage) == tmp_path / ".pivot/stages" / file


def test_long_names_fit_and_stay_apart(tmp_path):
    layout = Layout(tmp_path)
    one, two = (layout.lock_file("x" * 300 + end) for end in ("1", "2"))
    assert one != two
    one.parent.mkdir(parents=True)
    one.touch()


@given(st.sets(st.text(min_size=1, max_size=8), min_size=2, max_size=2))
def test_different_stages_have_different_files_in_one_directory(stages):
    from pathlib import Path

    layout = Layout(Path("/p"))
    files = [layout.lock_file(stage) for stage in stages]
    assert files[0] != files[1]
    assert {file.parent for file in files} == {layout.stages}


def test_git_sees_the_locks_and_nothing_else(tmp_path):
    layout = Layout(tmp_path)
    layout.create()
    for file in (
        layout.lock_file("train"),
        layout.stages / ".pivot-0123456789abcdef.tmp",
        layout.config,
        layout.state / "data.mdb",
        layout.blobs / "ab/cdef",
        layout.log_file("train"),
        layout.hold_file("train"),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    listed = subprocess.run(
        ["git", "ls-files"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert listed.stdout.split() == [".pivot/.gitignore", ".pivot/stages/train.lock"]


def test_creating_twice_keeps_what_the_user_wrote(tmp_path):
    layout = Layout(tmp_path)
    layout.create()
    ignore = tmp_path / ".pivot/.gitignore"
    ignore.write_text("mine")
    layout.create()
    assert ignore.read_text() == "mine"


def test_a_file_in_the_way_is_a_clear_error(tmp_path):
    (tmp_path / ".pivot").touch()
    with pytest.raises(StorageError, match=r"\.pivot: .*\n.*move it out of the way"):
        Layout(tmp_path).create()
