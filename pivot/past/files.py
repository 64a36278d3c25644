"""What files hold now, and what they held at revisions.

An artifact that is a directory means the files in it that are accepted. Contents that the cache
lacks are fetched, for all revisions with one visit to the remote. Example::

    reader = FileReader(session, is_metrics_file)
    reader.at_each([revision], ["scores.json"])  # [{"scores.json": b"..."}]

Tests: tests/past/test_files.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.errors import PathError, PivotError, StorageError
from pivot.past.contents import Contents, Wanted
from pivot.past.revision import Item
from pivot.paths import inside
from pivot.store.listing import FileEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pivot.past.revision import Revision
    from pivot.session import Session
    from pivot.store.content import Content

    #: By path: what a file holds, or why that can't be known.
    type Found = dict[str, bytes | PivotError]


class UnreadableFileError(StorageError):
    """A file of the workspace can't be read."""

    exit_status = 2


class FileReader:
    """Reads files of one project."""

    def __init__(
        self, session: Session, accept: Callable[[str], bool], remote: str | None = None
    ) -> None:
        self._session = session
        self._accept = accept
        self._contents = Contents(session, remote)

    def workspace(self, paths: Iterable[str]) -> Found:
        """Give what there is now; what isn't there is left out."""
        found: Found = {}
        for path in paths:
            found |= self._present(path.rstrip("/"))
        return found

    def _present(self, path: str) -> Found:
        try:
            place = inside(self._session.root, path)
            if place.is_dir():
                files = sorted(file for file in place.rglob("*") if file.is_file())
                names = [f"{path}/{file.relative_to(place).as_posix()}" for file in files]
                pairs = zip(names, files, strict=True)
                return {name: file.read_bytes() for name, file in pairs if self._accept(name)}
            return {path: place.read_bytes()}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except PathError as error:
            return {path: error}
        except OSError as error:
            return {path: UnreadableFileError(f"{path}: it can't be read: {error.strerror}")}

    def at_each(self, revisions: Sequence[Revision], paths: Sequence[str]) -> list[Found]:
        """Give what there was at each of several revisions; what wasn't there is left out.

        Raises `GitError`.
        """
        items = [[*self._items(revision, paths)] for revision in revisions]
        lacking = self._contents.bring(
            Wanted(item.path, revision.name, item.content)
            for revision, found in zip(revisions, items, strict=True)
            for item in found
            if isinstance(item, Item) and item.content
        )
        return [
            self._past(revision, found, lacking)
            for revision, found in zip(revisions, items, strict=True)
        ]

    def _items(
        self, revision: Revision, paths: Iterable[str]
    ) -> Iterator[Item | tuple[str, PivotError]]:
        for given in paths:
            path = given.rstrip("/")
            try:
                item = revision.find(path)
                if item is not None:
                    yield item
                else:
                    yield from (one for one in revision.inside(path) if self._accept(one.path))
            except PivotError as error:
                yield path, error

    def _past(
        self,
        revision: Revision,
        items: Iterable[Item | tuple[str, PivotError]],
        lacking: Mapping[Content, PivotError],
    ) -> Found:
        found: Found = {}
        for item in items:
            if not isinstance(item, Item):
                found[item[0]] = item[1]
            elif item.content is None:
                found[item.path] = revision.repository.read(revision.commit, item.path) or b""
            elif item.content in lacking:
                found[item.path] = lacking[item.content]
            else:
                found |= self.cached(item.path, item.content)
        return found

    def cached(self, path: str, content: Content) -> Found:
        """Give what the cache has of a file, or of the files of a directory."""
        cache = self._session.workspace.cache
        try:
            if not content.directory:
                return {path: cache.sound_blob(content.hash, content.size).read_bytes()}
            return {
                f"{path}/{entry.path}": cache.sound_blob(entry.hash, entry.size).read_bytes()
                for entry in cache.read_listing(content.hash)
                if isinstance(entry, FileEntry) and self._accept(entry.path)
            }
        except PivotError as error:
            return {path: error}
