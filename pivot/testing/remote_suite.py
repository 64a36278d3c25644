"""What Pivot relies on in a remote, as tests that a plugin's author inherits.

Blobs are named after their content as the cache names them, but a remote must not depend on that:
what it is given, it gives back. Tests: tests/testing/test_remote_suite.py.
"""
# ruff: noqa: S101 - assertions are what pytest is about

from __future__ import annotations

import threading
import time
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from pivot.hashing import hash_bytes
from pivot.interfaces import Moved, Remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    type OpenRemote = Callable[[], Remote]

_MEGABYTE = 1024 * 1024


class _Stop(Exception):  # noqa: N818 - it stands for a Ctrl-C
    """Raised by a listener that wants no more."""


class RemoteSuite:
    """Subclass it as `Test...`, and give the fixture `open_remote`."""

    #: The size of the largest blob, in bytes: more than the remote moves in one piece.
    large = 20 * _MEGABYTE
    #: How many small blobs there are in the tests with many.
    many = 60

    @pytest.fixture
    def open_remote(self) -> OpenRemote:
        """Give a function that opens the same place, empty at first, as often as it's called."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture 'open_remote'")

    @pytest.fixture
    def remote(self, open_remote: OpenRemote) -> Iterator[Remote]:
        """Give one remote."""
        opened = open_remote()
        yield opened
        opened.close()

    @pytest.fixture
    def blobs(self, tmp_path: Path) -> dict[str, Path]:
        """Give some small blobs, one of them empty, one with a long key."""
        contents = [b"", b"abc", bytes(range(256)) * 40]
        made = {hash_bytes(content): content for content in contents}
        made[hash_bytes(b"long", "xxh3_128")] = b"long"
        return _written(tmp_path / "blobs", made)

    def test_it_is_a_remote(self, remote: Remote) -> None:
        """It has the methods that Pivot calls."""
        assert isinstance(remote, Remote), "it is not a pivot.interfaces.Remote"

    def test_an_empty_place_lacks_everything(self, remote: Remote, blobs: dict[str, Path]) -> None:
        """The first push goes to a place that holds nothing, or does not even exist."""
        assert remote.missing(blobs.keys()) == blobs.keys()

    def test_what_is_stored_comes_back(
        self, open_remote: OpenRemote, remote: Remote, blobs: dict[str, Path], tmp_path: Path
    ) -> None:
        """Byte by byte, also for whoever opens the place anew."""
        remote.upload(blobs, _deaf)
        other = open_remote()
        assert _fetched(other, blobs, tmp_path) == {k: f.read_bytes() for k, f in blobs.items()}
        other.close()

    def test_a_large_blob_comes_back(self, remote: Remote, tmp_path: Path) -> None:
        """What does not fit into one piece is put together in the right order."""
        content = b"".join(number.to_bytes(8, "big") for number in range(self.large // 8)) + b"end"
        blobs = _written(tmp_path / "large", {hash_bytes(content): content})
        remote.upload(blobs, _deaf)
        (back,) = _fetched(remote, blobs, tmp_path).values()
        assert back == content

    def test_what_is_there_is_not_missing(self, remote: Remote, blobs: dict[str, Path]) -> None:
        """A push asks this, and sends only the rest."""
        first, *rest = blobs
        remote.upload({first: blobs[first]}, _deaf)
        assert remote.missing(blobs.keys()) == set(rest)
        assert remote.missing([first]) == set()

    def test_nothing_is_missing_of_nothing(self, remote: Remote) -> None:
        """An empty question has an empty answer."""
        assert remote.missing([]) == set()

    def test_many_blobs_are_told_apart(self, remote: Remote, tmp_path: Path) -> None:
        """Also when there are enough of them to be asked for in another way."""
        contents = {hash_bytes(str(n).encode()): str(n).encode() for n in range(self.many)}
        blobs = _written(tmp_path / "many", contents)
        stored = {key: blobs[key] for key in list(blobs)[::2]}
        remote.upload(stored, _deaf)
        assert remote.missing(blobs.keys()) == blobs.keys() - stored.keys()
        assert set(_keys(remote)) == stored.keys()
        assert _fetched(remote, stored, tmp_path) == {key: contents[key] for key in stored}

    def test_storing_again_changes_nothing(
        self, remote: Remote, blobs: dict[str, Path], tmp_path: Path
    ) -> None:
        """Two machines may push the same at once."""
        remote.upload(blobs, _deaf)
        remote.upload(blobs, _deaf)
        assert sorted(_keys(remote)) == sorted(blobs)
        assert _fetched(remote, blobs, tmp_path) == {k: f.read_bytes() for k, f in blobs.items()}

    def test_what_is_not_there_is_named_and_leaves_no_file(
        self, remote: Remote, blobs: dict[str, Path], tmp_path: Path
    ) -> None:
        """The others are fetched all the same."""
        absent, *rest = blobs
        remote.upload({key: blobs[key] for key in rest}, _deaf)
        files = {key: tmp_path / f"out-{key}" for key in blobs}
        assert remote.download(files, _deaf) == {absent}
        assert {key for key, file in files.items() if file.exists()} == set(rest)

    def test_an_upload_is_told_of(self, remote: Remote, blobs: dict[str, Path]) -> None:
        """Each blob's sizes add up, and its last message says that it is whole."""
        ear = _Ear()
        remote.upload(blobs, ear.tell)
        ear.check({key: file.stat().st_size for key, file in blobs.items()})

    def test_a_download_is_told_of(
        self, remote: Remote, blobs: dict[str, Path], tmp_path: Path
    ) -> None:
        """As an upload is."""
        remote.upload(blobs, _deaf)
        ear = _Ear()
        remote.download({key: tmp_path / f"out-{key}" for key in blobs}, ear.tell)
        ear.check({key: file.stat().st_size for key, file in blobs.items()})

    def test_a_blob_is_whole_when_that_is_told(
        self, remote: Remote, blobs: dict[str, Path], tmp_path: Path
    ) -> None:
        """Pivot takes each file from where it is at that moment."""
        remote.upload(blobs, _deaf)
        taken: dict[str, bytes] = {}

        def take(moved: Moved) -> None:
            if moved.whole:
                taken[moved.key] = files[moved.key].read_bytes()
                files[moved.key].unlink()

        files = {key: tmp_path / f"out-{key}" for key in blobs}
        remote.download(files, take)
        assert taken == {key: file.read_bytes() for key, file in blobs.items()}

    def test_a_listener_that_raises_ends_a_download(
        self, remote: Remote, blobs: dict[str, Path], tmp_path: Path
    ) -> None:
        """That is how Ctrl-C and a full disk look; no temporary file stays behind."""
        remote.upload(blobs, _deaf)
        directory = tmp_path / "out"
        directory.mkdir()
        with pytest.raises(_Stop):
            remote.download({key: directory / key for key in blobs}, _raise)
        assert {file.name for file in directory.iterdir()} <= blobs.keys()

    def test_a_listener_that_raises_ends_an_upload(
        self, remote: Remote, blobs: dict[str, Path], tmp_path: Path
    ) -> None:
        """What is there afterwards is whole."""
        with pytest.raises(_Stop):
            remote.upload(blobs, _raise)
        there = {key: blobs[key] for key in _keys(remote)}
        assert _fetched(remote, there, tmp_path) == {k: f.read_bytes() for k, f in there.items()}

    def test_all_keys_are_listed(self, remote: Remote, blobs: dict[str, Path]) -> None:
        """Each once."""
        remote.upload(blobs, _deaf)
        assert sorted(_keys(remote)) == sorted(blobs)

    def test_what_is_listed_has_its_size(self, remote: Remote, blobs: dict[str, Path]) -> None:
        """In bytes; and a time that is none of the future, if there is one."""
        remote.upload(blobs, _deaf)
        sizes = {stored.key: stored.size for stored in remote.list()}
        assert sizes == {key: file.stat().st_size for key, file in blobs.items()}
        a_day_hence = time.time() + 86_400
        assert all(
            stored.since is None or 0 < stored.since < a_day_hence for stored in remote.list()
        )

    def test_what_begins_like_this_is_listed(
        self, remote: Remote, blobs: dict[str, Path], tmp_path: Path
    ) -> None:
        """That is how the entries of earlier runs are found, whose keys have a hyphen."""
        entry = f"{hash_bytes(b'run', 'xxh3_128')}-{hash_bytes(b'entry')}"
        other = f"{hash_bytes(b'another run', 'xxh3_128')}-{hash_bytes(b'entry')}"
        entries = _written(tmp_path / "entries", {entry: b"entry", other: b"entry"})
        remote.upload(blobs | entries, _deaf)
        run = entry.partition("-")[0]
        assert _keys(remote, [f"{run}-"]) == [entry]
        assert sorted(_keys(remote, [f"{run}-", other[:33]])) == sorted(entries)
        assert _keys(remote, [f"{'0' * 32}-"]) == []
        assert sorted(_keys(remote)) == sorted(blobs | entries)
        assert _fetched(remote, entries, tmp_path) == {entry: b"entry", other: b"entry"}

    def test_what_is_deleted_is_gone(self, remote: Remote, blobs: dict[str, Path]) -> None:
        """And nothing else is; a key that isn't there is no error."""
        remote.upload(blobs, _deaf)
        first, *rest = blobs
        remote.delete([first, hash_bytes(b"never stored")])
        assert remote.missing(blobs.keys()) == {first}
        assert sorted(_keys(remote)) == sorted(rest)

    def test_it_can_be_closed_twice(self, remote: Remote, blobs: dict[str, Path]) -> None:
        """After use, and from a `finally` that does not know what happened before."""
        remote.missing(blobs.keys())
        remote.close()
        remote.close()


class _Ear:
    """Hears what is moved, and in which thread."""

    def __init__(self) -> None:
        self._heard: defaultdict[str, list[Moved]] = defaultdict(list)
        self._threads: set[int] = set()

    def tell(self, moved: Moved) -> None:
        self._heard[moved.key].append(moved)
        self._threads.add(threading.get_ident())

    def check(self, sizes: dict[str, int]) -> None:
        assert self._threads == {threading.get_ident()}, "it calls from another thread"
        assert {key: sum(m.size for m in heard) for key, heard in self._heard.items()} == sizes
        for key, heard in self._heard.items():
            assert [moved.whole for moved in heard] == [False] * (len(heard) - 1) + [True], key


def _deaf(_: Moved) -> None:
    pass


def _raise(_: Moved) -> None:
    raise _Stop


def _keys(remote: Remote, beginnings: Sequence[str] = ("",)) -> list[str]:
    return [stored.key for stored in remote.list(beginnings)]


def _written(directory: Path, contents: dict[str, bytes]) -> dict[str, Path]:
    directory.mkdir()
    for key, content in contents.items():
        (directory / key).write_bytes(content)
    return {key: directory / key for key in contents}


def _fetched(remote: Remote, blobs: dict[str, Path], tmp_path: Path) -> dict[str, bytes]:
    files = {key: tmp_path / f"back-{key}" for key in blobs}
    assert remote.download(files, _deaf) == set()
    return {key: file.read_bytes() for key, file in files.items()}
