"""Which commits changed files, and what these held."""

from __future__ import annotations

import datetime as dt

import pytest

from pivot.past.commits import changes, read_each
from pivot.vcs import UnknownRevisionError

LOCK = ".pivot/stages/train.lock"


def test_the_newest_comes_first(repository):
    found = changes(repository, [LOCK])
    assert [commit.subject for commit in found] == ["v3", "v2", "v1"]
    assert found[0].time.tzinfo is dt.UTC
    assert len(found[0].hash) == 40


def test_only_what_changed_the_files(repository):
    assert [c.subject for c in changes(repository, ["raw.json"])] == ["v1"]
    assert [c.subject for c in changes(repository, ["raw.json", "params.yaml"], limit=2)] == [
        "v3",
        "v2",
    ]
    assert changes(repository, ["nothing"]) == ()
    assert [c.subject for c in changes(repository, [LOCK], since="v2")] == ["v2", "v1"]


def test_a_revision_that_is_not_there(repository):
    with pytest.raises(UnknownRevisionError):
        changes(repository, [LOCK], since="v9")


def test_many_files_are_read_at_once(repository):
    places = [("v1", "params.yaml"), ("v2", "params.yaml"), ("v2", "none"), ("v1", ".pivot/stages")]
    assert read_each(repository, [*places, ("v1", "two\nlines")]) == {
        ("v1", "params.yaml"): b"train: {rate: 0.1}",
        ("v2", "params.yaml"): b"train: {rate: 0.2}",
    }


def test_files_with_odd_names(observed, repository):
    observed.write("a b 'ü'.txt", "x")
    observed.commit("v4")
    assert read_each(repository, [("v4", "a b 'ü'.txt")]) == {("v4", "a b 'ü'.txt"): b"x"}


def test_a_project_in_a_subdirectory(observed, repository):
    sub = observed.root / "sub"
    sub.mkdir()
    observed.write("sub/x.txt", "x")
    observed.commit("v4")
    below = type(repository)(sub)
    assert [c.subject for c in changes(below, ["x.txt"])] == ["v4"]
    assert read_each(below, [("v4", "x.txt"), ("v4", "raw.json")]) == {("v4", "x.txt"): b"x"}
