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
from pivot.store.tree import Tree, check_link, is_racy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot.hashing import Algorithm
    from pivot.store.layout import Layout
    from pivot.store.tree import Known

__all__ = ["Cache", "ChangedError", "CorruptBlobError", "MissingBlobError"]


class Cache:
    """The cache of the project that `layout` belongs to."""

    def __init__(
        self,
        layout: Layout,
        algorithm: Algorithm,
        link: tuple[str, ...] = WAYS,
        vouched: Known | None = None,
        known: Known | None = None,
    ) -> None:
        ways = Ways(link)
        self._prefix = f"{layout.root}/"
        self._algorithm: Algorithm = algorithm
        self._known = known
        self._blobs = Blobs(layout, vouched)
        self._intake = Intake(self._blobs, ways, algorithm)
        self._placement = Placement(self._blobs, ways)

    def blob(self, name: str) -> Path:
        """Give the place of the blob of a hash, there or not."""
        return self._blobs.path(name)

    def add(
        self,
        artifact_path: Path,
        content: Content,
        listing: bytes | None = None,
        *,
        signature: Signature | None = None,
    ) -> None:
        """Put what an artifact holds into the cache, unless it's there.

        `signature` is what a file looked like when it was hashed; without it, the file is hashed
        once more. `listing` is a directory's; without it, the directory is looked at once more.

        Raises `ChangedError` if the artifact does not hold `content` any longer, `CorruptionError`
        if the cache has something else under its name, `StorageError` if it can't be written.
        """
        if not content.directory:
            self._add_file(artifact_path, content, signature)
            return
        if listing is None:
            found = Tree(artifact_path.parent, self._algorithm).look(artifact_path.name)
            listing = found.listing if found else None
            if listing is None or found is None or found.content != content:
                raise ChangedError(artifact_path)
        for entry in decode_listing(listing):
            if isinstance(entry, FileEntry):
                self._add_file(artifact_path / entry.path, entry.content, None)
        # The listing comes last, so that there is none without its files.
        if self._intake.add_bytes(listing) != content.hash:
            raise ChangedError(artifact_path)

    def _add_file(self, file: Path, content: Content, signature: Signature | None) -> None:
        name = self._name(file)
        if signature is None and self._known:
            found = self._known.get(name)
            signature = found[0] if found and found[1] == content.hash else None
        left = self._intake.add(file, content, signature)
        if left:
            self._remember(name, left, content)

    def _name(self, file: Path) -> str:
        return str(file).removeprefix(self._prefix)

    def _remember(self, name: str, signature: Signature, content: Content) -> None:
        # Only the content's own time counts: the other one is of the link that was just made.
        inside = not name.startswith("/")
        if self._known and inside and not is_racy(signature.mtime_ns, time.time_ns()):
            self._known.put(name, signature, content.hash)

    def holds(self, content: Content) -> bool:
        """Say whether every blob of a content is there, with the right size.

        The listing of a directory is hashed; files are not.
        """
        if not content.directory:
            return self._blobs.size(content.hash) == content.size
        try:
            entries = self.read_listing(content.hash)
        except (MissingBlobError, CorruptBlobError, BrokenListingError):
            return False
        files = [entry for entry in entries if isinstance(entry, FileEntry)]
        return sum(file.size for file in files) == content.size and all(
            self._blobs.size(file.hash) == file.size for file in files
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
        try:
            with removing(temporary):
                if content.directory:
                    files = self._place_directory(content, temporary, writable=writable)
                else:
                    self._placement.place(content, temporary, writable=writable)
                    files = [("", content)]
                swap_in(temporary, target)
            if self._known:
                for relative, file in files:
                    path = target / relative if relative else target
                    self._remember(self._name(path), Signature.of(path.lstat()), file)
        except OSError as error:
            raise storage_error(error, "restore", target) from error

    def _place_directory(
        self, content: Content, directory: Path, *, writable: bool
    ) -> list[tuple[str, Content]]:
        entries = self.read_listing(content.hash)
        directory.mkdir(parents=True)
        files: list[tuple[str, Content]] = []
        links: list[LinkEntry] = []
        for entry in entries:
            match entry:
                case FileEntry():
                    files.append((entry.path, entry.content))
                    self._placement.place(entry.content, directory / entry.path, writable=writable)
                case EmptyEntry():
                    (directory / entry.path).mkdir(parents=True)
                case LinkEntry():
                    links.append(entry)
        if sum(file.size for _, file in files) != content.size:
            raise BrokenListingError("its files don't add up to the size that's wanted")
        _make_links(directory, links)
        return files

    def verify(self) -> Iterator[CorruptBlobError]:
        """Hash every blob, and give an error for each corrupt one, after moving it away."""
        return self._blobs.verify()


def _make_links(directory: Path, links: list[LinkEntry]) -> None:
    # Last, so that nothing is written through a link; all, before it's known where they lead.
    for link in links:
        path = directory / link.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(link.target)
    for link in links:
        check_link(directory / link.path, directory, link.path)
