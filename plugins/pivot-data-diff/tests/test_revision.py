"""The files as they were."""

from __future__ import annotations

from functools import partial

import pytest
from pivot_data_diff.diff import _fetch
from pivot_data_diff.errors import DisputedError
from pivot_data_diff.revision import Revision, Store

from pivot.hashing import hash_bytes
from pivot.past.contents import MissingContentError
from pivot.session import Session
from pivot.store.blobs import Blobs, CorruptBlobError
from pivot.store.cache import Cache
from pivot.vcs import Repository, UnknownRevisionError


@pytest.fixture
def session(project):
    with Session(project.root) as session:
        yield session


@pytest.fixture
def revision(project, tmp_path, session):
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    def revision(name):
        layout = project.layout
        cache = Cache(layout, "xxh64")
        repository = Repository.find(project.root)
        return Revision(
            Store(repository, cache, Blobs(layout, None), scratch, partial(_fetch, session)), name
        )

    return revision


def drop_blobs(project):
    for blob in project.layout.blobs.glob("??/*"):
        blob.unlink()


def test_a_file_is_taken_from_git(project, revision):
    project.commit(a_csv="one")
    project.commit(a_csv="two")
    item = revision("HEAD~1").find("a.csv")
    assert item.open().read_bytes() == b"one"
    assert item.open() == item.open()
    assert item.hash("xxh64") == hash_bytes(b"one")
    assert item.recorded_hash() is None


def test_an_output_is_taken_from_the_cache(project, revision):
    project.output("a.csv", "one")
    project.commit()
    project.output("a.csv", "two")
    item = revision("HEAD").find("a.csv")
    assert item.open().read_bytes() == b"one"
    assert item.recorded_hash() == item.hash("xxh64") == hash_bytes(b"one")
    assert item.hash("xxh3_128") == hash_bytes(b"one", "xxh3_128")


def test_the_hash_of_an_output_needs_no_cache(project, revision):
    project.output("a.csv", "one")
    project.commit()
    drop_blobs(project)
    project.write("a.csv", "two")
    item = revision("HEAD").find("a.csv")
    assert item.hash("xxh64") == hash_bytes(b"one")
    with pytest.raises(MissingContentError, match=r"a\.csv at HEAD: the cache doesn't hold"):
        item.open()


def test_what_the_workspace_still_holds_is_taken_from_there(project, revision):
    project.output("a.csv", "one")
    project.commit()
    drop_blobs(project)
    assert revision("HEAD").find("a.csv").open().read_bytes() == b"one"


def test_a_corrupt_blob_is_not_used(project, revision):
    project.output("a.csv", "one")
    project.commit()
    (blob,) = project.layout.blobs.glob("??/*")
    blob.chmod(0o644)
    blob.unlink()
    blob.write_bytes(b"oNe")
    with pytest.raises(CorruptBlobError):
        revision("HEAD").find("a.csv").open()


def test_a_file_in_a_directory_that_is_an_output(project, revision):
    project.write("out/d/1.csv", "one")
    project.record("out/")
    project.git("add", ".pivot")
    project.git("commit", "--quiet", "-m", "x")
    found = revision("HEAD")
    assert found.find("out/d/1.csv").open().read_bytes() == b"one"
    assert found.find("out/d/2.csv") is None
    assert found.find("out/d") is None
    assert set(found.files("out")) == set(found.files("out/d")) == {"out/d/1.csv"}
    assert found.content("out").directory
    assert found.find("other.csv") is None


def test_a_directory_whose_listing_is_gone_is_an_error(project, revision):
    project.write("out/1.csv", "one")
    project.record("out/")
    project.git("add", ".pivot")
    project.git("commit", "--quiet", "-m", "x")
    drop_blobs(project)
    project.write("out/1.csv", "two")
    with pytest.raises(MissingContentError, match="out at HEAD"):
        revision("HEAD").find("out/1.csv")


def test_below_a_file_there_is_nothing(project, revision):
    project.output("a.csv", "one")
    project.commit()
    assert revision("HEAD").find("a.csv/b.csv") is None


def test_what_git_has_goes_first(project, revision):
    project.commit(a_csv="in git")
    project.record("a.csv")
    project.commit()
    item = revision("HEAD").find("a.csv")
    drop_blobs(project)
    assert item.open().read_bytes() == b"in git"


def test_a_broken_lock_of_the_past_is_left_aside(project, revision):
    project.output("a.csv", "x")
    (project.layout.stages / "bad.lock").write_text("{}")
    project.commit()
    recorded = revision("HEAD").recorded
    assert set(recorded.outputs) == {"a.csv"}
    assert len(recorded.broken) == 1


def test_two_locks_that_name_one_output_must_agree(project, revision):
    project.output("a.csv", "x", stage="old_name")
    project.output("a.csv", "x", stage="new_name")
    project.commit()
    assert revision("HEAD").find("a.csv").open().read_bytes() == b"x"
    project.output("a.csv", "y", stage="new_name")
    project.commit()
    with pytest.raises(DisputedError, match="the stages new_name and old_name name it") as caught:
        revision("HEAD").find("a.csv")
    assert "delete its file" in caught.value.hint


def test_an_unknown_revision_is_an_error(project, revision):
    project.commit()
    with pytest.raises(UnknownRevisionError):
        revision("nope")
