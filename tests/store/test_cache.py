"""Artifacts into the cache, and back."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pivot.errors import StorageError
from pivot.hashing import hash_bytes
from pivot.store.blobs import Blobs
from pivot.store.cache import Cache, ChangedError, CorruptBlobError, MissingBlobError
from pivot.store.clone import WAYS, Ways
from pivot.store.content import Content, Signature
from pivot.store.intake import Intake
from pivot.store.layout import Layout
from pivot.store.listing import (
    BrokenListingError,
    FileEntry,
    LinkEntry,
    decode_listing,
    encode_listing,
)
from pivot.store.tree import OutsideLinkError, Tree

LINKS = [("hardlink",), ("copy",), WAYS]


@pytest.fixture
def tree(root):
    return Tree(root, "xxh64")


@pytest.fixture(params=LINKS, ids=lambda link: link[0])
def cache(request, layout, memory, other_memory):
    return Cache(layout, "xxh64", request.param, vouched=memory, known=other_memory)


@pytest.fixture
def data(root) -> Path:
    """A directory with one of everything."""
    (root / "data/sub/empty").mkdir(parents=True)
    (root / "data/a").write_bytes(b"abc")
    (root / "data/sub/run").write_bytes(b"defg")
    (root / "data/sub/run").chmod(0o755)
    (root / "data/sub/same").write_bytes(b"abc")
    (root / "data/sub/link").symlink_to("../a")
    (root / "data/sub/nowhere").symlink_to("gone")
    return root / "data"


def picture(path: Path) -> object:
    """What is at a path, as far as a cache has to keep it."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return "link", str(path.readlink())
    if stat.S_ISDIR(status.st_mode):
        return {item.name: picture(item) for item in path.iterdir()}
    return path.read_bytes(), bool(status.st_mode & 0o100)


def add(cache, tree, artifact: str) -> Content:
    """Put an artifact into the cache as the engine does, and give its content."""
    found = tree.look(artifact)
    cache.add(tree._root / artifact, found.content, found.listing, signature=found.signature)
    return found.content


class TestFiles:
    @pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o444])
    @pytest.mark.parametrize("size", [0, 3, 3_000_000])
    def test_what_was_put_in_comes_out(self, root, tree, cache, mode, size):
        (root / "file").write_bytes(b"x" * size)
        (root / "file").chmod(mode)
        before = picture(root / "file")
        content = add(cache, tree, "file")
        (root / "file").unlink()
        cache.restore(content, root / "file")
        assert picture(root / "file") == before
        assert tree.content("file") == content

    def test_it_comes_out_where_it_is_wanted(self, root, tree, cache):
        (root / "file").write_bytes(b"abc")
        content = add(cache, tree, "file")
        cache.restore(content, root / "not/yet/there")
        assert (root / "not/yet/there").read_bytes() == b"abc"

    def test_the_same_bytes_come_out_with_and_without_the_executable_bit(self, root, tree, cache):
        (root / "plain").write_bytes(b"abc")
        (root / "run").write_bytes(b"abc")
        (root / "run").chmod(0o755)
        contents = {name: add(cache, tree, name) for name in ("plain", "run")}
        for name, content in contents.items():
            (root / name).unlink()
            cache.restore(content, root / name)
            assert tree.content(name) == content

    @pytest.mark.parametrize("old", ["file", "directory", "link", "itself"])
    def test_what_is_in_its_place_is_replaced(self, root, tree, cache, old):
        (root / "file").write_bytes(b"abc")
        content = add(cache, tree, "file")
        if old != "itself":
            (root / "file").unlink()
        match old:
            case "file":
                (root / "file").write_bytes(b"other")
            case "directory":
                (root / "file/sub").mkdir(parents=True)
            case "link":
                (root / "other").write_bytes(b"other")
                (root / "file").symlink_to("other")
            case _:
                pass
        cache.restore(content, root / "file")
        assert picture(root / "file") == (b"abc", False)
        assert sorted(item.name for item in root.iterdir() if item.name != "other") == [
            ".pivot",
            "file",
        ]

    def test_a_writable_file_can_be_changed_and_the_cache_is_not(self, root, tree, cache):
        (root / "file").write_bytes(b"abc")
        content = add(cache, tree, "file")
        cache.restore(content, root / "file", writable=True)
        with (root / "file").open("r+b") as stream:
            stream.write(b"xyz")
        cache.restore(content, root / "file")
        assert (root / "file").read_bytes() == b"abc"

    def test_a_file_that_was_changed_through_a_hard_link_is_found_out(
        self, root, tree, layout, memory, settle
    ):
        cache = Cache(layout, "xxh64", ("hardlink",), vouched=memory)
        (root / "file").write_bytes(b"abc")
        settle(root / "file")
        content = add(cache, tree, "file")
        (root / "file").chmod(0o644)
        (root / "file").write_bytes(b"xyz")
        with pytest.raises(CorruptBlobError) as caught:
            cache.restore(content, root / "file")
        assert caught.value.hash == content.hash
        assert (root / "file").read_bytes() == b"xyz"
        assert not cache.holds(content)

    def test_a_file_that_the_cache_lacks_leaves_what_is_there(self, root, cache):
        (root / "file").write_bytes(b"mine")
        with pytest.raises(MissingBlobError):
            cache.restore(Content("0" * 16, 1), root / "file")
        assert (root / "file").read_bytes() == b"mine"
        assert [item.name for item in root.iterdir() if item.name != ".pivot"] == ["file"]


class TestDirectories:
    def test_what_was_put_in_comes_out(self, data, tree, cache):
        before = picture(data)
        content = add(cache, tree, "data")
        shutil.rmtree(data)
        cache.restore(content, data)
        assert picture(data) == before
        assert tree.content("data") == content

    def test_an_empty_directory_comes_out(self, root, tree, cache):
        (root / "data").mkdir()
        content = add(cache, tree, "data")
        (root / "data").rmdir()
        cache.restore(content, root / "data")
        assert picture(root / "data") == {}

    @pytest.mark.parametrize("old", ["file", "directory", "itself"])
    def test_what_is_in_its_place_is_replaced(self, root, data, tree, cache, old):
        before = picture(data)
        content = add(cache, tree, "data")
        if old != "itself":
            shutil.rmtree(data)
        if old == "file":
            data.write_bytes(b"other")
        if old == "directory":
            (data / "other").mkdir(parents=True)
        cache.restore(content, data)
        assert picture(data) == before
        assert sorted(item.name for item in root.iterdir()) == [".pivot", "data"]

    def test_every_file_of_a_writable_directory_can_be_changed(self, data, tree, cache):
        content = add(cache, tree, "data")
        before = picture(data)
        cache.restore(content, data, writable=True)
        for name in ("a", "sub/run"):
            with (data / name).open("r+b") as stream:
                stream.write(b"!")
        cache.restore(content, data)
        assert picture(data) == before

    def test_a_listing_is_made_if_none_is_given(self, data, tree, cache):
        content = tree.content("data")
        cache.add(data, content)
        assert cache.holds(content)

    def test_a_directory_that_changed_is_refused(self, data, tree, cache):
        content = tree.content("data")
        (data / "more").touch()
        with pytest.raises(ChangedError):
            cache.add(data, content)
        assert not cache.holds(content)

    def test_a_directory_that_is_gone_is_refused(self, data, tree, cache):
        content = tree.content("data")
        shutil.rmtree(data)
        with pytest.raises(ChangedError):
            cache.add(data, content)

    @pytest.mark.parametrize("data_", [b"xyz", b"", None])
    def test_a_file_that_changed_since_the_listing_is_refused(self, data, tree, cache, data_):
        found = tree.look("data")
        (data / "a").unlink()
        if data_ is not None:
            (data / "a").write_bytes(data_)
        with pytest.raises(ChangedError):
            cache.add(data, found.content, found.listing)
        assert not cache.holds(found.content)

    def test_a_listing_of_another_directory_is_refused(self, data, tree, cache):
        listing = encode_listing([FileEntry("a", hash_bytes(b"abc"), 3)])
        with pytest.raises(ChangedError):
            cache.add(data, tree.content("data"), listing)

    def test_the_entries_can_be_read(self, data, tree, cache):
        content = add(cache, tree, "data")
        assert cache.read_listing(content.hash) == decode_listing(tree.listing("data"))

    def test_a_corrupt_file_leaves_what_is_there(self, root, data, tree, cache):
        content = add(cache, tree, "data")
        blob = cache.blob(hash_bytes(b"defg"))
        shutil.rmtree(data)
        (data / "mine").mkdir(parents=True)
        blob.chmod(0o644)
        blob.write_bytes(b"wxyz")
        with pytest.raises(CorruptBlobError):
            cache.restore(content, data)
        assert picture(data) == {"mine": {}}
        assert sorted(item.name for item in root.iterdir()) == [".pivot", "data"]


class TestListingsFromElsewhere:
    """A listing in the cache may come from anybody: nothing gets out of the directory by it."""

    @pytest.fixture
    def put(self, layout):
        def put_listing(entries, size) -> Content:
            intake = Intake(Blobs(layout, None), Ways(()), "xxh64")
            return Content(intake.add_bytes(encode_listing(entries)), size, directory=True)

        return put_listing

    def test_a_path_that_leads_out_is_refused(self, root, cache, put):
        (root / "x").write_bytes(b"")
        with pytest.raises(BrokenListingError):
            cache.restore(put([FileEntry("../x", hash_bytes(b""), 0)], 0), root / "data")
        assert not (root / "data").exists()

    def test_links_that_lead_out_together_are_refused(self, root, cache, put):
        entries = [LinkEntry("s/top", ".."), LinkEntry("bad", "s/top/../a")]
        with pytest.raises(OutsideLinkError):
            cache.restore(put(entries, 0), root / "data")
        assert [item.name for item in root.iterdir()] == [".pivot"]

    def test_a_total_that_is_wrong_is_refused(self, root, tree, cache, put):
        (root / "file").write_bytes(b"abc")
        add(cache, tree, "file")
        content = put([FileEntry("a", hash_bytes(b"abc"), 3)], 4)
        assert not cache.holds(content)
        with pytest.raises(BrokenListingError, match="add up to 4"):
            cache.restore(content, root / "data")

    def test_what_is_no_listing_is_not_held(self, layout, cache, root):
        name = Intake(Blobs(layout, None), Ways(()), "xxh64").add_bytes(b"no listing")
        content = Content(name, 0, directory=True)
        assert not cache.holds(content)
        with pytest.raises(BrokenListingError):
            cache.restore(content, root / "data")


class TestHolds:
    def test_a_file(self, root, tree, cache):
        (root / "file").write_bytes(b"abc")
        content = tree.content("file")
        assert not cache.holds(content)
        add(cache, tree, "file")
        assert cache.holds(content)
        assert not cache.holds(Content(content.hash, 4))

    @pytest.mark.parametrize("data_", [None, b"", b"ab"])
    def test_a_directory_with_a_file_that_is_not_whole(self, data, tree, cache, data_):
        content = add(cache, tree, "data")
        assert cache.holds(content)
        blob = cache.blob(hash_bytes(b"defg"))
        blob.unlink()
        if data_ is not None:
            blob.write_bytes(data_)
        assert not cache.holds(content)

    def test_a_directory_with_a_corrupt_listing(self, data, tree, cache):
        content = add(cache, tree, "data")
        blob = cache.blob(content.hash)
        blob.chmod(0o644)
        blob.write_bytes(blob.read_bytes().replace(b"run", b"fun"))
        assert not cache.holds(content)

    def test_a_directory_that_the_cache_lacks(self, cache):
        assert not cache.holds(Content("0" * 16, 0, directory=True))


class TestMemories:
    def test_what_was_added_need_not_be_hashed_again(self, root, data, cache, other_memory, settle):
        (root / "file").write_bytes(b"abcd")
        (data / "sub/same").unlink()
        settle(root / "file", data / "a", data / "sub/run")
        for name in ("file", "data"):
            add(cache, Tree(root, "xxh64"), name)
        assert other_memory.entries == {
            name: (Signature.of((root / name).stat()), Tree(root, "xxh64").content(name).hash)
            for name in ("file", "data/a", "data/sub/run")
        }

    def test_what_was_restored_need_not_be_hashed_again(
        self, root, data, tree, cache, other_memory, settle
    ):
        (root / "file").write_bytes(b"abcd")
        settle(root / "file", data / "a", data / "sub/run", data / "sub/same")
        contents = {name: add(cache, tree, name) for name in ("file", "data")}
        other_memory.entries.clear()
        for name, content in contents.items():
            cache.restore(content, root / name)
        assert other_memory.entries == {
            name: (Signature.of((root / name).stat()), tree.content(name).hash)
            for name in ("file", "data/a", "data/sub/run", "data/sub/same")
        }

    def test_the_files_of_a_known_directory_are_not_hashed_again(
        self, root, data, layout, memory, settle, monkeypatch
    ):
        from pivot.store import blobs

        settle(data / "a", data / "sub/run", data / "sub/same")
        tree = Tree(root, "xxh64", memory)
        found = tree.look("data")
        cache = Cache(layout, "xxh64", ("copy",), vouched=memory, known=memory)
        with monkeypatch.context() as patch:
            patch.setattr(blobs, "hash_file", None)
            cache.add(data, found.content, found.listing)
        assert cache.holds(found.content)

    def test_a_restored_file_that_somebody_writes_to_at_once_is_not_known(
        self, root, tree, cache, other_memory, settle, monkeypatch
    ):
        from pivot.store import cache as module

        (root / "file").write_bytes(b"abc")
        settle(root / "file")
        content = add(cache, tree, "file")
        (root / "file").unlink()
        other_memory.entries.clear()
        real = module.swap_in

        def swap_in(temporary: Path, target: Path) -> None:
            real(temporary, target)
            target.chmod(0o644)
            target.write_bytes(b"xyz")
            os.utime(target, ns=(1, 1))  # long ago, so that it isn't too fresh to be known

        monkeypatch.setattr(module, "swap_in", swap_in)
        cache.restore(content, root / "file")
        assert other_memory.entries == {}


def test_a_listing_that_cannot_be_read_is_a_clear_error(data, tree, cache, monkeypatch):
    content = add(cache, tree, "data")
    cache.read_listing(content.hash)

    def fail(self: Path) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(StorageError, match="can't read"):
        cache.read_listing(content.hash)


def test_every_corrupt_blob_is_found(data, tree, cache):
    content = add(cache, tree, "data")
    assert list(cache.verify()) == []
    blob = cache.blob(hash_bytes(b"defg"))
    blob.chmod(0o644)
    blob.write_bytes(b"wxyz")
    assert [problem.hash for problem in cache.verify()] == [hash_bytes(b"defg")]
    assert not cache.holds(content)


def test_a_target_that_cannot_be_made_is_a_clear_error(root, tree, cache):
    (root / "file").write_bytes(b"abc")
    content = add(cache, tree, "file")
    with pytest.raises(StorageError, match=r"can't restore .*/file/below.*\n.*where a directory"):
        cache.restore(content, root / "file/below")


def test_importing_the_cache_does_not_load_lmdb():
    code = "import sys, pivot.store.cache; print('lmdb' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


names = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=5
).filter(lambda name: name not in {".", ".."} and len(name.encode()) < 100)
trees = st.recursive(
    st.one_of(
        st.tuples(st.binary(max_size=50), st.booleans()),
        st.sampled_from([("link", "."), ("link", "gone/for/good")]),
    ),
    lambda inner: st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
).filter(lambda shape: isinstance(shape, dict))


def build(path: Path, shape: object) -> None:
    match shape:
        case dict():
            path.mkdir()
            for name, inner in shape.items():
                build(path / name, inner)
        case ("link", str(target)):
            path.symlink_to(target)
        case (bytes(data), executable):
            path.write_bytes(data)
            path.chmod(0o755 if executable else 0o644)
        case _:
            raise AssertionError(shape)


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link[0])
@given(shape=trees)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
def test_any_directory_comes_out_as_it_went_in(link, shape):
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        build(root / "data", shape)
        tree, cache = Tree(root, "xxh64"), Cache(Layout(root), "xxh64", link)
        content = add(cache, tree, "data")
        shutil.rmtree(root / "data")
        assert cache.holds(content)
        cache.restore(content, root / "data")
        assert picture(root / "data") == shape
        assert tree.content("data") == content
        assert list(cache.verify()) == []
