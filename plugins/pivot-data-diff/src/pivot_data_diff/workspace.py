"""The files as they are now: the side that is called `workspace`.

Example: `Workspace(root, repository, None).find("data.csv").open()`.
Tests: tests/test_workspace.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.errors import StorageError
from pivot.hashing import DEFAULT_ALGORITHM
from pivot.paths import inside
from pivot.store.faults import storage_error
from pivot.store.layout import Layout
from pivot.store.tree import Tree
from pivot_data_diff.sides import algorithm_of, is_within, read_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot.hashing import Algorithm
    from pivot.store.content import Content
    from pivot.store.files import Known
    from pivot.vcs import Repository


class Workspace:
    """The project's files on disk; `known` remembers the hashes of earlier runs."""

    name = "workspace"

    def __init__(self, root: Path, repository: Repository, known: Known | None) -> None:
        self._root = root
        self._repository = repository
        self._known = known
        locks = sorted(Layout(root).stages.glob("*.lock"))
        self.recorded = read_records({file: _read(file) for file in locks})

    def content(self, artifact: str, like: Content | None = None) -> Content | None:
        """Give what an output holds now."""
        algorithm = algorithm_of(like.hash) if like else DEFAULT_ALGORITHM
        return Tree(self._root, algorithm, self._known).content(artifact)

    def find(self, path: str) -> WorkspaceItem | None:
        """Give the file at a path; raise `PathError` if links lead it out of the project."""
        file = inside(self._root, path)
        return WorkspaceItem(self._root, path, self._known) if file.is_file() else None

    def files(self, directory: str) -> Iterator[str]:
        """Give the files in a directory that git tracks, and those of outputs."""
        for path in self._repository.list_tracked(directory):
            if (self._root / path).is_file():
                yield path
        for output in self.recorded.outputs:
            if is_within(directory, output):
                yield from self._below(directory)
            elif is_within(output, directory):
                yield from self._below(output)

    def _below(self, artifact: str) -> Iterator[str]:
        path = self._root / artifact
        for file in [path, *path.rglob("*")]:
            if file.is_file():
                yield file.relative_to(self._root).as_posix()


@dataclass(frozen=True, slots=True)
class WorkspaceItem:
    """A file on disk."""

    root: Path
    path: str
    known: Known | None

    def recorded_hash(self) -> None:
        """Give nothing: what is on disk is not what was recorded."""

    def hash(self, algorithm: Algorithm) -> str:
        """Give its hash; raise `StorageError` if it disappears or goes on changing."""
        content = Tree(self.root, algorithm, self.known).content(self.path)
        if content is None:
            raise StorageError(f"the file {self.path!r} is gone")
        return content.hash

    def open(self) -> Path:
        """Give its path."""
        return self.root / self.path


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise storage_error(error, "read the lock file", file) from error
