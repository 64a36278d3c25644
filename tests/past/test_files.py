"""What files hold, and held."""

from __future__ import annotations

import pytest

from pivot.past.files import FileReader


@pytest.fixture
def reader(session):
    return FileReader(session, lambda path: path.endswith(".txt"))


def test_a_directory_means_the_files_in_it(observed, reader, revision):
    (observed.root / "parts/other.bin").touch()
    assert reader.workspace(["parts/"]) == {
        "parts/rate.txt": b"0.05",
        "parts/sub/same.txt": b"same",
    }
    assert reader.at_each([revision("v1")], ["parts/"])[0]["parts/rate.txt"] == b"0.1"


def test_a_directory_that_git_has(observed, reader, revision):
    observed.write("notes/a.txt", "a")
    observed.write("notes/b.bin", "b")
    observed.commit("v4")
    assert reader.at_each([revision("v4")], ["notes"]) == [{"notes/a.txt": b"a"}]


def test_what_is_not_there_is_left_out(reader, revision):
    assert reader.workspace(["nothing.txt", "raw.json/x.txt"]) == {}
    assert reader.at_each([revision("v1")], ["nothing.txt"]) == [{}]


def test_what_can_not_be_read_is_told(observed, reader):
    name = "x" * 300
    observed.root.joinpath("out").symlink_to("/")
    found = reader.workspace([name, "out/etc/hostname"])
    assert "it can't be read: File name too long" in str(found[name])
    assert "leads outside the project" in str(found["out/etc/hostname"])


def test_locks_that_disagree_are_told(observed, reader, revision):
    lock = observed.read(".pivot/stages/final.lock").replace('"size": ', '"size": 1')
    observed.write(".pivot/stages/twin.lock", lock.replace('"stage": "final"', '"stage": "twin"'))
    observed.commit("v4")
    [found] = reader.at_each([revision("v4")], ["final.yaml", "raw.json"])
    assert "name it, with different contents" in str(found["final.yaml"])
    assert found["raw.json"] == b"[3, 1, 2]"
