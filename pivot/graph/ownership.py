"""Which stage writes a path: exactly, as part of a directory, or below it.

Keys are paths without a trailing `/`. In plain text order all paths below `data` lie between
`data/` and `data0` (`0` follows `/`), so that a directory's content is one slice of a sorted list.
Tests: tests/graph/test_ownership.py.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import field
from typing import TYPE_CHECKING

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def key_of(path: str) -> str:
    """Give the form of a path in which notations of one artifact are equal."""
    return path.rstrip("/")


def parents_of(key: str) -> Iterator[str]:
    """Give the keys of the directories that hold a key, nearest first."""
    while "/" in key:
        key = key.rpartition("/")[0]
        yield key


@frozen
class Ownership:
    """The outputs of a pipeline, and the stage that each belongs to."""

    #: The key of each output -> the name of its stage.
    owners: Mapping[str, str]
    _sorted: Sequence[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A frozen dataclass offers no other way to fill in a derived field.
        object.__setattr__(self, "_sorted", sorted(self.owners))

    def holder(self, path: str) -> str | None:
        """Give the key of the output that is `path`, or the nearest directory that holds it."""
        key = key_of(path)
        if key in self.owners:
            return key
        return next((parent for parent in parents_of(key) if parent in self.owners), None)

    def below(self, path: str) -> Sequence[str]:
        """Give the keys of all outputs inside the directory `path`, sorted."""
        key = key_of(path)
        return self._sorted[
            bisect_left(self._sorted, f"{key}/") : bisect_left(self._sorted, f"{key}0")
        ]

    def feeding(self, path: str) -> list[str]:
        """Give the keys of all outputs that a reader of `path` reads, at least in part."""
        holder = self.holder(path)
        return [*([holder] if holder is not None else []), *self.below(path)]
