"""Outputs before and after, in projects that were really run."""

from __future__ import annotations

import re

import pytest
from pivot_tui.board import Board, Row, State
from pivot_tui.drawn import Kind
from pivot_tui.outputs import changes

import pivot
from pivot.registry import Registry


class Project:
    """Runs one stage, whose body is a function; gives what is said of its outputs."""

    def __init__(self, root):
        self.root = root
        self.path = "out.txt"

    def run(self, body):
        board = Board(self.root)
        registry = Registry()

        def make() -> None:
            body(self.root / self.path)

        registry.register(make, outs=[self.path], code=[str(body.__code__.co_code)])
        pivot.run(self.root, registry=registry, executor="inline", on_event=board.tell, force=True)
        return changes(self.root, board.row("make"))

    def texts(self, body):
        return [line.text for line in self.run(body)]


def write(data):
    return lambda path: path.write_bytes(data)


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_what_was_made_for_the_first_time_is_new(project):
    path, facts, _ = project.texts(write(b"one\n"))
    assert path == "out.txt"
    assert re.fullmatch("  new: 4 B, [0-9a-f]{8}", facts)


def test_small_texts_are_compared(project):
    project.run(write(b"one\ntwo\n"))
    lines = project.run(write(b"one\nthree\n"))
    assert [line.text for line in lines][:2] == ["out.txt", "  size  8 B -> 10 B"]
    assert [(line.text, line.kind) for line in lines[3:7]] == [
        ("@@ -1,2 +1,2 @@", Kind.PLACE),
        (" one", Kind.PLAIN),
        ("-two", Kind.REMOVED),
        ("+three", Kind.ADDED),
    ]


def test_what_is_the_same_is_unchanged(project):
    project.run(write(b"one\n"))
    assert project.texts(write(b"one\n"))[1].startswith("  unchanged: 4 B, ")


def test_a_difference_is_harmless(project):
    project.run(write(b"one\n"))
    assert "+\x1b" not in "".join(project.texts(write(b"\x1b[2Jtwo\n")))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\0\1\2", "  not a text: it is not compared here"),
        (b"\xff\xfe", "  not a text: it is not compared here"),
        (b"x" * 300_000, "  too large to be compared here: more than 200.0 kB"),
        (b"x\n" * 4000, "  1 lines -> 4000 lines"),
    ],
)
def test_of_anything_else_the_sizes_say_enough(project, data, said):
    project.run(write(b"one\n"))
    assert project.texts(write(data))[3] == said


def test_a_long_difference_is_cut(project):
    project.run(write(b"one\n"))
    assert "  ... 602 more lines" in project.texts(write(b"x\n" * 1000))


def test_a_content_that_the_cache_has_lost_is_not_compared(project):
    project.run(write(b"one\n"))
    for blob in (project.root / ".pivot" / "cache" / "files").rglob("*"):
        if blob.is_file():
            blob.unlink()
    assert "  the earlier content is not in the cache" in project.texts(write(b"two\n"))


def test_entries_of_directories_are_compared(project):
    project.path = "out/"

    def files(**contents):
        def make(path):
            path.mkdir(parents=True, exist_ok=True)
            for name, text in contents.items():
                (path / name).write_text(text)

        return make

    project.run(files(a="1", b="2"))
    assert project.texts(files(a="111", c="3"))[3:6] == [" a: 1 B -> 3 B", "-b", "+c"]


def test_nothing_is_recorded_of_a_stage_that_has_not_run(tmp_path):
    (line, *_) = changes(tmp_path, Row("make", State.FAILED))
    assert line.text.startswith("Nothing is recorded")


def test_a_stage_that_is_unchanged_shows_what_it_made(project):
    project.run(write(b"one\n"))
    assert changes(project.root, Row("make", State.UNCHANGED))[1].text.startswith("  unchanged")
