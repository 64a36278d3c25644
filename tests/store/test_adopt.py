"""Files that come from elsewhere become blobs only if they are what they should be."""

from __future__ import annotations

import stat

import pytest

from pivot.errors import CorruptionError, StorageError
from pivot.hashing import hash_bytes
from pivot.store.cache import Cache, CorruptBlobError, MissingBlobError
from pivot.store.content import Content

DATA = b"from elsewhere"
NAME = hash_bytes(DATA)


@pytest.fixture
def cache(layout, memory):
    return Cache(layout, "xxh64", vouched=memory)


@pytest.fixture
def file(root):
    file = root / "incoming"
    file.write_bytes(DATA)
    return file


def test_a_file_becomes_a_read_only_blob(cache, file):
    cache.adopt(file, NAME, len(DATA))
    assert not file.exists()
    blob = cache.sound_blob(NAME, len(DATA))
    assert blob.read_bytes() == DATA
    assert stat.S_IMODE(blob.stat().st_mode) == 0o444


def test_it_can_be_restored(root, cache, file):
    cache.adopt(file, NAME)
    cache.restore(Content(NAME, len(DATA)), root / "out")
    assert (root / "out").read_bytes() == DATA


def test_it_is_vouched_for_so_that_it_is_not_hashed_again(cache, file, memory):
    cache.adopt(file, NAME)
    assert memory.entries[NAME][1] == NAME


@pytest.mark.parametrize("data", [b"", b"from elsewherE", DATA + b"\0"])
def test_what_has_another_hash_stays_outside(cache, file, data):
    file.write_bytes(data)
    with pytest.raises(CorruptionError, match=f"what should be {NAME} has the hash"):
        cache.adopt(file, NAME)
    assert file.read_bytes() == data
    assert not cache.blob(NAME).exists()


def test_what_has_another_size_stays_outside(cache, file):
    with pytest.raises(CorruptionError, match="14 bytes"):
        cache.adopt(file, NAME, 15)
    assert not cache.blob(NAME).exists()


def test_a_long_hash_is_checked_by_its_own_algorithm(cache, file):
    name = hash_bytes(DATA, "xxh3_128")
    cache.adopt(file, name)
    assert cache.sound_blob(name).read_bytes() == DATA


def test_what_is_there_already_stays(cache, file):
    cache.adopt(file, NAME)
    before = cache.blob(NAME).stat()
    file.write_bytes(DATA)
    cache.adopt(file, NAME)
    assert not file.exists()
    assert cache.blob(NAME).stat() == before


def test_a_corrupt_blob_is_replaced(cache, file, layout):
    cache.adopt(file, NAME)
    blob = cache.blob(NAME)
    blob.unlink()
    blob.write_bytes(b"From elsewhere")
    file.write_bytes(DATA)
    cache.adopt(file, NAME)
    assert blob.read_bytes() == DATA
    assert (layout.quarantine / NAME).exists()


def test_what_is_no_hash_is_refused(cache, file):
    with pytest.raises(CorruptionError, match="is not the name of a blob"):
        cache.adopt(file, "../../etc/passwd")


def test_a_file_that_is_not_there_is_an_error(cache, root):
    with pytest.raises(StorageError, match="can't write to the cache"):
        cache.adopt(root / "nowhere", NAME)


def test_a_blob_that_is_missing_or_corrupt_is_not_sound(cache, file):
    with pytest.raises(MissingBlobError):
        cache.sound_blob(NAME)
    cache.adopt(file, NAME)
    cache.blob(NAME).unlink()
    cache.blob(NAME).write_bytes(b"from elsewher3")
    with pytest.raises(CorruptBlobError):
        cache.sound_blob(NAME)
