"""The files as they were at a revision: from git, or, for outputs, from the cache.

What git has at a path is what was there. An output isn't in git, but its stage's lock is, with the
hash of the content, and the cache has that; if not, it's fetched from a remote. Example::

    Revision(repository, "HEAD~1", cache, scratch).find("scores.csv").open()

Tests: tests/test_revision.py.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.hashing import hash_file, hash_text
from pivot.past.contents import Wanted
from pivot.store.blobs import MissingBlobError
from pivot.store.listing import FileEntry
from pivot_data_diff.errors import DisputedError
from pivot_data_diff.sides import algorithm_of, is_within, read_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pivot.hashing import Algorithm
    from pivot.store.blobs import Blobs
    from pivot.store.cache import Cache
    from pivot.store.content import Content
    from pivot.vcs import Repository

_STAGES = ".pivot/stages"


@dataclass(frozen=True, slots=True)
class Store:
    """Where contents of the past are."""

    repository: Repository
    cache: Cache
    blobs: Blobs
    #: An empty directory that lasts as long as the items are used.
    scratch: Path
    #: Brings a content into the cache, or raises `MissingContentError`.
    fetch: Callable[[Wanted], None]


class Revision:
    """The project's files at a revision; raises `GitError`."""

    def __init__(self, store: Store, revision: str) -> None:
        self.name = revision
        self._store = store
        self._commit = store.repository.resolve(revision)
        locks = store.repository.read_all(self._commit, _STAGES)
        self.recorded = read_records({Path(path): data for path, data in locks.items()})
        self._listings: dict[str, dict[str, Content]] = {}

    def content(self, artifact: str, like: Content | None = None) -> Content | None:  # noqa: ARG002 - it is recorded, and not hashed
        """Give what the lock says that an output held; raise `DisputedError` if two disagree."""
        if stages := self.recorded.disputed.get(artifact):
            raise DisputedError(
                f"{artifact} at {self.name}: the locks of the stages {' and '.join(stages)} "
                "name it, with different contents",
                hint="if a stage is gone, delete its file in .pivot/stages and commit that",
            )
        return self.recorded.outputs.get(artifact)

    def find(self, path: str) -> CommittedItem | CachedItem | None:
        """Give the file at a path.

        Raises `DisputedError`, and `MissingContentError` if a listing is nowhere.
        """
        if path in self._committed:
            return CommittedItem(self._store, self._commit, path)
        output = self.recorded.holder(path)
        content = self.content(output) if output else None
        if output is None or content is None:
            return None
        if content.directory:
            content = self._entries(output).get(path)
        elif output != path:
            return None
        return CachedItem(self._store, self.name, path, content) if content else None

    def files(self, directory: str) -> Iterator[str]:
        """Give what git had in a directory, and the files of outputs in it."""
        yield from (path for path in self._committed if is_within(path, directory))
        for output, content in self.recorded.outputs.items():
            if not (is_within(output, directory) or is_within(directory, output)):
                continue
            paths = self._entries(output) if content.directory else [output]
            yield from (path for path in paths if is_within(path, directory))

    @functools.cached_property
    def _committed(self) -> frozenset[str]:
        return frozenset(self._store.repository.list_files(self._commit))

    def _entries(self, output: str) -> dict[str, Content]:
        """Give the files of a directory that is an output."""
        if output not in self._listings:
            self._listings[output] = dict(self._read_listing(output))
        return self._listings[output]

    def _read_listing(self, output: str) -> Iterator[tuple[str, Content]]:
        content = self.recorded.outputs[output]
        try:
            entries = self._store.cache.read_listing(content.hash)
        except MissingBlobError:
            self._store.fetch(Wanted(output, self.name, content))
            entries = self._store.cache.read_listing(content.hash)
        for entry in entries:
            if isinstance(entry, FileEntry):
                yield f"{output}/{entry.path}", entry.content


@dataclass(frozen=True, slots=True)
class CommittedItem:
    """A file that git has."""

    store: Store
    commit: str
    path: str

    def recorded_hash(self) -> None:
        """Give nothing: git has hashes of its own."""

    def hash(self, algorithm: Algorithm) -> str:
        """Give its hash."""
        return hash_file(self.open(), algorithm)[0]

    def open(self) -> Path:
        """Give the path of a copy."""
        copy = self.store.scratch / hash_text(f"{self.commit}:{self.path}")
        if not copy.exists():
            self.store.repository.copy(self.commit, self.path, copy)
        return copy


@dataclass(frozen=True, slots=True)
class CachedItem:
    """A file that was an output."""

    store: Store
    revision: str
    path: str
    content: Content

    def recorded_hash(self) -> str:
        """Give the hash in the lock."""
        return self.content.hash

    def hash(self, algorithm: Algorithm) -> str:
        """Give its hash; raises as `open` does if it was recorded by another algorithm."""
        if algorithm == algorithm_of(self.content.hash):
            return self.content.hash
        return hash_file(self.open(), algorithm)[0]

    def open(self) -> Path:
        """Give the path of the blob.

        Raises `MissingContentError`, and `CorruptBlobError` if it's not what it was.
        """
        try:
            self.store.blobs.check(self.content.hash, self.content.size)
        except MissingBlobError:
            self.store.fetch(Wanted(self.path, self.revision, self.content))
        return self.store.blobs.path(self.content.hash)
