"""What a push, a fetch or a pull came to, as values. Tests: tests/test_sync.py."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pivot.store.content import Content

#: Neither side holds all of it; the remote holds it, or a part of it, damaged.
type Problem = Literal["missing", "corrupt"]


@frozen
class Wanted:
    """A content that a stage's lock names for one of its outputs."""

    stage: str
    path: str
    content: Content


@frozen
class Shortage:
    """An output that is not whole where it should be now, and why."""

    stage: str
    path: str
    hash: str
    problem: Problem


@frozen
class Progress:
    """How far a transfer is."""

    files: int
    #: In bytes.
    size: int
    total_files: int
    total_size: int


@frozen
class Sharing:
    """The report of a push, a fetch or a pull; of a dry run, what it would come to."""

    #: The remote's name in the settings.
    remote: str
    dry_run: bool
    #: How many files were moved, and their bytes.
    files: int = 0
    size: int = 0
    #: How many files were where they should be already.
    present: int = 0
    #: Of a push: how many runs were told of that the remote didn't know. Of a fetch or a pull: how
    #: many stages can be restored now that no lock could have told of.
    runs: int = 0
    shortages: tuple[Shortage, ...] = ()
    #: Stages without a lock, for which nothing was moved.
    never_run: tuple[str, ...] = ()
    #: Outputs that were brought back into the workspace, in the order of the stages.
    restored: tuple[str, ...] = ()
    #: What else the user should know, as (stage, message).
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for is there now."""
        return not self.shortages

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`."""
        return {**dataclasses.asdict(self), "complete": self.complete}


@dataclass(slots=True)
class Tally:
    """Counts what is moved, and tells how far it is."""

    total_files: int = 0
    total_size: int = 0
    files: int = 0
    size: int = 0
    present: int = 0
    problems: dict[str, Problem] = field(default_factory=dict[str, "Problem"])

    @property
    def progress(self) -> Progress:
        """How far it is."""
        # The sizes of listings are known only when they are there.
        return Progress(self.files, self.size, self.total_files, max(self.total_size, self.size))

    def shortages(self, owners: Iterable[tuple[Wanted, Iterable[str]]]) -> tuple[Shortage, ...]:
        """Say which outputs the problems concern, given the keys of each output's blobs."""
        found: list[Shortage] = []
        for wanted, keys in owners:
            problems = {self.problems[key] for key in keys if key in self.problems}
            if problems:
                problem = "corrupt" if "corrupt" in problems else "missing"
                found.append(Shortage(wanted.stage, wanted.path, wanted.content.hash, problem))
        return tuple(found)
