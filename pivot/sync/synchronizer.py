"""Moving blobs between one cache and one remote.

Nothing leaves the cache, and nothing enters it, whose hash was not checked; what is on the other
side already is not moved. Files go before the listings that name them, so that whoever finds a
listing finds the files. Tests: tests/test_sync.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.errors import CorruptionError
from pivot.store.cache import CorruptBlobError, MissingBlobError
from pivot.store.listing import FileEntry
from pivot.sync.report import Tally
from pivot.sync.staging import staging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pivot.interfaces import Moved, Remote
    from pivot.store.cache import Cache
    from pivot.store.content import Content
    from pivot.store.layout import Layout
    from pivot.sync.report import Progress

    #: The key of a blob -> its size in bytes, or None if that isn't known.
    type Sizes = dict[str, int | None]


class Synchronizer:
    """Moves blobs once; `tally` is what it came to."""

    def __init__(
        self,
        layout: Layout,
        cache: Cache,
        remote: Remote | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        mend: Callable[[Content], None] | None = None,
    ) -> None:
        self._layout = layout
        self._cache = cache
        self._given_remote = remote
        self._on_progress = on_progress
        #: Puts a content into the cache that is not whole there, if it can be had.
        self._mend = mend
        self.tally = Tally()

    @property
    def _remote(self) -> Remote:
        """The remote; who moves nothing needs none."""
        if self._given_remote is None:
            raise RuntimeError("without a remote nothing can be moved")
        return self._given_remote

    def push(self, contents: Iterable[Content], *, dry_run: bool) -> None:
        """Send the blobs of these contents that the remote lacks."""
        contents = list(contents)
        files, listings = self._sizes(contents)
        sound = self._sound(files | listings)
        if self._mend is not None and not dry_run and None in sound.values():
            for content in contents:
                if any(sound.get(key) is None for key in self.keys(content)):
                    self._mend(content)
            files, listings = self._sizes(contents)
            sound |= self._sound(
                {key: size for key, size in (files | listings).items() if not sound.get(key)}
            )
        here = {key: blob for key, blob in sound.items() if blob}
        missing = self._remote.missing((files | listings).keys())
        self.tally.present = len(files | listings) - len(missing)
        # What is not here may well be there: somebody else has pushed it.
        self.tally.problems |= dict.fromkeys(sorted(missing - here.keys()), "missing")
        whole = {key for key in listings if not self._lost(key)}
        first = {key: here[key] for key in sorted(missing & files.keys() & here.keys())}
        last = {key: here[key] for key in sorted(missing & whole & here.keys() - first.keys())}
        self._expect({key: file.stat().st_size for key, file in (first | last).items()}, dry_run)
        if not dry_run:
            for blobs in (first, last):
                if blobs:
                    self._remote.upload(blobs, self._count)

    def fetch(self, contents: Iterable[Content], *, dry_run: bool) -> None:
        """Get the blobs of these contents that the cache lacks, and check them.

        A dry run counts a directory whose listing is not here as one file.
        """
        wanted = list(contents)
        unread = self.fetch_listings(wanted, dry_run=dry_run)
        files, listings = self._sizes(wanted)
        lacking = self._lacking(files)
        self.tally.present = len(files | listings) - len(lacking) - len(unread)
        expected = {key: size or 0 for key, size in lacking.items()}
        if dry_run:
            absent = self._remote.missing(lacking.keys() | unread.keys())
            self.tally.problems |= dict.fromkeys(sorted(absent), "missing")
            expected |= {c.hash: c.size for c in wanted if c.hash in unread}
            self._expect({k: size for k, size in expected.items() if k not in absent}, dry_run)
        elif lacking:
            self._expect(expected, dry_run)
            self._download(lacking)

    def fetch_listings(self, contents: Iterable[Content], *, dry_run: bool = False) -> Sizes:
        """Get those listings of directories that the cache lacks; give what it lacked."""
        unread = self._lacking({c.hash: None for c in contents if c.directory})
        if unread and not dry_run:
            self._expect(dict.fromkeys(unread, 0), dry_run)
            self._download(unread)
        return unread

    def keys(self, content: Content) -> set[str]:
        """Give the keys of a content's blobs, as far as they are known here."""
        if not content.directory:
            return {content.hash}
        return {content.hash, *self._inside(content.hash)}

    def _sizes(self, contents: Iterable[Content]) -> tuple[Sizes, Sizes]:
        """Give the sizes of all files that contents consist of, and of their listings."""
        files: Sizes = {}
        listings: Sizes = {}
        for content in contents:
            if content.directory:
                listings[content.hash] = None
                files |= self._inside(content.hash)
            else:
                files[content.hash] = content.size
        return files, listings

    def _inside(self, listing: str) -> Sizes:
        try:
            entries = self._cache.read_listing(listing)
        except (MissingBlobError, CorruptionError):
            return {}
        return {entry.hash: entry.size for entry in entries if isinstance(entry, FileEntry)}

    def _lost(self, listing: str) -> bool:
        return any(key in self.tally.problems for key in (listing, *self._inside(listing)))

    def _sound(self, keys: Sizes) -> dict[str, Path | None]:
        """Give the place of each blob that is in the cache as it should be."""
        return {key: self._sound_blob(key, size) for key, size in keys.items()}

    def _sound_blob(self, key: str, size: int | None) -> Path | None:
        try:
            return self._cache.sound_blob(key, size)
        except (MissingBlobError, CorruptBlobError):
            return None

    def _lacking(self, keys: Sizes) -> Sizes:
        here = self._sound(keys)
        return {key: size for key, size in keys.items() if here[key] is None}

    def _download(self, wanted: Sizes) -> None:
        def take(moved: Moved) -> None:
            if not moved.whole or self._adopt(files[moved.key], moved.key, wanted[moved.key]):
                self._count(moved)

        with staging(self._layout) as directory:
            files = {key: directory / key for key in sorted(wanted)}
            absent = self._remote.download(files, take)
        self.tally.problems |= dict.fromkeys(sorted(absent), "missing")

    def _adopt(self, file: Path, key: str, size: int | None) -> bool:
        try:
            self._cache.adopt(file, key, size)
        except CorruptionError:
            self.tally.problems[key] = "corrupt"
            file.unlink(missing_ok=True)
            return False
        return True

    def _expect(self, sizes: Mapping[str, int], dry_run: bool) -> None:
        tally = self.tally
        tally.total_files += len(sizes)
        tally.total_size += sum(sizes.values())
        if dry_run:
            tally.files, tally.size = tally.total_files, tally.total_size

    def _count(self, moved: Moved) -> None:
        self.tally.size += moved.size
        self.tally.files += moved.whole
        if self._on_progress is not None:
            self._on_progress(self.tally.progress)
