"""Getting contents into the cache."""

from __future__ import annotations

import shutil

import pytest

import pivot
from pivot.api.opening import open_session
from pivot.errors import UsageError
from pivot.past.contents import Contents, Wanted, is_whole


@pytest.fixture
def wanted(revision):
    """Give a function from a path and a revision to what is wanted."""

    def wanted(path, name="v1"):
        return Wanted(path, name, revision(name).find(path).content)

    return wanted


def blob(session, content):
    return session.workspace.cache.blob(content.hash)


def test_what_is_there_is_left_there(session, wanted):
    contents = Contents(session)
    one = wanted("scores.json")
    assert contents.bring([one, wanted("parts")]) == {}
    assert contents.source(one.content) == "cache"


def test_what_the_workspace_has_is_taken_from_there(observed, session, wanted):
    one = wanted("scores.json", "v3")
    blob(session, one.content).unlink()
    before = (observed.root / "scores.json").stat().st_ino
    assert Contents(session).bring([one]) == {}
    assert is_whole(session.workspace.cache, one.content)
    assert (observed.root / "scores.json").stat().st_ino == before


def test_what_nobody_has_is_told(session, wanted):
    one = wanted("scores.json")
    blob(session, one.content).unlink()
    [error] = Contents(session).bring([one, wanted("parts")]).values()
    assert str(error).startswith(
        f"scores.json at v1: the cache doesn't hold it ({one.content.hash}), "
    )
    assert (error.hash, error.remote, error.exit_status) == (one.content.hash, None, 2)


def test_what_is_damaged_counts_as_not_there(session, wanted):
    one = wanted("scores.json")
    file = blob(session, one.content)
    file.chmod(0o644)
    file.write_bytes(b"x" * one.content.size)
    assert list(Contents(session).bring([one])) == [one.content]


def test_a_part_of_a_directory_that_is_gone_is_missed(session, wanted):
    parts = wanted("parts")
    entries = session.workspace.cache.read_listing(parts.content.hash)
    session.workspace.cache.blob(entries[0].hash).unlink()
    assert list(Contents(session).bring([parts])) == [parts.content]
    assert Contents(session).bring_listings([parts]) == {}


def test_several_remotes_of_which_none_is_the_default(observed, wanted):
    observed.write(".pivot/config.yaml", "remotes: {a: /nowhere/a, b: /nowhere/b}")
    with open_session(observed.root, None, {}) as session:
        one = wanted("scores.json")
        blob(session, one.content).unlink()
        [error] = Contents(session).bring([one]).values()
        assert "there are several remotes (a, b), and none of them is the default" in str(error)
        with pytest.raises(UsageError, match="no remote called 'c'"):
            Contents(session, "c").bring([one])


def test_a_remote_has_it(observed, session, wanted, tmp_path):
    (tmp_path / "remote").mkdir()
    observed.write(".pivot/config.yaml", f"remotes: {{origin: {tmp_path / 'remote'}}}")
    observed.git("checkout", "-q", "v1", "--", ".pivot/stages")
    pivot.push(observed.root)
    shutil.rmtree(observed.root / ".pivot/cache")
    with open_session(observed.root, None, {}) as fresh:
        contents = Contents(fresh)
        parts = wanted("parts")
        assert contents.bring_listings([parts]) == {}
        assert not is_whole(fresh.workspace.cache, parts.content)
        assert contents.bring([parts]) == {}
        assert is_whole(fresh.workspace.cache, parts.content)
        assert contents.source(parts.content) == "remote"
