"""The benchmark of push and pull, as far as it needs neither DVC nor a server."""

from __future__ import annotations

import pytest

from benchmarks.sharing.__main__ import AGAIN, PULL, PUSH, Figure, least, render
from benchmarks.sharing.data import Shape, same, write


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (Shape(10_000, 10_000), "10,000 files of 10 KB"),
        (Shape(1, 2 * 10**9), "1 file of 2 GB"),
        (Shape(3, 256 * 10**6), "3 files of 256 MB"),
        (Shape(2, 7), "2 files of 7 bytes"),
    ],
)
def test_a_shape_is_told_in_words(shape, words):
    assert str(shape) == words


def test_the_files_of_a_shape_are_all_different_and_always_the_same(tmp_path):
    for name in ("first", "second"):
        write(tmp_path / name, Shape(5, 100))
    assert same(tmp_path / "first", tmp_path / "second")
    assert len({file.read_bytes() for file in (tmp_path / "first").iterdir()}) == 5


def test_files_larger_than_what_is_written_at_a_time_are_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.sharing.data._CHUNK", 8)
    write(tmp_path / "data", Shape(1, 20))
    assert [file.stat().st_size for file in (tmp_path / "data").iterdir()] == [20]


@pytest.mark.parametrize("spoil", ["content", "fewer", "more"])
def test_what_was_not_moved_well_is_noticed(tmp_path, spoil):
    for name in ("first", "second"):
        write(tmp_path / name, Shape(2, 100))
    file = tmp_path / "second/000001.bin"
    if spoil == "content":
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    elif spoil == "fewer":
        file.unlink()
    else:
        file.with_name("more").touch()
    assert not same(tmp_path / "first", tmp_path / "second")


def test_of_each_figure_the_least_counts():
    rounds = [{PUSH: Figure(2.0, 1.0, 7)}, {PUSH: Figure(1.5, 1.2, 6)}]
    assert least(rounds) == {PUSH: Figure(1.5, 1.0, 6)}


def test_the_table_has_ratios_to_pivot():
    own = {PUSH: Figure(2.0, 1.0, 10), AGAIN: Figure(1.0, 0.5, 1), PULL: Figure(2.0, 1.0, 10)}
    plain = {PUSH: Figure(1.0, 0.5, 1000), PULL: Figure(3.0, 1.0, 10)}
    assert render(Shape(2, 7), {"Pivot": own, "loop": plain}).splitlines() == [
        "| 2 files of 7 bytes | Pivot | loop |",
        "| --- | --- | --- |",
        "| push, seconds | 2.00 | 1.00 (0.50 times) |",
        "| push, CPU seconds | 1.00 | 0.50 (0.50 times) |",
        "| push, requests | 10 | 1,000 (100.00 times) |",
        "| push again, seconds | 1.00 | - |",
        "| push again, CPU seconds | 0.50 | - |",
        "| push again, requests | 1 | - |",
        "| pull, seconds | 2.00 | 3.00 (1.50 times) |",
        "| pull, CPU seconds | 1.00 | 1.00 (1.00 times) |",
        "| pull, requests | 10 | 10 (1.00 times) |",
    ]
