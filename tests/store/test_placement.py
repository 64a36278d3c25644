"""How blobs become files again."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pivot.hashing import hash_bytes
from pivot.store.blobs import Blobs, CorruptBlobError, MissingBlobError
from pivot.store.clone import Ways
from pivot.store.content import Content, Signature
from pivot.store.intake import Intake
from pivot.store.placement import Placement

NAME = hash_bytes(b"abc")
CONTENT = Content(NAME, 3)


@pytest.fixture
def blobs(layout, memory):
    return Blobs(layout, memory)


@pytest.fixture
def placement(blobs):
    """Give a function that makes a placement by its ways."""
    return lambda *ways: Placement(blobs, Ways(ways))


@pytest.fixture
def blob(blobs, age) -> Path:
    Intake(blobs, Ways(()), "xxh64").add_bytes(b"abc")
    age(blobs.path(NAME))
    return blobs.path(NAME)


@pytest.mark.parametrize("way", ["reflink", "hardlink", "copy"])
@pytest.mark.parametrize("writable", [False, True])
class TestEveryWay:
    def test_the_file_has_the_bytes_and_the_blobs_time(
        self, placement, blob, root, way, writable, sharing
    ):
        placement(way).place(CONTENT, root / "a/b/file", writable=writable)
        assert (root / "a/b/file").read_bytes() == b"abc"
        assert (root / "a/b/file").stat().st_mtime_ns == blob.stat().st_mtime_ns

    def test_its_looks_are_given(self, placement, blob, root, way, writable, sharing):
        found = placement(way).place(CONTENT, root / "file", writable=writable)
        assert found == Signature.of((root / "file").stat())

    def test_an_executable_file_can_be_executed(
        self, placement, blob, root, way, writable, sharing
    ):
        content = Content(NAME, 3, executable=True)
        placement(way).place(content, root / "file", writable=writable)
        assert (root / "file").stat().st_mode & 0o100
        assert not blob.stat().st_mode & 0o100

    def test_a_plain_file_of_an_executable_blob_can_not(
        self, placement, blob, root, way, writable, sharing
    ):
        blob.chmod(0o555)
        placement(way).place(CONTENT, root / "file", writable=writable)
        assert not (root / "file").stat().st_mode & 0o111
        assert blob.stat().st_mode & 0o777 == 0o555

    def test_a_blob_that_is_gone_is_missing(self, placement, root, way, writable, sharing):
        with pytest.raises(MissingBlobError):
            placement(way).place(CONTENT, root / "file", writable=writable)

    def test_a_corrupt_blob_is_never_used(self, placement, blob, root, way, writable, sharing):
        blob.chmod(0o644)
        blob.write_bytes(b"xyz")
        with pytest.raises(CorruptBlobError):
            placement(way).place(CONTENT, root / "file", writable=writable)
        assert not (root / "file").exists()

    def test_a_file_that_is_there_is_not_overwritten(
        self, placement, blob, root, way, writable, sharing
    ):
        (root / "file").write_bytes(b"mine")
        with pytest.raises(FileExistsError):
            placement(way).place(CONTENT, root / "file", writable=writable)
        assert (root / "file").read_bytes() == b"mine"


class TestHardLinks:
    def test_the_file_and_the_blob_are_one_and_read_only(self, placement, blob, root):
        placement("hardlink").place(CONTENT, root / "file", writable=False)
        assert blob.samefile(root / "file")
        assert (root / "file").stat().st_mode & 0o777 == 0o444

    def test_the_blob_is_still_vouched_for(self, placement, blob, root, memory):
        placement("hardlink").place(CONTENT, root / "file", writable=False)
        assert memory.entries[NAME] == (Signature.of(blob.stat()), NAME)

    def test_a_writable_file_is_never_one(self, placement, blob, root):
        placement("hardlink").place(CONTENT, root / "file", writable=True)
        with (root / "file").open("ab") as stream:
            stream.write(b"def")
        assert blob.read_bytes() == b"abc"

    @pytest.mark.parametrize("number", [errno.EXDEV, errno.EMLINK, errno.EPERM])
    def test_where_it_is_not_possible_the_blob_is_copied(
        self, placement, blob, root, monkeypatch, number
    ):
        def refuse(*_: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "link", refuse)
        placement("hardlink").place(CONTENT, root / "file", writable=False)
        assert (root / "file").read_bytes() == b"abc"

    def test_a_fault_is_told(self, placement, blob, root, monkeypatch):
        def fail(*_: object) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        monkeypatch.setattr(os, "link", fail)
        with pytest.raises(OSError, match="Input/output"):
            placement("hardlink").place(CONTENT, root / "file", writable=False)

    def test_a_blob_that_changes_at_the_last_moment_is_corrupt(
        self, placement, blob, root, monkeypatch
    ):
        real = os.link

        def link(source, target, **options):
            blob.chmod(0o644)
            blob.write_bytes(b"xyz")
            real(source, target, **options)

        monkeypatch.setattr(os, "link", link)
        with pytest.raises(CorruptBlobError, match="changed while it was restored"):
            placement("hardlink").place(CONTENT, root / "file", writable=False)


@pytest.mark.parametrize("way", ["hardlink", "copy"])
def test_a_blob_that_another_process_stored_anew_meanwhile_is_fine(
    placement, blobs, blob, root, monkeypatch, way
):
    real = blobs.check

    def check(name, size):
        status = real(name, size)
        (root / "again").write_bytes(b"abc")
        (root / "again").replace(blob)
        return status

    monkeypatch.setattr(blobs, "check", check)
    found = placement(way).place(CONTENT, root / "file", writable=False)
    assert (root / "file").read_bytes() == b"abc"
    assert found == Signature.of((root / "file").stat())


class TestCopies:
    def test_the_mode_is_an_ordinary_one(self, placement, blob, root):
        before = os.umask(0o027)
        try:
            placement("copy").place(CONTENT, root / "file", writable=False)
        finally:
            os.umask(before)
        assert (root / "file").stat().st_mode & 0o777 == 0o640

    def test_sharing_is_tried_once_where_it_is_not_possible(
        self, placement, blob, root, monkeypatch
    ):
        from pivot.store import clone

        asked: list[int] = []

        def refuse(*_: object) -> int:
            asked.append(1)
            raise OSError(errno.EOPNOTSUPP, "no")

        monkeypatch.setattr(clone.fcntl, "ioctl", refuse)
        outward = placement("reflink", "copy")
        for name in ("one", "two"):
            outward.place(CONTENT, root / name, writable=False)
            assert (root / name).read_bytes() == b"abc"
        assert asked == [1]

    @pytest.mark.parametrize("data", [b"xyz", b"ab"])
    def test_a_blob_that_changes_while_it_is_copied_is_corrupt(
        self, placement, blob, root, monkeypatch, data
    ):
        from pivot.store import placement as module

        real = module.copy

        def copy(source: int, target: int) -> None:
            blob.chmod(0o644)
            blob.write_bytes(data)
            real(source, target)

        monkeypatch.setattr(module, "copy", copy)
        with pytest.raises(CorruptBlobError, match="changed while it was restored"):
            placement("copy").place(CONTENT, root / "file", writable=False)
