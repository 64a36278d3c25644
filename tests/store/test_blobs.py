"""Blobs by their hash: found, checked, condemned."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pivot.errors import CorruptionError, StorageError
from pivot.hashing import hash_bytes
from pivot.store.blobs import Blobs, CorruptBlobError, MissingBlobError
from pivot.store.content import Content, Signature

NAME = hash_bytes(b"abc")


@pytest.fixture
def blobs(layout, memory):
    return Blobs(layout, memory)


@pytest.fixture
def blob(blobs, age) -> Path:
    """A sound blob of three bytes, an hour old."""
    file = blobs.path(NAME)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"abc")
    age(file)
    file.chmod(0o444)
    return file


def overwrite(blob: Path, data: bytes) -> None:
    blob.chmod(0o644)
    blob.write_bytes(data)


class TestPath:
    def test_the_first_two_digits_are_a_directory(self, blobs, layout):
        assert blobs.path("abcdef0123456789") == layout.blobs / "ab/cdef0123456789"

    @pytest.mark.parametrize(
        "name",
        ["", "ab", "../../../../etc/passwd", "ABCDEF0123456789", f"{NAME}\n", "/" + "a" * 15],
    )
    def test_what_is_no_hash_is_refused(self, blobs, name):
        with pytest.raises(CorruptionError, match="not the name of a blob"):
            blobs.path(name)


class TestSize:
    def test_of_a_blob(self, blobs, blob):
        assert blobs.size(NAME) == 3

    def test_of_nothing(self, blobs):
        assert blobs.size(NAME) is None

    def test_of_what_is_no_file(self, blobs):
        blobs.path(NAME).mkdir(parents=True)
        assert blobs.size(NAME) is None

    def test_a_file_instead_of_a_directory_holds_nothing(self, blobs, layout):
        layout.blobs.parent.mkdir(parents=True)
        layout.blobs.touch()
        assert blobs.size(NAME) is None

    def test_what_cannot_be_asked_is_a_clear_error(self, blobs, layout):
        layout.blobs.parent.mkdir(parents=True)
        layout.blobs.symlink_to(layout.blobs)
        with pytest.raises(StorageError, match="can't look at"):
            blobs.size(NAME)


class TestCheck:
    def test_a_sound_blob_is_vouched_for_from_then_on(self, blobs, blob, memory):
        status = blobs.check(NAME, 3)
        assert memory.entries == {NAME: (Signature.of(status), NAME)}

    def test_a_vouched_blob_is_not_read(self, blobs, blob, memory):
        overwrite(blob, b"xyz")
        memory.put(NAME, Signature.of(blob.lstat()), NAME)
        assert blobs.check(NAME, 3).st_size == 3

    def test_without_a_memory_every_check_reads(self, layout, blob):
        blobs = Blobs(layout, None)
        assert blobs.check(NAME, 3).st_size == 3
        overwrite(blob, b"xyz")
        with pytest.raises(CorruptBlobError):
            blobs.check(NAME, 3)

    def test_a_blob_that_was_touched_after_it_was_vouched_for_is_read(self, blobs, blob):
        blobs.check(NAME)
        overwrite(blob, b"xyz")
        with pytest.raises(CorruptBlobError):
            blobs.check(NAME)

    def test_a_corrupt_blob_goes_to_the_quarantine(self, blobs, blob, layout):
        overwrite(blob, b"xyz")
        with pytest.raises(CorruptBlobError, match=rf"{NAME} is corrupt.*moved to") as caught:
            blobs.check(NAME, 3)
        assert caught.value.hash == NAME
        assert caught.value.exit_status == 3
        assert not blob.exists()
        assert (layout.quarantine / NAME).read_bytes() == b"xyz"

    @pytest.mark.parametrize("data", [b"", b"ab", b"abcd"])
    def test_a_size_is_never_trusted_to_a_vouching(self, blobs, blob, memory, data):
        overwrite(blob, data)
        memory.put(NAME, Signature.of(blob.lstat()), NAME)
        with pytest.raises(CorruptBlobError, match=rf"{len(data)} bytes and should have 3"):
            blobs.check(NAME, 3)

    def test_a_blob_that_is_not_there_is_missing(self, blobs):
        with pytest.raises(MissingBlobError, match=NAME) as caught:
            blobs.check(NAME)
        assert caught.value.hash == NAME

    def test_a_blob_written_just_now_is_not_vouched_for(self, blobs, blob, memory):
        ahead = time.time_ns() + 10**9
        os.utime(blob, ns=(ahead, ahead))
        blobs.check(NAME)
        assert memory.entries == {}

    def test_a_blob_of_the_other_algorithm_is_checked_by_that(self, blobs):
        name = hash_bytes(b"abc", "xxh3_128")
        blobs.path(name).parent.mkdir(parents=True)
        blobs.path(name).write_bytes(b"abc")
        assert blobs.check(name).st_size == 3

    def test_a_quarantine_that_cannot_be_made_is_told(self, blobs, blob, layout):
        overwrite(blob, b"xyz")
        layout.quarantine.touch()
        with pytest.raises(CorruptBlobError, match=r"is corrupt.*; can't move it to"):
            blobs.check(NAME)

    @pytest.mark.parametrize("anew", [False, True])
    def test_a_blob_that_another_process_condemned_first_is_corrupt(
        self, blobs, blob, layout, monkeypatch, anew
    ):
        overwrite(blob, b"xyz")
        real = blobs.hash

        def hash_(file, name):
            found = real(file, name)
            file.unlink()
            if anew:
                file.write_bytes(b"abc")
                os.utime(file, ns=(1, 1))
            return found

        monkeypatch.setattr(blobs, "hash", hash_)
        with pytest.raises(CorruptBlobError, match="is corrupt"):
            blobs.check(NAME)
        assert blob.exists() is anew
        assert not layout.quarantine.exists()

    def test_a_blob_that_disappears_while_it_is_read_is_missing(self, blobs, blob, monkeypatch):
        real = blobs.hash

        def hash_(file, name):
            file.unlink()
            return real(file, name)

        monkeypatch.setattr(blobs, "hash", hash_)
        with pytest.raises(MissingBlobError):
            blobs.check(NAME)


def decay(blob: Path, memory, place: int) -> None:
    """Change a byte as a failing disk does: nothing that `stat` says tells of it."""
    blob.chmod(0o644)
    with blob.open("r+b") as stream:
        stream.seek(place)
        stream.write(b"?")
    blob.chmod(0o444)
    [(key, (_, text))] = memory.entries.items()
    memory.put(key, Signature.of(blob.stat()), text)


class TestVerification:
    """What `cache.verify` finds that nobody wrote."""

    SIZE = 3 << 20

    @pytest.fixture
    def name(self, layout, memory, age):
        name = hash_bytes(bytes(self.SIZE))
        file = Blobs(layout, None).path(name)
        file.parent.mkdir(parents=True)
        file.write_bytes(bytes(self.SIZE))
        age(file)
        file.chmod(0o444)
        return name

    @pytest.mark.parametrize(
        ("verify", "first", "middle"),
        [("stat", False, False), ("sample", True, False), ("full", True, True)],
    )
    def test_a_byte_that_was_lost(self, layout, memory, name, verify, first, middle):
        for place, found in ((100_000, middle), (0, first)):
            blobs = Blobs(layout, memory, verify)
            blobs.check(name, self.SIZE)
            decay(blobs.path(name), memory, place)
            if found:
                with pytest.raises(CorruptBlobError, match="its content has the hash"):
                    blobs.check(name, self.SIZE)
                return
            blobs.check(name, self.SIZE)

    @pytest.mark.parametrize("verify", ["stat", "sample", "full"])
    def test_what_somebody_wrote_is_always_found(self, layout, memory, name, verify):
        blobs = Blobs(layout, memory, verify)
        blobs.check(name, self.SIZE)
        overwrite(blobs.path(name), b"x" * self.SIZE)
        with pytest.raises(CorruptBlobError):
            blobs.check(name, self.SIZE)

    def test_what_was_vouched_for_without_a_sample_is_hashed_once(
        self, layout, memory, name, monkeypatch
    ):
        Blobs(layout, memory).check(name)
        blobs = Blobs(layout, memory, "sample")
        blobs.check(name)
        monkeypatch.setattr(Blobs, "hash", lambda file, name: pytest.fail("hashed again"))
        blobs.check(name)
        Blobs(layout, memory).check(name)


class TestIsSound:
    def test_a_sound_blob(self, blobs, blob):
        assert blobs.is_sound(Content(NAME, 3))

    def test_no_blob(self, blobs):
        assert not blobs.is_sound(Content(NAME, 3))

    def test_a_corrupt_blob_is_out_of_the_way(self, blobs, blob):
        overwrite(blob, b"xyz")
        assert not blobs.is_sound(Content(NAME, 3))
        assert not blob.exists()

    def test_a_truncated_blob_is_out_of_the_way(self, blobs, blob):
        overwrite(blob, b"")
        assert not blobs.is_sound(Content(NAME, 3))
        assert not blob.exists()
        assert list(blobs.condemned) == [NAME]

    def test_two_contents_with_one_hash_are_an_error(self, blobs, blob):
        with pytest.raises(CorruptionError, match=r"have one hash.*\n.*xxh3_128"):
            blobs.is_sound(Content(NAME, 4))
        assert blob.read_bytes() == b"abc"


class TestVerify:
    def test_nothing_is_sound(self, blobs):
        assert list(blobs.verify()) == []

    def test_the_corrupt_are_given_and_the_others_vouched_for(self, blobs, blob, memory):
        other = blobs.path("0" * 16)
        other.parent.mkdir()
        other.write_bytes(b"abc")
        (blob.parent / ".pivot-0123456789abcdef.tmp").write_bytes(b"half")
        assert [problem.hash for problem in blobs.verify()] == ["0" * 16]
        assert set(memory.entries) == {NAME}
        assert not other.exists()
        assert list(blobs.verify()) == []

    def test_even_what_is_vouched_for_is_read(self, blobs, blob, memory):
        overwrite(blob, b"xyz")
        memory.put(NAME, Signature.of(blob.lstat()), NAME)
        assert [problem.hash for problem in blobs.verify()] == [NAME]

    def test_a_blob_that_disappears_is_no_problem(self, blobs, blob):
        first, last = blobs.path("0" * 16), blobs.path("f" * 16)
        for file in (first, last):
            file.parent.mkdir()
            file.write_bytes(b"corrupt")
        problems = blobs.verify()
        assert next(problems).hash == "0" * 16
        last.unlink()
        assert list(problems) == []

    def test_what_cannot_be_read_is_a_clear_error(self, blobs, blob):
        blobs.path("f" * 16).mkdir(parents=True)
        with pytest.raises(StorageError, match=r"can't read .*ff/ffffffffffffff"):
            list(blobs.verify())
