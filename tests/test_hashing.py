"""The hash of bytes, texts and files."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot import hashing
from pivot.hashing import ALGORITHMS, DEFAULT_ALGORITHM, hash_bytes, hash_file, hash_text

# From the xxHash specification's own test vectors: the empty input with seed 0.
EMPTY = {"xxh64": "ef46db3751d8e999", "xxh3_128": "99aa06d3014798d86001c324468d497f"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_hash_of_nothing_is_the_specifications(algorithm):
    assert hash_bytes(b"", algorithm) == EMPTY[algorithm]


def test_a_hash_is_lower_case_hexadecimal_with_its_leading_zeros():
    # Among 2000 hashes some begin with a zero; each must still have all its digits.
    hashes = [hash_bytes(str(number).encode()) for number in range(2000)]
    assert any(hash_.startswith("0") for hash_ in hashes)
    assert {len(hash_) for hash_ in hashes} == {16}
    assert all(set(hash_) <= set("0123456789abcdef") for hash_ in hashes)


def test_the_default_algorithm_is_xxh64():
    assert hash_bytes(b"pivot") == hash_bytes(b"pivot", "xxh64")
    assert DEFAULT_ALGORITHM == "xxh64"


def test_a_text_has_the_hash_of_its_utf8_bytes():
    assert hash_text("größe") == hash_bytes("größe".encode())


def test_lone_surrogates_are_hashed_and_told_apart():
    assert hash_text("\udc80") != hash_text("\udc81")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(data=st.binary(max_size=10_000))
def test_a_file_has_the_hash_and_the_size_of_its_bytes(tmp_path_factory, algorithm, data):
    file = tmp_path_factory.mktemp("hashing") / "file"
    file.write_bytes(data)
    assert hash_file(file, algorithm) == (hash_bytes(data, algorithm), len(data))


@pytest.mark.parametrize("size", [(1 << 12) - 1, 1 << 12, (1 << 20) - 1, 1 << 20, (3 << 20) + 1])
def test_a_file_is_hashed_whole_whatever_its_size(tmp_path, size):
    data = bytes(range(251)) * (size // 251 + 1)
    (tmp_path / "file").write_bytes(data[:size])
    assert hash_file(tmp_path / "file") == (hash_bytes(data[:size]), size)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("size", [(1 << 20) + 1, (1 << 24) - 1, 1 << 24, (5 << 23) + 1])
def test_a_large_file_has_the_hash_of_its_bytes(tmp_path, algorithm, size):
    data = bytes(range(251)) * (size // 251 + 1)
    (tmp_path / "file").write_bytes(data[:size])
    assert hash_file(tmp_path / "file", algorithm) == (hash_bytes(data[:size], algorithm), size)


def test_a_large_file_that_somebody_has_open_for_writing_is_hashed_whole(tmp_path):
    data = os.urandom(1 << 21)
    with (tmp_path / "file").open("wb") as stream:
        stream.write(data)
        stream.flush()
        assert hash_file(tmp_path / "file") == (hash_bytes(data), len(data))


def test_a_large_file_is_hashed_whole_where_files_cannot_be_leased(tmp_path, monkeypatch):
    def refuse(descriptor, command, argument=0):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr("fcntl.fcntl", refuse)
    data = os.urandom(1 << 21)
    (tmp_path / "file").write_bytes(data)
    assert hash_file(tmp_path / "file") == (hash_bytes(data), len(data))


def test_a_disk_that_cannot_be_read_is_the_systems_error(tmp_path, monkeypatch):
    """It must not be a signal that ends the process, as for who touches a page of it."""
    (tmp_path / "file").write_bytes(bytes(1 << 21))
    monkeypatch.setattr("pivot.hashing._POPULATE_READ", -1)  # fails, as for such a page
    assert hash_file(tmp_path / "file") == (hash_bytes(bytes(1 << 21)), 1 << 21)


#: Cuts a file, which is whole again at once, after times by chance; says when it begins.
CUTTER = """
import os, random, sys
print("ready", flush=True)
while True:
    os.truncate(sys.argv[1], 1 << 12)
    os.truncate(sys.argv[1], 1 << 24)
    for _ in range(random.randrange(50_000)):
        pass
"""
HASHER = """
import sys
from pivot.hashing import hash_file
for _ in range(600):
    hash_file(sys.argv[1])
"""


def test_whoever_hashes_a_file_that_is_cut_meanwhile_lives_on(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"x" * (1 << 24))
    cutter = subprocess.Popen([sys.executable, "-c", CUTTER, file], stdout=subprocess.PIPE)
    try:
        assert cutter.stdout
        assert cutter.stdout.readline() == b"ready\n"
        done = subprocess.run([sys.executable, "-c", HASHER, file], check=False)
        assert cutter.poll() is None
    finally:
        cutter.kill()
        cutter.communicate()
    assert done.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_file_whose_size_is_not_known_beforehand_is_hashed_whole():
    file = Path("/proc/self/environ")
    data = file.read_bytes()
    assert file.stat().st_size == 0
    assert hash_file(file) == (hash_bytes(data), len(data))


@pytest.mark.parametrize("kind", ["pipe", "device", "directory"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path, kind):
    """A pipe may take a file's place after that was looked at; nobody writes into it."""
    os.mkfifo(tmp_path / "pipe")
    path = {"pipe": tmp_path / "pipe", "device": Path("/dev/zero"), "directory": tmp_path}[kind]
    before = os.open(tmp_path, os.O_RDONLY)
    os.close(before)
    with pytest.raises(OSError, match=r"this is no regular file"):
        hash_file(path)
    # The lowest descriptor that is free is the same: none was left open.
    after = os.open(tmp_path, os.O_RDONLY)
    os.close(after)
    assert after == before


def test_a_file_that_grows_while_it_is_read_is_left_in_the_end(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_bytes(b"x")
    monkeypatch.setattr(hashing, "_GROWTH", 100_000)

    class Growing:
        def hexdigest(self):
            return ""

        def update(self, data):
            with file.open("ab") as stream:
                stream.write(b"x" * 2 * len(data))

    monkeypatch.setitem(hashing._CONSTRUCTORS, "xxh64", Growing)
    _, size = hash_file(file)
    assert 100_000 < size < 200_000


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        hash_file(tmp_path / "nothing")
