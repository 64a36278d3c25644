"""How files get into the cache."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from pivot.errors import CorruptionError, StorageError
from pivot.hashing import hash_bytes
from pivot.store.blobs import Blobs
from pivot.store.clone import Ways
from pivot.store.content import Content, Signature
from pivot.store.intake import ChangedError, Intake

NAME = hash_bytes(b"abc")
CONTENT = Content(NAME, 3)


@pytest.fixture
def blobs(layout, memory):
    return Blobs(layout, memory)


@pytest.fixture
def intake(blobs):
    """Give a function that makes an intake by its ways."""
    return lambda *ways: Intake(blobs, Ways(ways), "xxh64")


@pytest.fixture
def file(root, age) -> Path:
    """A file of three bytes, an hour old."""
    path = root / "file"
    path.write_bytes(b"abc")
    age(path)
    return path


def looks(file: Path) -> Signature:
    return Signature.of(file.stat())


def litter(blobs) -> list[str]:
    directory = blobs.path(NAME).parent
    return [item.name for item in directory.iterdir() if item != blobs.path(NAME)]


@pytest.mark.parametrize("way", ["reflink", "hardlink", "copy"])
class TestEveryWay:
    def test_the_blob_has_the_bytes_and_is_read_only(self, intake, blobs, file, way, sharing):
        intake(way).add(file, CONTENT, looks(file))
        assert blobs.path(NAME).read_bytes() == b"abc"
        assert blobs.path(NAME).stat().st_mode & 0o777 == 0o444
        assert litter(blobs) == []

    def test_a_file_that_stays_apart_can_be_changed_in_place(
        self, intake, blobs, file, way, sharing
    ):
        file.chmod(0o644)
        intake(way).add(file, CONTENT, looks(file), apart=True)
        assert file.stat().st_mode & 0o777 == 0o644
        file.write_bytes(b"changed")
        assert blobs.path(NAME).read_bytes() == b"abc"

    def test_an_executable_blob_can_be_executed(self, intake, blobs, file, way, sharing):
        file.chmod(0o755)
        intake(way).add(file, Content(NAME, 3, executable=True), looks(file))
        assert blobs.path(NAME).stat().st_mode & 0o777 == 0o555

    @pytest.mark.parametrize(
        ("mode", "executable", "kept"),
        [
            (0o600, False, 0o400),
            (0o640, False, 0o440),
            (0o700, True, 0o500),
            (0o710, True, 0o510),
            (0o4755, True, 0o555),
            (0o655, False, 0o444),
            (0o200, False, 0o400),
        ],
    )
    def test_nobody_may_read_a_blob_who_could_not_read_the_file(
        self, intake, blobs, file, way, sharing, mode, executable, kept
    ):
        file.chmod(mode)
        intake(way).add(file, Content(NAME, 3, executable=executable), None)
        assert blobs.path(NAME).stat().st_mode & 0o7777 == kept

    def test_the_blob_is_vouched_for(self, intake, blobs, file, way, sharing, memory):
        intake(way).add(file, CONTENT, looks(file))
        assert memory.entries[NAME] == (looks(blobs.path(NAME)), NAME)

    def test_the_files_looks_are_known_afterwards(self, intake, file, way, sharing):
        assert intake(way).add(file, CONTENT, looks(file)) == looks(file)

    def test_a_file_of_unknown_looks_is_hashed(self, intake, blobs, file, way, sharing):
        assert intake(way).add(file, CONTENT, None) == looks(file)
        assert blobs.path(NAME).exists()

    def test_a_file_that_looks_different_but_is_the_same_is_taken(
        self, intake, blobs, file, way, sharing
    ):
        before = looks(file)
        os.utime(file, ns=(1, 1))
        intake(way).add(file, CONTENT, before)
        assert blobs.path(NAME).read_bytes() == b"abc"

    @pytest.mark.parametrize("data", [b"xyz", b"ab", b"abcd"])
    def test_a_file_that_changed_is_refused(self, intake, blobs, file, way, sharing, data):
        before = looks(file)
        file.write_bytes(data)
        with pytest.raises(ChangedError, match="changed after it was hashed") as caught:
            intake(way).add(file, CONTENT, before)
        assert caught.value.file == file
        assert not blobs.path(NAME).exists()
        assert not blobs.path(NAME).parent.exists() or litter(blobs) == []

    def test_a_file_written_just_now_is_neither_vouched_for_nor_known(
        self, intake, file, way, sharing, memory
    ):
        ahead = time.time_ns() + 10**9
        os.utime(file, ns=(ahead, ahead))
        assert intake(way).add(file, CONTENT, None) is None
        assert memory.entries == {}

    def test_what_is_there_is_not_stored_again(self, intake, blobs, file, way, sharing):
        intake("copy").add(file, CONTENT, looks(file))
        before = looks(blobs.path(NAME))
        assert intake(way).add(file, CONTENT, looks(file)) == looks(file)
        assert looks(blobs.path(NAME)) == before

    def test_a_corrupt_blob_is_replaced(self, intake, blobs, file, way, sharing, layout):
        intake("copy").add(file, CONTENT, looks(file))
        blobs.path(NAME).chmod(0o644)
        blobs.path(NAME).write_bytes(b"xyz")
        intake(way).add(file, CONTENT, looks(file))
        assert blobs.path(NAME).read_bytes() == b"abc"
        assert (layout.quarantine / NAME).read_bytes() == b"xyz"

    def test_a_blob_of_another_size_is_never_overwritten(self, intake, blobs, file, way, sharing):
        intake("copy").add(file, CONTENT, looks(file))
        before = looks(blobs.path(NAME))
        with pytest.raises(CorruptionError):
            intake(way).add(file, Content(NAME, 4), looks(file))
        assert looks(blobs.path(NAME)) == before


class TestHardLinks:
    def test_the_file_and_the_blob_are_one(self, intake, blobs, file):
        intake("hardlink").add(file, CONTENT, looks(file))
        assert blobs.path(NAME).samefile(file)
        assert file.stat().st_mode & 0o777 == 0o444

    def test_a_file_with_another_name_keeps_its_mode(self, intake, blobs, file):
        file.with_name("other").hardlink_to(file)
        before = looks(file)
        assert intake("hardlink").add(file, CONTENT, before) == before
        assert looks(file) == before
        assert file.stat().st_mode & 0o200
        assert not blobs.path(NAME).samefile(file)

    def test_what_a_link_leads_to_keeps_its_mode(self, intake, blobs, file):
        file.with_name("link").symlink_to("file")
        before = looks(file)
        intake("hardlink").add(file.with_name("link"), CONTENT, before)
        assert looks(file) == before
        assert blobs.path(NAME).read_bytes() == b"abc"
        assert not blobs.path(NAME).is_symlink()

    @pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EEXIST])
    def test_where_it_is_not_possible_the_file_is_copied(
        self, intake, blobs, file, monkeypatch, number
    ):
        def refuse(*_: object) -> None:
            raise OSError(number, os.strerror(number))

        mode = file.stat().st_mode
        monkeypatch.setattr(os, "link", refuse)
        intake("hardlink").add(file, CONTENT, looks(file))
        assert blobs.path(NAME).read_bytes() == b"abc"
        assert file.stat().st_mode == mode

    def test_a_fault_leaves_the_mode_as_it_was(self, intake, file, monkeypatch):
        def fail(*_: object) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        mode = file.stat().st_mode
        monkeypatch.setattr(os, "link", fail)
        with pytest.raises(StorageError, match="can't put into the cache"):
            intake("hardlink").add(file, CONTENT, looks(file))
        assert file.stat().st_mode == mode

    def test_a_file_that_is_replaced_at_the_last_moment_is_refused(
        self, intake, blobs, file, monkeypatch
    ):
        real = os.link

        def link(source, target, **options):
            Path(source).unlink()
            Path(source).write_bytes(b"xyz")
            real(source, target, **options)

        monkeypatch.setattr(os, "link", link)
        with pytest.raises(ChangedError):
            intake("hardlink").add(file, CONTENT, looks(file))
        assert not blobs.path(NAME).exists()


class TestCopies:
    @pytest.mark.parametrize("way", ["reflink", "copy"])
    def test_the_file_is_left_alone(self, intake, blobs, file, way, sharing):
        before = file.stat()
        intake(way).add(file, CONTENT, looks(file))
        assert looks(file) == Signature.of(before)
        assert file.stat().st_mode == before.st_mode
        assert not blobs.path(NAME).samefile(file)

    def test_the_blob_has_the_files_time(self, intake, blobs, file):
        intake("copy").add(file, CONTENT, looks(file))
        assert blobs.path(NAME).stat().st_mtime_ns == file.stat().st_mtime_ns

    def test_sharing_is_tried_once_where_it_is_not_possible(
        self, intake, blobs, root, age, monkeypatch
    ):
        from pivot.store import clone

        asked: list[int] = []

        def refuse(*_: object) -> int:
            asked.append(1)
            raise OSError(errno.EOPNOTSUPP, "no")

        monkeypatch.setattr(clone.fcntl, "ioctl", refuse)
        inward = intake("reflink", "copy")
        for data in (b"one", b"two"):
            (root / "x").write_bytes(data)
            inward.add(root / "x", Content(hash_bytes(data), 3), None)
            assert blobs.path(hash_bytes(data)).read_bytes() == data
        assert asked == [1]

    @pytest.mark.parametrize("data", [b"xyz", b"abcd", b""])
    def test_a_file_that_changes_while_it_is_copied_is_refused(
        self, intake, blobs, file, monkeypatch, data
    ):
        from pivot.store import intake as module

        real = module.copy

        def copy(source: int, target: int) -> None:
            file.write_bytes(data)
            real(source, target)

        monkeypatch.setattr(module, "copy", copy)
        with pytest.raises(ChangedError):
            intake("copy").add(file, CONTENT, looks(file))
        assert not blobs.path(NAME).exists()
        assert litter(blobs) == []

    def test_a_file_that_changes_right_after_it_was_copied_is_not_known(
        self, intake, blobs, file, monkeypatch, settle
    ):
        from pivot.store import intake as module

        real = module.copy

        def copy(source: int, target: int) -> None:
            real(source, target)
            file.write_bytes(b"xyz")
            os.utime(file, ns=(1, 1))  # long ago, so that it isn't too fresh to be known

        monkeypatch.setattr(module, "copy", copy)
        assert intake("copy").add(file, CONTENT, looks(file)) is None
        assert blobs.path(NAME).read_bytes() == b"abc"


class TestBytes:
    def test_they_are_stored_under_their_hash(self, intake, blobs):
        assert intake("copy").add_bytes(b"abc") == NAME
        assert blobs.path(NAME).read_bytes() == b"abc"
        assert blobs.path(NAME).stat().st_mode & 0o777 == 0o444
        assert litter(blobs) == []

    def test_the_umask_applies(self, intake, blobs):
        before = os.umask(0o077)
        try:
            intake("copy").add_bytes(b"abc")
        finally:
            os.umask(before)
        assert blobs.path(NAME).stat().st_mode & 0o777 == 0o400

    def test_twice_is_once(self, intake, blobs):
        intake("copy").add_bytes(b"abc")
        before = looks(blobs.path(NAME))
        intake("copy").add_bytes(b"abc")
        assert looks(blobs.path(NAME)) == before

    def test_the_algorithm_is_the_projects(self, blobs):
        name = Intake(blobs, Ways(()), "xxh3_128").add_bytes(b"abc")
        assert name == hash_bytes(b"abc", "xxh3_128")

    def test_a_cache_that_cannot_be_written_is_a_clear_error(self, intake, layout):
        layout.dot.mkdir()
        (layout.dot / "cache").touch()
        with pytest.raises(StorageError, match=r"can't write to the cache .*\n.*where a directory"):
            intake("copy").add_bytes(b"abc")


@pytest.mark.parametrize("way", ["hardlink", "copy"])
def test_a_file_that_is_gone_was_changed(intake, file, way):
    before = looks(file)
    file.unlink()
    with pytest.raises(ChangedError):
        intake(way).add(file, CONTENT, before)


@pytest.mark.parametrize("way", ["hardlink", "copy"])
def test_a_cache_that_cannot_be_written_is_a_clear_error(intake, layout, file, way):
    layout.dot.mkdir()
    (layout.dot / "cache").touch()
    mode = file.stat().st_mode
    with pytest.raises(StorageError, match=r"can't put into the cache .*\n.*where a directory"):
        intake(way).add(file, CONTENT, looks(file))
    assert file.stat().st_mode == mode
