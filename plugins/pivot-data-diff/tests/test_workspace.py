"""The files as they are now."""

from __future__ import annotations

import pytest
from pivot_data_diff.workspace import Workspace

from pivot.errors import PathError, StorageError
from pivot.hashing import hash_bytes
from pivot.store.state import State
from pivot.vcs import Repository


@pytest.fixture
def workspace(project):
    return lambda known=None: Workspace(project.root, Repository.find(project.root), known)


def test_a_file_is_found_where_it_is(project, workspace):
    file = project.write("d/a.csv", "x")
    item = workspace().find("d/a.csv")
    assert item.open() == file
    assert item.hash("xxh64") == hash_bytes(b"x")
    assert item.hash("xxh3_128") == hash_bytes(b"x", "xxh3_128")
    assert item.recorded_hash() is None


def test_directories_and_what_is_absent_are_not_found(project, workspace):
    project.write("d/a.csv", "x")
    assert workspace().find("d") is None
    assert workspace().find("b.csv") is None


def test_a_file_beyond_the_project_is_refused(project, workspace, tmp_path):
    (tmp_path / "outside").mkdir()
    (project.root / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(PathError, match="outside the project"):
        workspace().find("link/a.csv")


def test_a_file_that_disappears_is_an_error(project, workspace):
    file = project.write("a.csv", "x")
    item = workspace().find("a.csv")
    file.unlink()
    with pytest.raises(StorageError, match="gone"):
        item.hash("xxh64")


def test_outputs_are_hashed_as_they_were_recorded(project, workspace):
    project.output("a.csv", "old", algorithm="xxh3_128")
    recorded = workspace().recorded.outputs["a.csv"]
    project.write("a.csv", "new")
    assert workspace().content("a.csv", recorded).hash == hash_bytes(b"new", "xxh3_128")
    assert workspace().content("a.csv").hash == hash_bytes(b"new")
    assert workspace().content("gone.csv") is None


def test_the_files_of_a_directory_are_outputs_and_what_git_tracks(project, workspace):
    project.commit(d_csv="x")
    for name in ("d/tracked.csv", "d/deleted.csv", "d/untracked.csv", "d/out/1.csv", "d/one.csv"):
        project.write(name, "x")
    project.git("add", "d/tracked.csv", "d/deleted.csv")
    project.record("d/out/", "d/one.csv")
    (project.root / "d/deleted.csv").unlink()
    found = workspace()
    everything = {"d/tracked.csv", "d/out/1.csv", "d/one.csv"}
    assert set(found.files("d")) == everything
    assert set(found.files("d/out")) == {"d/out/1.csv"}
    assert set(found.files("d/out/1.csv")) == {"d/out/1.csv"}
    assert set(found.files("d/untracked.csv")) == set()
    assert set(found.files("")) == {*everything, ".gitignore", ".pivot/.gitignore", "d.csv"} - {
        ".gitignore"
    }


def test_hashes_of_earlier_runs_are_used(project, workspace):
    project.write("a.csv", "x")
    state = State.open(project.layout.state)
    try:
        status = (project.root / "a.csv").stat()
        from pivot.store.content import Signature

        state.files.put("a.csv", Signature.of(status), "0123456789abcdef")
        assert workspace(state.files).find("a.csv").hash("xxh64") == "0123456789abcdef"
    finally:
        state.close()


def test_a_broken_lock_is_left_aside_and_told(project, workspace):
    project.output("a.csv", "x")
    (project.layout.stages / "bad.lock").write_text("<<<<<<< HEAD\n")
    recorded = workspace().recorded
    assert set(recorded.outputs) == {"a.csv"}
    assert [error.file.name for error in recorded.broken] == ["bad.lock"]


def test_a_lock_that_can_not_be_read_is_an_error(project, workspace):
    (project.layout.stages / "bad.lock").mkdir(parents=True)
    with pytest.raises(StorageError, match="read the lock file"):
        workspace()
