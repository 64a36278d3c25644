"""What moves between the cache and a remote, and what never does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pivot.config import Settings
from pivot.errors import RemoteError, UsageError
from pivot.remotes.directory import DirectoryRemote
from pivot.store.cache import Cache
from pivot.store.layout import Layout
from pivot.store.tree import Tree
from pivot.sync import choose_remote, remotes
from pivot.sync.staging import staging
from pivot.sync.synchronizer import Synchronizer

if TYPE_CHECKING:
    from pathlib import Path


class Machine:
    """A project's store, and what a transfer with a remote came to."""

    def __init__(self, root: Path, remote: DirectoryRemote) -> None:
        root.mkdir()
        self.root = root
        self.layout = Layout(root)
        self.cache = Cache(self.layout, "xxh64")
        self.tree = Tree(root, "xxh64")
        self.remote = remote

    def make(self, path, data=b"some data"):
        """Write a file, or a directory of files, and put it into the cache."""
        files = data if isinstance(data, dict) else {"": data}
        for name, content in files.items():
            file = self.root / path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        content = self.tree.content(path)
        self.cache.add(self.root / path, content)
        return content

    def do(self, verb, *contents, dry_run=False, on_progress=None):
        synchronizer = Synchronizer(self.layout, self.cache, self.remote, on_progress)
        getattr(synchronizer, verb)(contents, dry_run=dry_run)
        return synchronizer.tally


@pytest.fixture
def remote(tmp_path):
    return DirectoryRemote(tmp_path / "remote")


@pytest.fixture
def here(tmp_path, remote):
    return Machine(tmp_path / "here", remote)


@pytest.fixture
def there(tmp_path, remote):
    return Machine(tmp_path / "there", remote)


def stored(remote, key):
    """The file of a blob in a directory remote."""
    return remote._directory / "files" / key[:2] / key[2:]


def keys(remote):
    return [stored.key for stored in remote.list()]


FOLDER = {"a": b"aaa", "sub/b": b"bb", "sub/same": b"aaa"}


class TestFilesAndDirectories:
    def test_a_file_arrives(self, here, there):
        content = here.make("model", b"weights")
        assert (here.do("push", content).files, here.do("push", content).present) == (1, 1)
        tally = there.do("fetch", content)
        assert (tally.files, tally.size, tally.problems) == (1, 7, {})
        assert there.cache.holds(content)

    def test_a_directory_arrives_with_all_its_files(self, here, there):
        content = here.make("folder", FOLDER)
        assert here.do("push", content).files == 3  # two blobs and the listing
        assert there.do("fetch", content).files == 3
        there.cache.restore(content, there.root / "folder")
        assert there.tree.content("folder") == content

    def test_what_is_there_is_not_sent_again(self, here, remote):
        content = here.make("folder", FOLDER)
        here.do("push", content)
        before = {key: stored(remote, key).stat().st_ino for key in keys(remote)}
        tally = here.do("push", content)
        assert (tally.files, tally.size, tally.present) == (0, 0, 3)
        assert {key: stored(remote, key).stat().st_ino for key in keys(remote)} == before

    def test_what_is_here_is_not_fetched_again(self, here, there):
        content = here.make("folder", FOLDER)
        here.do("push", content)
        there.do("fetch", content)
        tally = there.do("fetch", content)
        assert (tally.files, tally.present) == (0, 3)

    def test_what_was_deleted_from_the_remote_is_sent_again(self, here, remote):
        content = here.make("model")
        here.do("push", content)
        remote.delete([content.hash])
        assert here.do("push", content).files == 1

    def test_nothing_is_nothing(self, here):
        assert here.do("push").files == here.do("fetch").files == 0

    def test_an_empty_file_arrives(self, here, there):
        content = here.make("empty", b"")
        here.do("push", content)
        assert there.do("fetch", content).files == 1
        assert there.cache.holds(content)


class TestWhatIsMissing:
    def test_a_blob_that_neither_side_has_is_a_problem_of_a_push(self, here, there):
        content = there.make("model")
        assert here.do("push", content).problems == {content.hash: "missing"}

    def test_a_blob_that_only_the_remote_has_is_none(self, here, there):
        content = there.make("model")
        there.do("push", content)
        assert here.do("push", content).problems == {}

    def test_the_others_are_pushed_all_the_same(self, here, there, remote):
        mine, other = here.make("mine", b"mine"), there.make("other", b"other")
        here.do("push", mine, other)
        assert keys(remote) == [mine.hash]

    def test_a_listing_is_not_pushed_without_its_files(self, here, remote):
        content = here.make("folder", FOLDER)
        lost = here.tree.content("folder/a").hash
        here.cache.blob(lost).unlink()
        assert here.do("push", content).problems == {lost: "missing"}
        assert content.hash not in keys(remote)
        assert here.tree.content("folder/sub/b").hash in keys(remote)

    def test_a_blob_that_the_remote_lacks_is_a_problem_of_a_fetch(self, here, there):
        known, unknown = here.make("known", b"known"), here.make("unknown", b"unknown")
        here.do("push", known)
        tally = there.do("fetch", known, unknown)
        assert tally.problems == {unknown.hash: "missing"}
        assert there.cache.holds(known)

    def test_a_file_of_a_directory_that_the_remote_lacks_is_a_problem(self, here, there, remote):
        content = here.make("folder", FOLDER)
        here.do("push", content)
        lost = here.tree.content("folder/a").hash
        remote.delete([lost])
        assert there.do("fetch", content).problems == {lost: "missing"}
        assert not there.cache.holds(content)


class TestDamage:
    @pytest.mark.parametrize("damage", [b"", b"some dat4", b"some data and more"])
    def test_a_damaged_blob_never_enters_the_cache(self, here, there, remote, damage):
        content = here.make("model")
        here.do("push", content)
        stored(remote, content.hash).write_bytes(damage)
        tally = there.do("fetch", content)
        assert (tally.files, tally.problems) == (0, {content.hash: "corrupt"})
        assert not there.cache.blob(content.hash).exists()

    def test_a_damaged_listing_leads_nowhere(self, here, there, remote):
        content = here.make("folder", FOLDER)
        here.do("push", content)
        stored(remote, content.hash).write_bytes(b'[\n{"link":"/etc","path":"x"}\n]\n')
        assert there.do("fetch", content).problems == {content.hash: "corrupt"}
        assert not there.layout.blobs.exists()

    def test_a_damaged_blob_of_the_cache_is_not_pushed(self, here, remote):
        content = here.make("model")
        blob = here.cache.blob(content.hash)
        blob.unlink()
        blob.write_bytes(b"some dat4")
        assert here.do("push", content).problems == {content.hash: "missing"}
        assert keys(remote) == []

    def test_a_damaged_blob_of_the_cache_is_replaced_by_a_fetch(self, here, there):
        content = here.make("model")
        here.do("push", content)
        there.do("fetch", content)
        blob = there.cache.blob(content.hash)
        blob.unlink()
        blob.write_bytes(b"some dat4")
        assert there.do("fetch", content).files == 1
        assert blob.read_bytes() == b"some data"

    def test_a_lock_that_names_another_size_gets_nothing(self, here, there):
        content = here.make("model")
        here.do("push", content)
        wrong = type(content)(content.hash, content.size + 1)
        assert there.do("fetch", wrong).problems == {content.hash: "corrupt"}
        assert not there.cache.blob(content.hash).exists()


class TestInterruption:
    class Failing(DirectoryRemote):
        """A remote whose connection is lost after some blobs."""

        left = 1

        def download(self, files, tell):
            for key, file in files.items():
                if not self.left:
                    file.write_bytes(b"a half")
                    raise RemoteError("the connection was lost")
                self.left -= 1
                super().download({key: file}, tell)
            return set()

    def test_what_came_before_a_failure_stays_and_nothing_half(self, here, there, remote):
        contents = [here.make(name, name.encode()) for name in "abc"]
        here.do("push", *contents)
        there.remote = self.Failing(remote._directory)
        with pytest.raises(RemoteError):
            there.do("fetch", *contents)
        assert sum(there.cache.holds(content) for content in contents) == 1
        assert list((there.layout.dot / "cache/incoming").iterdir()) == []
        there.remote = remote
        assert there.do("fetch", *contents).files == 2

    def test_what_a_killed_process_left_is_removed(self, here):
        with staging(here.layout) as directory:
            leftover = directory.with_name("0123456789abcdef")
            leftover.mkdir()
            (leftover / "half").write_bytes(b"a half")
        with staging(here.layout):
            assert not leftover.exists()

    def test_what_another_process_is_fetching_is_left_alone(self, here):
        with staging(here.layout) as first, staging(here.layout) as second:
            assert first.is_dir()
            assert second.is_dir()
            assert first != second


class TestProgress:
    def test_it_ends_with_the_total(self, here, there):
        contents = [here.make("folder", FOLDER), here.make("model", b"x" * 5_000_000)]
        heard = []
        here.do("push", *contents, on_progress=heard.append)
        assert heard[-1].files == heard[-1].total_files == 4
        assert heard[-1].size == heard[-1].total_size
        sizes = [progress.size for progress in heard]
        assert sizes == sorted(sizes)
        assert any(0 < progress.size < progress.total_size for progress in heard)

    def test_a_fetch_tells_it_too(self, here, there):
        content = here.make("folder", FOLDER)
        here.do("push", content)
        heard = []
        there.do("fetch", content, on_progress=heard.append)
        assert heard[-1].files == heard[-1].total_files == 3
        assert heard[-1].size == heard[-1].total_size


class TestDryRun:
    def test_a_push_says_what_would_be_sent(self, here, remote):
        content = here.make("folder", FOLDER)
        tally = here.do("push", content, dry_run=True)
        assert tally.files == 3
        assert keys(remote) == []

    def test_a_fetch_says_what_would_come(self, here, there):
        content, folder = here.make("model"), here.make("folder", FOLDER)
        here.do("push", content, folder)
        tally = there.do("fetch", content, folder, dry_run=True)
        assert (tally.files, tally.size) == (2, content.size + folder.size)
        assert not there.layout.blobs.exists()

    def test_a_fetch_says_what_would_be_missing(self, here, there):
        content = here.make("model")
        tally = there.do("fetch", content, dry_run=True)
        assert (tally.files, tally.problems) == (0, {content.hash: "missing"})


class TestChoosing:
    ORIGIN = Settings(remotes={"origin": "s3://o", "disk": "/d"})

    def test_the_only_one_is_the_default(self):
        assert choose_remote(Settings(remotes={"disk": "/d"}), None).name == "disk"

    def test_the_default_is_chosen(self):
        settings = Settings(remotes=self.ORIGIN.remotes, default_remote="origin")
        assert choose_remote(settings, None).url == "s3://o"
        assert choose_remote(settings, "disk").url == "/d"
        assert [(r.name, r.default) for r in remotes(settings)] == [
            ("disk", False),
            ("origin", True),
        ]

    @pytest.mark.parametrize(
        ("settings", "name", "message"),
        [
            (Settings(), None, "there is no remote yet"),
            (ORIGIN, None, r"several remotes \(disk, origin\)"),
            (ORIGIN, "orign", "no remote called 'orign'\n  there are: disk, origin"),
            (Settings(default_remote="gone"), None, "no remote called 'gone'\n  give it a place"),
        ],
    )
    def test_none_is_an_error_that_says_what_to_do(self, settings, name, message):
        with pytest.raises(UsageError, match=message):
            choose_remote(settings, name)
