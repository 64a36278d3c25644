"""What files and directories hold right now."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pivot.errors import PathError, StorageError
from pivot.hashing import hash_bytes
from pivot.store import files as module
from pivot.store.content import Content, Signature
from pivot.store.files import SpecialFileError
from pivot.store.listing import EmptyEntry, FileEntry, LinkEntry, decode_listing
from pivot.store.tree import Look, OutsideLinkError, Tree


@pytest.fixture
def tree(root):
    return Tree(root, "xxh64")


@pytest.fixture
def remembering(root, memory):
    return Tree(root, "xxh64", memory)


def small(data: bytes, *, executable: bool = False) -> Content:
    return Content(hash_bytes(data), len(data), executable)


class TestFiles:
    def test_a_file_is_its_hash_and_size(self, root, tree):
        (root / "file").write_bytes(b"abc")
        assert tree.content("file") == small(b"abc")

    def test_the_executable_bit_counts(self, root, tree):
        (root / "file").write_bytes(b"abc")
        (root / "file").chmod(0o755)
        assert tree.content("file") == small(b"abc", executable=True)

    @pytest.mark.parametrize("path", ["nothing", "nothing/at/all", "file/below", "dangling"])
    def test_what_is_absent_is_none(self, root, tree, path):
        (root / "file").touch()
        (root / "dangling").symlink_to("nothing")
        assert tree.look(path) is None
        assert tree.content(path) is None

    def test_the_other_algorithm_gives_its_own_hash(self, root):
        (root / "file").write_bytes(b"abc")
        found = Tree(root, "xxh3_128").content("file")
        assert found == Content(hash_bytes(b"abc", "xxh3_128"), 3)

    def test_the_looks_are_those_of_the_file(self, root, tree, settle):
        (root / "file").write_bytes(b"abc")
        settle(root / "file")
        assert tree.look("file").signature == Signature.of((root / "file").stat())

    def test_a_fresh_file_has_no_looks_to_know_it_by(self, root, tree):
        (root / "file").write_bytes(b"abc")
        ahead = time.time_ns() + 10**9
        os.utime(root / "file", ns=(ahead, ahead))
        assert tree.look("file") == Look(small(b"abc"))

    @pytest.mark.parametrize("name", ["pipe", "socket", "device"])
    def test_what_has_no_content_is_an_error_that_says_what_it_is(self, root, tree, name):
        match name:
            case "pipe":
                os.mkfifo(root / name)
            case "socket":
                with socket.socket(socket.AF_UNIX) as bound:
                    bound.bind(str(root / name))
            case _:
                (root / name).symlink_to("/dev/null")
                with pytest.raises(OutsideLinkError):
                    tree.content(name)
                return
        with pytest.raises(SpecialFileError, match=name):
            tree.content(name)

    def test_a_device_is_an_error(self):
        with pytest.raises(SpecialFileError, match="a device"):
            Tree(Path("/"), "xxh64").content("dev/null")

    def test_what_cannot_be_read_is_a_clear_error(self, root, tree):
        (root / "loop").symlink_to("loop")
        with pytest.raises(StorageError, match=r"can't read .*loop"):
            tree.content("loop")


class TestLinks:
    def test_a_link_to_a_file_of_the_project_is_that_file(self, root, tree):
        (root / "real").write_bytes(b"abc")
        (root / "link").symlink_to("real")
        assert tree.content("link") == small(b"abc")

    def test_an_absolute_link_into_the_project_is_fine(self, root, tree):
        (root / "real").write_bytes(b"abc")
        (root / "link").symlink_to(root / "real")
        assert tree.content("link") == small(b"abc")

    def test_a_link_to_a_directory_of_the_project_is_that_directory(self, root, tree):
        (root / "real").mkdir()
        (root / "real/a").touch()
        (root / "link").symlink_to("real")
        assert tree.content("link") == tree.content("real")

    @pytest.mark.parametrize("target", ["../outside", "/etc/hostname", "../project-2/x"])
    def test_a_link_out_of_the_project_is_an_error(self, root, tree, target):
        (root.parent / "outside").write_text("x")
        (root / "link").symlink_to(target)
        with pytest.raises(OutsideLinkError, match="'link' leads outside") as caught:
            tree.content("link")
        assert isinstance(caught.value, PathError)
        assert caught.value.hint

    def test_a_linked_parent_that_leads_out_is_an_error(self, root, tree):
        (root.parent / "outside").mkdir()
        (root.parent / "outside/file").write_text("x")
        (root / "a").mkdir()
        (root / "a/data").symlink_to("../../outside")
        with pytest.raises(OutsideLinkError, match="'a/data' leads outside"):
            tree.content("a/data/file")

    def test_a_linked_parent_in_the_project_is_fine(self, root, tree):
        (root / "real").mkdir()
        (root / "real/file").write_bytes(b"abc")
        (root / "data").symlink_to("real")
        assert tree.content("data/file") == small(b"abc")

    def test_a_project_that_is_reached_by_a_link_is_fine(self, root):
        (root / "real").write_bytes(b"abc")
        (root / "link").symlink_to("real")
        root.with_name("alias").symlink_to(root)
        assert Tree(root.with_name("alias"), "xxh64").content("link") == small(b"abc")


class TestDirectories:
    @pytest.fixture
    def data(self, root):
        (root / "data/sub/empty").mkdir(parents=True)
        (root / "data/a").write_bytes(b"abc")
        (root / "data/sub/run").write_bytes(b"defg")
        (root / "data/sub/run").chmod(0o755)
        (root / "data/link").symlink_to("sub/run")
        (root / "data/sub/up").symlink_to("../a")
        (root / "data/nowhere").symlink_to("not/there")
        return root / "data"

    def test_everything_in_it_counts(self, data, tree):
        assert decode_listing(tree.listing("data")) == (
            FileEntry("a", hash_bytes(b"abc"), 3),
            LinkEntry("link", "sub/run"),
            LinkEntry("nowhere", "not/there"),
            EmptyEntry("sub/empty"),
            FileEntry("sub/run", hash_bytes(b"defg"), 4, executable=True),
            LinkEntry("sub/up", "../a"),
        )

    def test_its_content_is_that_of_its_listing(self, data, tree):
        listing = tree.listing("data")
        assert tree.content("data/") == Content(hash_bytes(listing), 7, directory=True)

    def test_a_slash_at_the_end_makes_no_difference(self, data, tree):
        assert tree.look("data/") == tree.look("data")

    @pytest.mark.parametrize(
        "change",
        [
            lambda data: (data / "a").write_bytes(b"abx"),
            lambda data: (data / "a").chmod(0o755),
            lambda data: (data / "sub/empty").rmdir(),
            lambda data: (data / "sub/empty/file").touch(),
            lambda data: (data / "build").mkdir(),
            lambda data: (data / "x.pyc").touch(),
            lambda data: (data / ".hidden").touch(),
            lambda data: (data / "a").rename(data / "b"),
            lambda data: (data / "link").unlink(),
            lambda data: ((data / "link").unlink(), (data / "link").symlink_to("a")),
        ],
    )
    def test_every_change_changes_it(self, data, tree, change):
        before = tree.content("data")
        change(data)
        assert tree.content("data") != before

    @pytest.mark.parametrize(
        "change",
        [
            lambda data: os.utime(data / "a", ns=(1, 1)),
            lambda data: (data / "a").chmod(0o600),
            lambda data: data.chmod(0o700),
            lambda data: (data / ".pivot-0123456789abcdef.tmp").touch(),
            lambda data: (data / "sub/empty/.pivot-0123456789abcdef.tmp").mkdir(),
        ],
    )
    def test_what_does_not_count(self, data, tree, change):
        before = tree.content("data")
        change(data)
        assert tree.content("data") == before

    def test_it_does_not_matter_where_it_is(self, data, tree):
        before = tree.content("data")
        data.rename(data.with_name("other"))
        assert tree.content("other") == before

    def test_an_empty_directory_has_a_content(self, root, tree):
        (root / "empty").mkdir()
        assert tree.content("empty") == Content(
            hash_bytes(tree.listing("empty")), 0, directory=True
        )

    @pytest.mark.parametrize(
        "target", ["../outside", "/etc/hostname", "sub/../../data/a", "round/../../outside"]
    )
    def test_a_link_that_leads_out_of_it_is_an_error(self, data, tree, target):
        (data / "bad").symlink_to(target)
        with pytest.raises(OutsideLinkError, match="'data/bad' leads outside"):
            tree.content("data")

    def test_a_link_that_leads_out_by_way_of_another_is_an_error(self, data, tree):
        # Read as text `sub/top/../a` is `sub/a`; but `sub/top` is the directory itself.
        (data / "sub/top").symlink_to("..")
        (data / "bad").symlink_to("sub/top/../a")
        with pytest.raises(OutsideLinkError, match="'data/bad' leads outside"):
            tree.content("data")

    def test_an_absolute_link_is_an_error_even_if_it_stays(self, data, tree):
        (data / "bad").symlink_to(data / "a")
        with pytest.raises(OutsideLinkError, match="relative link"):
            tree.content("data")

    def test_a_pipe_in_it_is_an_error(self, data, tree):
        os.mkfifo(data / "sub/pipe")
        with pytest.raises(SpecialFileError, match="'data/sub/pipe' is a named pipe"):
            tree.content("data")

    def test_names_that_are_not_unicode_count(self, root, tree):
        (root / "data").mkdir()
        Path(os.fsdecode(os.fsencode(root / "data") + b"/\xff")).write_bytes(b"abc")
        entries = decode_listing(tree.listing("data"))
        assert entries == (FileEntry("\udcff", hash_bytes(b"abc"), 3),)

    def test_deep_directories_are_no_problem(self, root, tree):
        deep = root / "data" / "/".join("d" * 400)
        deep.mkdir(parents=True)
        (deep / "x").touch()
        assert len(decode_listing(tree.listing("data"))) == 1

    @pytest.mark.parametrize("name", ["nothing", "file"])
    def test_what_is_no_directory_has_no_listing(self, root, tree, name):
        (root / "file").touch()
        with pytest.raises(StorageError, match=f"no directory '{name}'"):
            tree.listing(name)


class TestMemory:
    def test_a_known_file_is_not_read_again(self, root, remembering, memory, age):
        (root / "file").write_bytes(b"abc")
        memory.put("file", Signature.of((root / "file").stat()), "f" * 16)
        assert remembering.content("file") == Content("f" * 16, 3)

    def test_a_file_that_looks_different_is_read_again(self, root, remembering, memory):
        (root / "file").write_bytes(b"abc")
        memory.put("file", Signature.of((root / "file").stat()), "f" * 16)
        os.utime(root / "file", ns=(1, 1))
        assert remembering.content("file") == small(b"abc")

    def test_the_executable_bit_of_a_known_file_is_looked_at(self, root, remembering, memory):
        (root / "file").write_bytes(b"abc")
        (root / "file").chmod(0o755)
        memory.put("file", Signature.of((root / "file").stat()), "f" * 16)
        assert remembering.content("file") == Content("f" * 16, 3, executable=True)

    def test_a_hash_of_another_algorithm_is_no_use(self, root, memory):
        (root / "file").write_bytes(b"abc")
        memory.put("file", Signature.of((root / "file").stat()), "f" * 16)
        found = Tree(root, "xxh3_128", memory).content("file")
        assert found == Content(hash_bytes(b"abc", "xxh3_128"), 3)

    def test_what_was_hashed_is_remembered_by_its_path_in_the_project(
        self, root, remembering, memory, settle
    ):
        (root / "data/sub").mkdir(parents=True)
        files = [root / "data/sub/a", root / "b"]
        for file in files:
            file.write_bytes(b"abc")
        settle(*files)
        remembering.content("data/")
        remembering.content("b")
        expected = {
            name: (Signature.of((root / name).stat()), hash_bytes(b"abc"))
            for name in ("data/sub/a", "b")
        }
        assert memory.entries == expected

    def test_a_file_written_just_now_is_not_remembered(self, root, remembering, memory):
        (root / "file").write_bytes(b"abc")
        ahead = time.time_ns() + 10**9
        os.utime(root / "file", ns=(ahead, ahead))
        remembering.content("file")
        assert memory.entries == {}

    def test_a_file_whose_mode_changed_just_now_is_not_remembered(
        self, root, remembering, memory, monkeypatch
    ):
        (root / "file").write_bytes(b"abc")
        os.utime(root / "file", ns=(1, 1))
        changed = (root / "file").stat().st_ctime_ns
        monkeypatch.setattr(module.time, "time_ns", lambda: changed + 1)
        remembering.content("file")
        assert memory.entries == {}

    def test_a_large_fresh_file_is_hashed_once_the_clock_has_ticked(
        self, root, remembering, memory, monkeypatch
    ):
        monkeypatch.setattr(module, "_WORTH_WAITING", 3)
        (root / "file").write_bytes(b"abc")
        found = remembering.look("file")
        assert found.signature == Signature.of((root / "file").stat())
        assert "file" in memory.entries


class TestChanges:
    def test_a_file_that_changes_once_while_it_is_read_is_read_again(self, root, tree, monkeypatch):
        file = root / "file"
        file.write_bytes(b"old")
        os.utime(file, ns=(1, 1))
        real, times = module.hash_file, iter([True, False, False])

        def hash_file(path, algorithm):
            found = real(path, algorithm)
            if next(times):
                file.write_bytes(b"new")
            return found

        monkeypatch.setattr(module, "hash_file", hash_file)
        assert tree.content("file") == small(b"new")

    def test_a_file_that_goes_on_changing_is_an_error(self, root, tree, monkeypatch):
        file = root / "file"
        file.write_bytes(b"")
        real = module.hash_file

        def hash_file(path, algorithm):
            found = real(path, algorithm)
            with file.open("ab") as stream:
                stream.write(b"x")
            return found

        monkeypatch.setattr(module, "hash_file", hash_file)
        with pytest.raises(StorageError, match="'file' goes on changing"):
            tree.content("file")

    @pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
    def test_a_file_that_is_longer_than_it_says_is_an_error(self):
        with pytest.raises(StorageError, match="'version' goes on changing"):
            Tree(Path("/proc"), "xxh64").content("version")

    def test_a_file_that_another_process_writes_is_an_error_or_whole(self, root, tree):
        code = f"""
print("ready", flush=True)
with open({str(root / "file")!r}, "wb", buffering=0) as stream:
    while True:
        stream.write(b"x")
        if stream.tell() > 10_000_000:
            stream.truncate(0)
            stream.seek(0)
"""
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        try:
            assert process.stdout
            process.stdout.readline()
            for _ in range(30):
                try:
                    found = tree.content("file")
                except StorageError:
                    continue
                assert found is None or found == small(b"x" * found.size)
        finally:
            process.kill()
            process.communicate()

    def test_a_file_that_disappears_from_a_directory_is_no_longer_in_it(
        self, root, tree, monkeypatch
    ):
        (root / "data").mkdir()
        (root / "data/a").touch()
        (root / "data/b").touch()
        real = module.hash_file

        def hash_file(path, algorithm):
            Path(path).unlink() if path.endswith("/b") else None
            return real(path, algorithm)

        monkeypatch.setattr(module, "hash_file", hash_file)
        assert [entry.path for entry in decode_listing(tree.listing("data"))] == ["a"]

    def test_a_directory_that_disappears_is_absent(self, root, tree, monkeypatch):
        (root / "data").mkdir()
        (root / "data/a").touch()

        def hash_file(path, algorithm):
            Path(path).unlink()
            Path(path).parent.rmdir()
            raise FileNotFoundError(path)

        monkeypatch.setattr(module, "hash_file", hash_file)
        assert tree.content("data") is None

    def test_files_that_go_on_disappearing_are_an_error(self, root, tree, monkeypatch):
        (root / "data").mkdir()
        (root / "data/a").touch()

        def hash_file(path, algorithm):
            raise FileNotFoundError(path)

        monkeypatch.setattr(module, "hash_file", hash_file)
        with pytest.raises(StorageError, match="'data' go on disappearing"):
            tree.content("data")
