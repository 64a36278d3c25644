"""`.pivotignore`: what it names does not count in a directory, and nothing else is left out."""

from __future__ import annotations

import pytest

from pivot.errors import ConfigError
from pivot.store.ignore import Ignore
from pivot.store.listing import FileEntry, decode_listing
from pivot.store.tree import Tree


def names(root):
    entries = decode_listing(Tree(root, "xxh64").listing("out"))
    return [entry.path for entry in entries if isinstance(entry, FileEntry)]


@pytest.fixture
def root(tmp_path):
    for path in ("out/a.txt", "out/a.tmp", "out/build/b.pyc", "out/keep/b.tmp", "a.tmp"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    return tmp_path


def test_without_the_file_everything_counts(root):
    assert names(root) == ["a.tmp", "a.txt", "build/b.pyc", "keep/b.tmp"]


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        ("*.tmp\n", ["a.txt", "build/b.pyc"]),
        ("# comment\n\n*.tmp\n!out/keep/*.tmp\n", ["a.txt", "build/b.pyc", "keep/b.tmp"]),
        ("/out/*.tmp\n", ["a.txt", "build/b.pyc", "keep/b.tmp"]),
        ("build/\n", ["a.tmp", "a.txt", "keep/b.tmp"]),
        ("out/**/b.*\n", ["a.tmp", "a.txt"]),
        ("/a.tmp\n", ["a.tmp", "a.txt", "build/b.pyc", "keep/b.tmp"]),
    ],
)
def test_patterns_are_those_of_gitignore_from_the_root(root, patterns, left):
    (root / ".pivotignore").write_text(patterns)
    assert names(root) == left


def test_what_is_ignored_does_not_change_the_hash(root):
    (root / ".pivotignore").write_text("*.tmp\n")
    before = Tree(root, "xxh64").content("out")
    (root / "out/a.tmp").write_text("other")
    (root / "out/new.tmp").write_text("new")
    assert Tree(root, "xxh64").content("out") == before


def test_a_file_that_is_named_as_an_artifact_counts_in_any_case(root):
    (root / ".pivotignore").write_text("*.tmp\n")
    assert Tree(root, "xxh64").content("a.tmp") is not None


def test_what_is_no_text_is_a_clear_error(root):
    (root / ".pivotignore").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"\.pivotignore:1: this is not UTF-8"):
        Ignore(root)("out/a.tmp")


def test_what_is_no_pattern_is_an_error_with_its_line(root):
    (root / ".pivotignore").write_text("*.tmp\n!\n")
    with pytest.raises(ConfigError, match=r"\.pivotignore:2"):
        Ignore(root)("out/a.tmp")
