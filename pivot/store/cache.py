"""The content-addressed cache: an artifact that was made once can be had again.

A file is one blob; a directory is a blob of its listing, and one for each file in it. What the
cache gives back is what was put in, or an error. Example::

    cache = Cache(layout, "xxh64", vouched=state.blobs, known=state.files)
    cache.add(root / "model.pkl", content)
    cache.restore(content, root / "model.pkl")

`add` and `restore` change what `stat` says of a file in the project, when it comes to share its
inode with a blob; `known`, the tree's memory, is told. Tests: tests/store/test_cache.py.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pivot.errors import StorageError
from pivot.signature import is_fresh
from pivot.store.atomic import beside, removing, swap_in
from pivot.store.blobs import Blobs, CorruptBlobError, MissingBlobError
from pivot.store.clone import WAYS, Ways
from pivot.store.content import Content, Signature
from pivot.store.faults import storage_error
from pivot.store.intake import ChangedError, Intake
from pivot.store.listing import (
    BrokenListingError,
    EmptyEntry,
    Entry,
    FileEntry,
    LinkEntry,
    decode_listing,
)
from pivot.store.placement import Placement
from pivot.store.tree import Tree, check_link

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pivot.hashing import Algorithm
    from pivot.store.blobs import Verification
    from pivot.store.files import Known
    from pivot.store.layout import Layout

__all__ = ["Cache", "ChangedError", "CorruptBlobError", "MissingBlobError"]


# A file that was made: its path in the directory, what it holds, and what it looks like.
type _Placed = tuple[str, Content, Signature]


class Cache:
    """The cache of the project that `layout` belongs to."""

    def __init__(
        self,
        layout: Layout,
        algorithm: Algorithm,
        link: tuple[str, ...] = WAYS,
        vouched: Known | None = None,
        known: Known | None = None,
        verify: Verification = "stat",
    ) -> None:
        ways = Ways(link)
        self._root = layout.root
        self._prefix = f"{layout.root}/"
        self._algorithm: Algorithm = algorithm
        self._known = known
        self._blobs = Blobs(layout, vouched, verify)
        self._intake = Intake(self._blobs, ways, algorithm)
        self._placement = Placement(self._blobs, ways)

    @property
    def condemned(self) -> Mapping[str, CorruptBlobError]:
        """The blobs that were found corrupt and moved away since the cache was opened."""
        return self._blobs.condemned

    def blob(self, name: str) -> Path:
        """Give the place of the blob of a hash, there or not."""
        return self._blobs.path(name)

    def sound_blob(self, name: str, size: int | None = None) -> Path:
        """Give the place of a blob that was found to be what its name says.

        Raises `MissingBlobError`; `CorruptBlobError`, after moving it away.
        """
        self._blobs.check(name, size)
        return self._blobs.path(name)

    def adopt(self, file: Path, name: str, size: int | None = None) -> None:
        """Make a file that came from elsewhere the blob of a hash; the file is gone afterwards.

        It must be in the cache's file system, and nobody else's. Raises `CorruptionError`, and
        leaves it, if it hasn't this hash and size; `StorageError` if the cache can't be written.
        """
        self._intake.adopt(file, name, size)

    def add(
        self,
        artifact_path: Path,
        content: Content,
        listing: bytes | None = None,
        *,
        signature: Signature | None = None,
        apart: bool = False,
    ) -> None:
        """Put what an artifact holds into the cache, unless it's there.

        `signature` is by what a file can be known to hold it still, as a `Look` has it; without
        one, the file is hashed. `listing` is a directory's; without it, one is made. With `apart`
        the artifact's files stay writable, so that they may be changed in place.

        Raises `ChangedError` if the artifact does not hold `content` any longer, `CorruptionError`
        if the cache has something else under its name, `StorageError` if it can't be written.
        """
        if not content.directory:
            self._add_file(artifact_path, content, signature, apart=apart)
            return
        if listing is None:
            listing = self._listing(artifact_path, content)
        for entry in decode_listing(listing):
            if isinstance(entry, FileEntry):
                self._add_file(artifact_path / entry.path, entry.content, None, apart=apart)
        # The listing comes last, so that there is none without its files.
        if self._intake.add_bytes(listing) != content.hash:
            raise ChangedError(artifact_path)

    def _listing(self, directory: Path, content: Content) -> bytes:
        found = Tree(self._root, self._algorithm, self._known).look(self._name(directory))
        if found is None or found.listing is None or found.content != content:
            raise ChangedError(directory)
        return found.listing

    def _add_file(
        self, file: Path, content: Content, signature: Signature | None, *, apart: bool
    ) -> None:
        name = self._name(file)
        if signature is None and self._known is not None:
            found = self._known.get(name)
            signature = found[0] if found and found[1] == content.hash else None
        left = self._intake.add(file, content, signature, apart=apart)
        if left and self._known is not None:
            self._known.put(name, left, content.hash)

    def _name(self, file: Path) -> str:
        return str(file).removeprefix(self._prefix)

    def holds(self, content: Content) -> bool:
        """Say whether every blob of a content is there, with the right size.

        The listing of a directory is hashed; files are not, unless their size is wrong.
        """
        if not content.directory:
            return self._blobs.holds(content)
        try:
            entries = self.read_listing(content.hash)
        except (MissingBlobError, CorruptBlobError, BrokenListingError):
            return False
        return _size(entries) == content.size and all(
            self._blobs.holds(entry.content) for entry in entries if isinstance(entry, FileEntry)
        )

    def read_listing(self, hash: str) -> tuple[Entry, ...]:  # noqa: A002 - the field's name
        """Give the entries of a directory by its content's hash.

        Raises `MissingBlobError`, `CorruptBlobError`, and `BrokenListingError`.
        """
        self._blobs.check(hash)
        blob = self._blobs.path(hash)
        try:
            return decode_listing(blob.read_bytes())
        except OSError as error:
            raise storage_error(error, "read", blob) from error

    def restore(self, content: Content, target: Path, *, writable: bool = False) -> None:
        """Make `target` hold `content`; what was there is replaced when the new one is complete.

        `writable` asks for files that may be changed in place. The caller has seen to it that
        `target` lies in the project. Raises `MissingBlobError`, `CorruptBlobError`,
        `BrokenListingError`, and `StorageError` if the target can't be written.
        """
        temporary = beside(target)
        started = time.time_ns()
        try:
            with removing(temporary):
                if content.directory:
                    placed = self._place_directory(content, temporary, writable=writable)
                else:
                    looks = self._placement.place(content, temporary, writable=writable)
                    placed = [("", content, looks)]
                swap_in(temporary, target)
            self._remember(target, placed, started)
        except OSError as error:
            raise storage_error(error, "restore", target) from error

    def _place_directory(
        self, content: Content, directory: Path, *, writable: bool
    ) -> list[_Placed]:
        entries = self.read_listing(content.hash)
        if _size(entries) != content.size:
            raise BrokenListingError(f"its files don't add up to {content.size} bytes")
        directory.mkdir(parents=True)
        _check_names(directory, entries)
        placed: list[_Placed] = []
        for entry in entries:
            path = directory / entry.path
            if isinstance(entry, FileEntry):
                looks = self._placement.place(entry.content, path, writable=writable)
                placed.append((entry.path, entry.content, looks))
            elif isinstance(entry, EmptyEntry):
                path.mkdir(parents=True)
        _make_links(directory, entries)
        return placed

    def _remember(self, target: Path, placed: list[_Placed], started: int) -> None:
        if self._known is None:
            return
        for relative, content, before in placed:
            file = target / relative
            # The rename, or another link to the same blob, changed the time of the inode.
            looks = Signature.of(file.lstat())
            if looks.same_data(before) and not is_fresh(looks.mtime_ns, started):
                self._known.put(self._name(file), looks, content.hash)

    def blobs(self) -> Iterator[tuple[str, os.stat_result]]:
        """Give the hash and the stat result of every blob, sorted by hash."""
        return self._blobs.all()

    def leftovers(self) -> Iterator[Path]:
        """Give the temporary files of processes that run or were killed, and damaged blobs."""
        return self._blobs.leftovers()

    def rehash(self, name: str) -> None:
        """Hash a blob anew, whatever is known about it.

        Raises `MissingBlobError`; `CorruptBlobError`, after moving it away.
        """
        self._blobs.rehash(name)

    def remove(self, name: str) -> None:
        """Forget a blob; one that is not there is no error. Raises `StorageError`."""
        self._blobs.remove(name)

    def verify(self) -> Iterator[CorruptBlobError]:
        """Hash every blob, and give an error for each corrupt one, after moving it away."""
        return self._blobs.verify()


def _size(entries: tuple[Entry, ...]) -> int:
    return sum(entry.size for entry in entries if isinstance(entry, FileEntry))


def _check_names(directory: Path, entries: tuple[Entry, ...]) -> None:
    # Late: most projects have no directory to restore.
    from pivot.store import folding

    pair = folding.alike(entry.path for entry in entries)
    if pair is not None and not folding.tells_apart(directory, *pair):
        raise StorageError(
            f"it holds {pair[0]!r} and {pair[1]!r}, which this file system can't tell apart",
            hint="restore it on one that can, or have the stage that makes it use other names",
        )


def _make_links(directory: Path, entries: tuple[Entry, ...]) -> None:
    # After all files, so that nothing is written through a link.
    links = [entry for entry in entries if isinstance(entry, LinkEntry)]
    for link in links:
        path = directory / link.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(link.target)
    # After all links, since where one leads may depend on another.
    for link in links:
        check_link(directory / link.path, directory, link.path)
