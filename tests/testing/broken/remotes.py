"""Remotes that break one promise each; `breaks` names the checks that must fail, and no others."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from pivot.interfaces import Moved, Stored
from pivot.testing import RemoteSuite

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    type Tell = Callable[[Moved], None]


class Good:
    """A good one, in memory: `place` is what outlives it."""

    def __init__(self, place: dict[str, bytes]) -> None:
        self.place = place

    def missing(self, keys: Collection[str]) -> set[str]:
        return set(keys) - self.place.keys()

    def upload(self, blobs: Mapping[str, Path], tell: Tell) -> None:
        for key, file in blobs.items():
            self.place[key] = file.read_bytes()
            tell(Moved(key, len(self.place[key]), whole=True))

    def download(self, files: Mapping[str, Path], tell: Tell) -> set[str]:
        for key in files.keys() & self.place.keys():
            files[key].write_bytes(self.place[key])
            tell(Moved(key, len(self.place[key]), whole=True))
        return self.missing(files.keys())

    def list(self, beginnings: Collection[str] = ("",)) -> Iterator[Stored]:
        for key, content in self.place.items():
            if key.startswith(tuple(beginnings)):
                yield Stored(key, len(content), time.time())

    def delete(self, keys: Collection[str]) -> None:
        for key in keys:
            self.place.pop(key, None)

    def close(self) -> None:
        pass


class Suite(RemoteSuite):
    __test__ = False
    large = 1000
    kind: type = Good

    @pytest.fixture
    def open_remote(self):
        place: dict[str, bytes] = {}
        return lambda: self.kind(place)


class TestGood(Suite):
    __test__ = True
    breaks = ()


class Incomplete:
    """It lacks `delete`."""

    def __init__(self, place):
        good = Good(place)
        self.missing, self.upload, self.download = good.missing, good.upload, good.download
        self.list, self.close = good.list, good.close


class TestIncomplete(Suite):
    __test__ = True
    kind = Incomplete
    breaks = ("test_it_is_a_remote", "test_what_is_deleted_is_gone")


class Forgetful(Good):
    def __init__(self, place):
        super().__init__({})


class TestForgetful(Suite):
    __test__ = True
    kind = Forgetful
    breaks = ("test_what_is_stored_comes_back",)


class Swapped(Good):
    """It puts the parts of a large blob together in another order."""

    def upload(self, blobs, tell):
        super().upload(blobs, tell)
        for key in blobs:
            if len(self.place[key]) > 500 and not self.place[key].startswith(bytes(range(256))):
                self.place[key] = self.place[key][500:] + self.place[key][:500]


class TestSwapped(Suite):
    __test__ = True
    kind = Swapped
    breaks = ("test_a_large_blob_comes_back",)


class Pessimist(Good):
    def missing(self, keys):
        return set(keys)

    def download(self, files, tell):
        super().download(files, tell)
        return files.keys() - self.place.keys()


class TestPessimist(Suite):
    __test__ = True
    kind = Pessimist
    breaks = (
        "test_what_is_there_is_not_missing",
        "test_many_blobs_are_told_apart",
        "test_what_is_deleted_is_gone",
    )


class Greedy(Good):
    """Asked about nothing, it tells of everything that it would like to have."""

    def missing(self, keys):
        return super().missing(keys) if keys else {"0" * 16}


class TestGreedy(Suite):
    __test__ = True
    kind = Greedy
    breaks = ("test_nothing_is_missing_of_nothing",)


class Optimist(Good):
    def missing(self, keys):
        return set()

    def download(self, files, tell):
        super().download(files, tell)
        return files.keys() - self.place.keys()


class TestOptimist(Suite):
    __test__ = True
    kind = Optimist
    breaks = (
        "test_an_empty_place_lacks_everything",
        "test_what_is_there_is_not_missing",
        "test_many_blobs_are_told_apart",
        "test_what_is_deleted_is_gone",
    )


class Once(Good):
    """Storing a blob again destroys it."""

    def upload(self, blobs, tell):
        again = blobs.keys() & self.place.keys()
        super().upload(blobs, tell)
        for key in again:
            self.place[key] = b"twice"


class TestOnce(Suite):
    __test__ = True
    kind = Once
    breaks = ("test_storing_again_changes_nothing",)


class Silent(Good):
    """It makes an empty file for what isn't there, and doesn't name it."""

    def download(self, files, tell):
        for key in super().download(files, tell):
            files[key].touch()
        return set()


class TestSilent(Suite):
    __test__ = True
    kind = Silent
    breaks = ("test_what_is_not_there_is_named_and_leaves_no_file",)


class MuteUpload(Good):
    def upload(self, blobs, tell):
        super().upload(blobs, lambda _: None)


class TestMuteUpload(Suite):
    __test__ = True
    kind = MuteUpload
    breaks = ("test_an_upload_is_told_of", "test_a_listener_that_raises_ends_an_upload")


class MuteDownload(Good):
    def download(self, files, tell):
        return super().download(files, lambda _: None)


class TestMuteDownload(Suite):
    __test__ = True
    kind = MuteDownload
    breaks = (
        "test_a_download_is_told_of",
        "test_a_blob_is_whole_when_that_is_told",
        "test_a_listener_that_raises_ends_a_download",
    )


class Hasty(Good):
    """It says that a blob is whole, and then writes it."""

    def download(self, files, tell):
        for key in files.keys() & self.place.keys():
            files[key].touch()
            tell(Moved(key, len(self.place[key]), whole=True))
            files[key].write_bytes(self.place[key])
        return self.missing(files.keys())


class TestHasty(Suite):
    __test__ = True
    kind = Hasty
    breaks = ("test_a_blob_is_whole_when_that_is_told",)


class Elsewhere(Good):
    """It tells in another thread."""

    def upload(self, blobs, tell):
        raised = []

        def act():
            try:
                super(Elsewhere, self).upload(blobs, tell)
            except Exception as error:
                raised.append(error)

        thread = threading.Thread(target=act)
        thread.start()
        thread.join()
        if raised:
            raise raised[0]


class TestElsewhere(Suite):
    __test__ = True
    kind = Elsewhere
    breaks = ("test_an_upload_is_told_of",)


class Untidy(Good):
    """It leaves temporary files behind when it's interrupted."""

    def download(self, files, tell):
        for key in files.keys() & self.place.keys():
            temporary = files[key].with_name(f"{key}.tmp")
            temporary.write_bytes(self.place[key])
            tell(Moved(key, len(self.place[key]), whole=False))
            temporary.replace(files[key])
            tell(Moved(key, 0, whole=True))
        return self.missing(files.keys())


class TestUntidy(Suite):
    __test__ = True
    kind = Untidy
    breaks = ("test_a_listener_that_raises_ends_a_download",)


class Early(Good):
    """A key appears before its blob is whole."""

    def upload(self, blobs, tell):
        for key, file in blobs.items():
            content = file.read_bytes()
            self.place[key] = b"half"
            tell(Moved(key, len(content), whole=False))
            self.place[key] = content
            tell(Moved(key, 0, whole=True))


class TestEarly(Suite):
    __test__ = True
    kind = Early
    breaks = ("test_a_listener_that_raises_ends_an_upload",)


class Repeating(Good):
    def list(self, beginnings=("",)):
        yield from [*super().list(beginnings), *super().list(beginnings)]


class TestRepeating(Suite):
    __test__ = True
    kind = Repeating
    breaks = (
        "test_storing_again_changes_nothing",
        "test_all_keys_are_listed",
        "test_what_begins_like_this_is_listed",
        "test_what_is_deleted_is_gone",
    )


class Unsized(Good):
    def list(self, beginnings=("",)):
        yield from (Stored(stored.key, 0) for stored in super().list(beginnings))


class TestUnsized(Suite):
    __test__ = True
    kind = Unsized
    breaks = ("test_what_is_listed_has_its_size",)


class Everything(Good):
    """It lists all there is, whatever is asked for."""

    def list(self, beginnings=("",)):
        yield from super().list()


class TestEverything(Suite):
    __test__ = True
    kind = Everything
    breaks = ("test_what_begins_like_this_is_listed",)


class Strict(Good):
    def delete(self, keys):
        for key in keys:
            del self.place[key]


class TestStrict(Suite):
    __test__ = True
    kind = Strict
    breaks = ("test_what_is_deleted_is_gone",)


class OneUse(Good):
    closed = False

    def close(self):
        if self.closed:
            raise ValueError("closed twice")
        self.closed = True


class TestOneUse(Suite):
    __test__ = True
    kind = OneUse
    breaks = ("test_it_can_be_closed_twice",)
