"""Files get their names whole, or not at all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pivot.errors import StorageError
from pivot.store.atomic import beside, is_temporary, remove, swap_in, write_atomically


def names(directory: Path) -> list[str]:
    return sorted(item.name for item in directory.iterdir())


def full_disk(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_file_has_the_bytes(tmp_path):
    write_atomically(tmp_path / "file", b"a" * 100_000)
    assert (tmp_path / "file").read_bytes() == b"a" * 100_000
    assert names(tmp_path) == ["file"]


def test_missing_directories_are_made(tmp_path):
    write_atomically(tmp_path / "a/b/file", b"x")
    assert (tmp_path / "a/b/file").read_bytes() == b"x"


def test_a_file_that_is_there_is_replaced_not_written_to(tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "link").hardlink_to(tmp_path / "file")
    write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "link").read_bytes() == b"old"


def test_the_umask_applies(tmp_path):
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "file", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640


def test_a_full_disk_leaves_what_was_there_and_no_litter(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full_disk)
        with pytest.raises(StorageError, match=r"can't write .*/file: No space") as caught:
            write_atomically(tmp_path / "file", b"new")
    assert "free some space" in (caught.value.hint or "")
    assert isinstance(caught.value.__cause__, OSError)
    assert (tmp_path / "file").read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_write_that_takes_only_a_part_is_continued(tmp_path, monkeypatch):
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:3]))
        write_atomically(tmp_path / "file", b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_an_interrupt_leaves_no_litter(tmp_path, monkeypatch):
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_atomically(tmp_path / "file", b"new")
    assert names(tmp_path) == []


def test_a_file_where_a_directory_should_be_is_a_clear_error(tmp_path):
    (tmp_path / "dir").touch()
    with pytest.raises(StorageError, match=r"move it out of the way"):
        write_atomically(tmp_path / "dir/file", b"x")


def test_a_directory_where_the_file_should_be_is_a_clear_error(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(StorageError, match=r"there is a directory where a file should be"):
        write_atomically(tmp_path / "file", b"x")
    assert names(tmp_path) == ["file"]


def test_a_limit_on_the_size_of_files_is_a_clear_error(tmp_path):
    code = f"""
import resource, pathlib
from pivot.store.atomic import write_atomically
from pivot.errors import StorageError
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
path = pathlib.Path({str(tmp_path)!r}) / "file"
try:
    write_atomically(path, b"x" * 5000)
except StorageError as error:
    print(error)
"""
    words = [sys.executable, "-c", code]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "ulimit -f" in ran.stdout
    assert names(tmp_path) == []


def test_a_reader_never_sees_a_part(tmp_path):
    file = tmp_path / "file"
    versions = [bytes([letter]) * 50_000 for letter in b"ab"]
    write_atomically(file, versions[0])
    done = threading.Event()
    seen: set[bytes] = set()

    def read() -> None:
        while not done.is_set():
            seen.add(file.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(200):
        write_atomically(file, versions[number % 2])
    done.set()
    reader.join()
    assert seen <= set(versions)


def test_a_killed_writer_leaves_the_old_file_or_the_new_one(tmp_path):
    code = f"""
import pathlib
from pivot.store.atomic import write_atomically
path = pathlib.Path({str(tmp_path)!r}) / "file"
print("ready", flush=True)
number = 0
while True:
    number += 1
    write_atomically(path, b"%09d" % number * 100)
"""
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        while not (tmp_path / "file").exists():
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        data = (tmp_path / "file").read_bytes()
        assert data == data[:9] * 100
        assert all(name == "file" or is_temporary(name) for name in names(tmp_path))


def test_a_temporary_is_known_by_its_name_and_nothing_else_is(tmp_path):
    assert is_temporary(beside(tmp_path / "x").name)
    assert not is_temporary("x.tmp")
    assert not is_temporary(".pivot-x.tmp")


@pytest.mark.parametrize("kind", ["file", "directory", "link", "dangling", "nothing"])
def test_removing(tmp_path, kind):
    path = tmp_path / "x"
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/y").touch()
    match kind:
        case "file":
            path.touch()
        case "directory":
            (path / "sub").mkdir(parents=True)
            (path / "sub/y").touch()
        case "link":
            path.symlink_to("kept")
        case "dangling":
            path.symlink_to("nothing")
        case _:
            pass
    remove(path)
    assert names(tmp_path) == ["kept"]
    assert names(tmp_path / "kept") == ["y"]


@pytest.mark.parametrize("old", ["nothing", "file", "empty", "directory", "link", "same"])
@pytest.mark.parametrize("new", ["file", "directory"])
def test_swapping_in_replaces_whatever_is_there(tmp_path, old, new):
    fresh, target = tmp_path / "fresh", tmp_path / "target"
    if new == "file":
        fresh.write_text("new")
    else:
        (fresh / "sub").mkdir(parents=True)
        (fresh / "sub/file").write_text("new")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/y").touch()
    match old:
        case "file":
            target.write_text("old")
        case "empty":
            target.mkdir()
        case "directory":
            (target / "old").mkdir(parents=True)
            (target / "old/file").write_text("old")
        case "link":
            target.symlink_to("kept")
        case "same" if new == "file":
            target.hardlink_to(fresh)
        case _:
            pass
    swap_in(fresh, target)
    assert not target.is_symlink()
    file = target if new == "file" else target / "sub/file"
    assert file.read_text() == "new"
    assert names(tmp_path) == ["kept", "target"]
    assert names(tmp_path / "kept") == ["y"]


def test_a_swap_that_fails_half_way_puts_the_old_one_back(tmp_path, monkeypatch):
    fresh, target = tmp_path / "fresh", tmp_path / "target"
    fresh.write_text("new")
    (target / "sub").mkdir(parents=True)
    real = Path.rename

    def rename(self: Path, other: Path) -> Path:
        if self == fresh:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(self, other)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(OSError, match="No space"):
            swap_in(fresh, target)
    assert (target / "sub").is_dir()
    assert names(tmp_path) == ["fresh", "target"]


def test_a_swap_of_nothing_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        swap_in(tmp_path / "nothing", tmp_path / "target")
