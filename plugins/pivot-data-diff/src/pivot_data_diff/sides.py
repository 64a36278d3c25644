"""What files are compared between: a revision, and another one or the workspace.

A *side* knows which artifacts the locks of the stages *record* as outputs, and finds the *item* at
a path: a file whose content can be had, and its hash without having it, if that's recorded. Lock
files that are broken are left aside, since a revision's can't be mended; they are told when
something isn't found. Tests: tests/test_workspace.py and tests/test_revision.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pivot.store.lock import BrokenLockError, decode_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pivot.hashing import Algorithm
    from pivot.store.content import Content


class Item(Protocol):
    """A file on one side."""

    def recorded_hash(self) -> str | None:
        """Give the hash of its content if that's known without reading it."""
        ...

    def hash(self, algorithm: Algorithm) -> str:
        """Give the hash of its content."""
        ...

    def open(self) -> Path:
        """Give the path of a file with its content, whose name may be any."""
        ...


class Side(Protocol):
    """All files, as they are or were."""

    @property
    def name(self) -> str:
        """What a person calls it."""
        ...

    @property
    def recorded(self) -> Recorded:
        """The outputs that the locks name."""
        ...

    def content(self, artifact: str, like: Content | None = None) -> Content | None:
        """Give an output's content, hashed as `like` is if it can be chosen; None if absent."""
        ...

    def find(self, path: str) -> Item | None:
        """Give the file at a path, or None if there's none."""
        ...

    def files(self, directory: str) -> Iterable[str]:
        """Give the files in a directory, or the one of that path, that git or a lock knows."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """What lock files say of outputs."""

    #: By path, directories without a slash at the end.
    outputs: Mapping[str, Content]
    #: Path -> stages, of outputs that several locks name with different contents.
    disputed: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    broken: tuple[BrokenLockError, ...] = ()

    def holder(self, path: str) -> str | None:
        """Give the output that a path is, or that is a directory around it."""
        return next((output for output in self.outputs if is_within(path, output)), None)


def read_records(files: Mapping[Path, bytes]) -> Recorded:
    """Give what lock files record, from their contents by their paths."""
    claims: dict[str, dict[str, Content]] = {}
    broken: list[BrokenLockError] = []
    for file, data in files.items():
        try:
            lock = decode_lock(data, file)
        except BrokenLockError as error:
            broken.append(error)
            continue
        for out in lock.outs:
            claims.setdefault(out.path.rstrip("/"), {})[lock.stage] = out.content
    outputs = {path: next(iter(by_stage.values())) for path, by_stage in claims.items()}
    disputed = {
        path: tuple(by_stage)
        for path, by_stage in claims.items()
        if any(content.hash != outputs[path].hash for content in by_stage.values())
    }
    return Recorded(outputs, disputed, tuple(broken))


def is_within(path: str, directory: str) -> bool:
    """Say whether a path is that of a directory, or of something in it; '' is the project."""
    return not directory or path == directory or path.startswith(f"{directory}/")


def algorithm_of(hash_: str) -> Algorithm:
    """Give the algorithm that made a hash."""
    return "xxh64" if len(hash_) == 16 else "xxh3_128"
