"""Many files are looked at together: asked for together, and hashed in threads if they are large."""

from __future__ import annotations

import os
import threading

import pytest

from pivot.hashing import hash_bytes
from pivot.store import files as module
from pivot.store.files import Files, SpecialFileError
from pivot.store.tree import Tree

LARGE = module._WORTH_A_THREAD
PATIENCE = 60


@pytest.fixture
def files(root, memory):
    return Files(str(root), "xxh64", memory)


def found(root):
    return [(item.name, item.stat(follow_symlinks=False)) for item in os.scandir(root)]


def write(root, sizes):
    for name, size in sizes.items():
        (root / name).write_bytes(name.encode() * size)


def test_large_and_small_ones_are_hashed_alike(root, files):
    sizes = {"a": LARGE, "b": 1, "c": LARGE + 1, "d": 0, "e": 2 * LARGE}
    write(root, sizes)
    hashes = {name: hashed.hash for name, hashed in files.look_at_all(found(root))}
    assert hashes == {name: hash_bytes(name.encode() * size) for name, size in sizes.items()}


def test_large_ones_are_hashed_at_the_same_time(root, files, monkeypatch):
    write(root, {"a": LARGE, "b": LARGE})
    both, real = threading.Barrier(2, timeout=PATIENCE), module.hash_file

    def hash_file(path, algorithm):
        both.wait()
        return real(path, algorithm)

    monkeypatch.setattr(module, "hash_file", hash_file)
    monkeypatch.setattr(module.os, "process_cpu_count", lambda: 2)
    assert {name for name, _ in files.look_at_all(found(root))} == {"a", "b"}


def test_no_thread_is_left(root, files):
    write(root, {"a": LARGE, "b": LARGE})
    before = threading.active_count()
    list(files.look_at_all(found(root)))
    assert threading.active_count() == before


@pytest.mark.parametrize("gone", ["a", "c"])
def test_what_cannot_be_read_is_an_error_whoever_hashes_it(root, files, gone):
    write(root, {"a": LARGE, "b": LARGE, "c": 1})
    seen = found(root)
    (root / gone).unlink()
    with pytest.raises(FileNotFoundError):
        list(files.look_at_all(seen))


def test_what_has_no_content_is_an_error(root, files):
    os.mkfifo(root / "pipe")
    with pytest.raises(SpecialFileError, match="'pipe' is a named pipe"):
        list(files.look_at_all(found(root)))


def test_what_is_known_is_not_hashed_again(root, files, memory, settle, monkeypatch):
    write(root, {"a": LARGE, "b": LARGE, "c": 1})
    settle(*root.iterdir())
    first = dict(files.look_at_all(found(root)))
    assert memory.entries.keys() == {"a", "b", "c"}
    monkeypatch.delattr(module, "hash_file")
    assert dict(files.look_at_all(found(root))).keys() == first.keys()


def test_a_directory_is_asked_for_in_few_questions(root, memory, monkeypatch):
    directory = root / "data" / "sub"
    directory.mkdir(parents=True)
    for number in range(3000):
        (directory / str(number)).touch()
    questions = []
    real = memory.get_all

    def get_all(paths):
        questions.append(len(paths))
        return real(paths)

    monkeypatch.setattr(memory, "get_all", get_all)
    Tree(root, "xxh64", memory).content("data/")
    assert sum(questions) == 3000
    assert len(questions) <= 3
