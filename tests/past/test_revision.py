"""What artifacts were at a revision."""

from __future__ import annotations

import pytest

from pivot.past.revision import DisputedError, Item
from pivot.vcs import UnknownRevisionError


def test_outputs_are_known_by_their_locks(revision):
    item = revision("v1").find("scores.json")
    assert (item.path, item.stage) == ("scores.json", "train")
    assert item.content != revision("v2").find("scores.json").content
    assert revision("v1").find("parts/").content.directory


def test_what_git_has_is_what_was_there(revision):
    assert revision("v1").find("raw.json") == Item("raw.json")
    assert revision("v1").find("nothing") is None


def test_directories(revision):
    found = revision("v1")
    assert found.holder("parts/sub/same.txt").path == "parts"
    assert found.holder("scores.json/x") is None
    assert [item.path for item in found.inside(".pivot")][-1] == ".pivot/stages/train.lock"


def test_locks_that_disagree(observed, revision):
    lock = observed.read(".pivot/stages/final.lock")
    observed.write(".pivot/stages/twin.lock", lock.replace('"stage": "final"', '"stage": "twin"'))
    observed.commit("same")
    assert revision("same").find("final.yaml").stage == "final"
    twin = observed.read(".pivot/stages/twin.lock").replace('"size": ', '"size": 1')
    observed.write(".pivot/stages/twin.lock", twin)
    observed.commit("other")
    with pytest.raises(DisputedError, match="at other: the locks of the stages final and twin"):
        revision("other").find("final.yaml")


def test_broken_locks_are_left_aside(observed, revision):
    observed.write(".pivot/stages/final.lock", "{")
    observed.commit("broken")
    found = revision("broken")
    assert found.find("final.yaml") is None
    assert found.find("scores.json") is not None
    assert "final.lock is broken" in str(found.broken[0])


def test_a_revision_that_is_not_there(revision):
    with pytest.raises(UnknownRevisionError):
        revision("v9")
