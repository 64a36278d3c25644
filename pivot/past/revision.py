"""What the artifacts of a project were at a revision: by the locks that it holds, or in git itself.

An *item* is a file that git has, or an output, with the content that its stage's lock names. What
git has at a path is what was there. Example::

    revision = Revision(repository, "HEAD~1")
    revision.find("scores.json")  # Item("scores.json", Content(...), "evaluate"), or None

Tests: tests/past/test_revision.py.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.errors import CorruptionError
from pivot.frozen import frozen
from pivot.store.lock import BrokenLockError, decode_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pivot.store.content import Content
    from pivot.store.lock import Lock
    from pivot.vcs import Repository

STAGES = ".pivot/stages"
_SUFFIX = ".lock"
_SHORT = 10


class DisputedError(CorruptionError):
    """The locks of a revision name different contents for one path."""

    def __init__(self, path: str, revision: str, stages: Iterable[str]) -> None:
        super().__init__(
            f"{path} at {revision}: the locks of the stages {' and '.join(stages)} name it, with "
            "different contents",
            hint=f"if a stage is gone, delete its file in {STAGES} and commit that",
        )


@frozen
class Item:
    """A file or directory as it was."""

    #: Without a slash at the end.
    path: str
    #: What its lock says; None if git has the file itself.
    content: Content | None = None
    #: The stage that made it.
    stage: str | None = None


class Revision:
    """The artifacts at a revision; raises `GitError` if there is none of this name."""

    def __init__(self, repository: Repository, name: str) -> None:
        self.name = name
        self.commit = repository.resolve(name)
        self.repository = repository
        #: The locks that can't be understood. Nobody can mend them any more.
        self.broken: list[BrokenLockError] = []

    @functools.cached_property
    def locks(self) -> Mapping[str, Lock]:
        """The locks by the names of their stages."""
        files = self.repository.read_all(self.commit, STAGES)
        found = read_locks(files, self._label, self.broken)
        return {lock.stage: lock for lock in found}

    @property
    def _label(self) -> str:
        return self.name if self.commit != self.name else self.commit[:_SHORT]

    @functools.cached_property
    def committed(self) -> frozenset[str]:
        """The paths of the files that git has."""
        return frozenset(self.repository.list_files(self.commit))

    @functools.cached_property
    def outputs(self) -> Mapping[str, tuple[Item, ...]]:
        """The outputs that the locks name, by path; several if locks don't agree."""
        found: dict[str, tuple[Item, ...]] = {}
        for lock in self.locks.values():
            for out in lock.outs:
                path = out.path.rstrip("/")
                others = found.get(path, ())
                if out.content not in [other.content for other in others]:
                    found[path] = (*others, Item(path, out.content, lock.stage))
        return found

    def find(self, path: str) -> Item | None:
        """Give a file that git has, or an output; None if neither is at this very path.

        Raises `DisputedError`.
        """
        path = path.rstrip("/")
        return Item(path) if path in self.committed else self.output(path)

    def output(self, path: str) -> Item | None:
        """Give the output of a path; raise `DisputedError`."""
        items = self.outputs.get(path, ())
        if len(items) > 1:
            raise DisputedError(path, self.name, [str(item.stage) for item in items])
        return items[0] if items else None

    def holder(self, path: str) -> Item | None:
        """Give the directory that is an output and that a path would lie in."""
        parents = (parent.as_posix() for parent in Path(path).parents)
        found = (self.output(parent) for parent in parents if parent in self.outputs)
        return next(
            (item for item in found if item and item.content and item.content.directory), None
        )

    def inside(self, directory: str) -> Iterator[Item]:
        """Give what git has in a directory, and the outputs in it, by path."""
        prefix = f"{directory.rstrip('/')}/"
        paths = {path for path in (*self.committed, *self.outputs) if path.startswith(prefix)}
        for path in sorted(paths):
            item = self.find(path)
            if item is not None:
                yield item


def read_locks(
    files: Mapping[str, bytes], label: str, broken: list[BrokenLockError] | None = None
) -> Iterator[Lock]:
    """Give the locks that some files hold; those that are broken are added to `broken`.

    Each is as it was when the outputs were made, whatever was accepted since. Raises the first
    `BrokenLockError` if there is no such list.
    """
    for path, data in sorted(files.items()):
        if not path.endswith(_SUFFIX):
            continue
        try:
            yield decode_lock(data, Path(f"{label}:{path}")).as_made
        except BrokenLockError as error:
            if broken is None:
                raise
            broken.append(error)
