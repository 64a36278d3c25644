"""What a person means by a target at a revision: outputs, files of git, and parts of directories.

A *piece* is what is got at once: a file, a directory that is an output, or, of such a directory, a
file, a link or an empty directory in it. Example::

    [chosen] = choose(revision, ["parts/sub"], lambda item: cache.read_listing(item.content.hash))
    chosen.pieces[0].path  # "parts/sub/same.txt"

Tests: tests/cli/commands/test_data.py.
"""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pivot.errors import PathError, UsageError
from pivot.frozen import frozen
from pivot.paths import artifact_path
from pivot.store.listing import FileEntry, LinkEntry
from pivot.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pivot.past.revision import Item, Revision
    from pivot.store.content import Content
    from pivot.store.listing import Entry

_GLOB_SIGNS = frozenset("*?[")


@frozen
class Piece:
    """Something that is got; neither `content` nor `link`: an empty directory, if not git's."""

    #: Relative to the project.
    path: str
    #: What a lock says that it holds.
    content: Content | None = None
    #: Whether git has the file.
    committed: bool = False
    #: Where a symbolic link leads.
    link: str | None = None


@frozen
class Chosen:
    """What a target means."""

    #: As it was typed.
    target: str
    #: The path that it is; None if it means stages, or is a glob.
    path: str | None
    pieces: tuple[Piece, ...]


def choose(
    revision: Revision, targets: Sequence[str], read: Callable[[Item], Sequence[Entry]]
) -> list[Chosen]:
    """Give what targets mean; `read` gives what is in a directory that is an output.

    Raises `UsageError` or `PathError` for a target that means nothing, and what `read` raises.
    """
    return [_Chooser(revision, read).choose(target) for target in targets]


class _Chooser:
    def __init__(self, revision: Revision, read: Callable[[Item], Sequence[Entry]]) -> None:
        self._revision = revision
        self._read = read

    def choose(self, target: str) -> Chosen:
        if stages := [name for name in self._revision.locks if name == target]:
            return Chosen(target, None, tuple(self._of_stages(stages)))
        if _GLOB_SIGNS.isdisjoint(target):
            path = artifact_path(target).rstrip("/")
            pieces = tuple(self._of_path(path))
            if not pieces:
                raise self._nothing(target)
            return Chosen(target, path, pieces)
        pieces = tuple(self._of_glob(target))
        if not pieces:
            raise self._nothing(target)
        return Chosen(target, None, pieces)

    def _of_stages(self, stages: list[str]) -> Iterator[Piece]:
        for name in stages:
            for out in self._revision.locks[name].outs:
                yield from self._of_path(out.path.rstrip("/"))

    def _of_glob(self, target: str) -> Iterator[Piece]:
        stages = [name for name in self._revision.locks if fnmatchcase(name, target)]
        yield from self._of_stages(stages)
        pattern = target.rstrip("/")
        for path in sorted({*self._revision.outputs, *self._revision.committed}):
            if not stages and fnmatchcase(path, pattern):
                yield from self._of_path(path)

    def _of_path(self, path: str) -> Iterator[Piece]:
        item = self._revision.find(path)
        if item is not None:
            yield Piece(path, item.content, committed=item.content is None)
            return
        if holder := self._revision.holder(path):
            for entry in self._read(holder):
                full = f"{holder.path}/{entry.path}"
                if full == path or full.startswith(f"{path}/"):
                    yield _piece(full, entry, path)
        for inner in self._revision.inside(path):
            yield Piece(inner.path, inner.content, committed=inner.content is None)

    def _nothing(self, target: str) -> UsageError | PathError:
        revision = self._revision
        if revision.broken:
            problem = f"; and {revision.broken[0].message}"
            return UsageError(f"nothing called {target!r} is known at {revision.name}{problem}")
        known = [*revision.locks, *revision.outputs, *sorted(revision.committed)]
        hint = suggestion(target, known, "stages, outputs and files")
        return UsageError(
            f"nothing is called {target!r} at {revision.name}: no stage, no output, no file in git",
            hint=hint,
        )


def _piece(path: str, entry: Entry, target: str) -> Piece:
    if isinstance(entry, FileEntry):
        return Piece(path, entry.content)
    if not isinstance(entry, LinkEntry):
        return Piece(path)
    reached = posixpath.normpath(posixpath.join(posixpath.dirname(path), entry.target))
    if not reached.startswith(f"{target}/"):
        raise UsageError(f"{path} was a symbolic link to {reached}", hint="get that, or all of it")
    return Piece(path, link=entry.target)
