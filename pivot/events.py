"""What Pivot announces while it works: plain frozen values, in the order in which things happen.

Every event of a run is told to the caller's `on_event`, to the plugins' hooks, and is one line of
`pivot run --json`. An event is announced after its effect is on disk, so that an observer can't
come between. Order for a stage: `StageDecided`, then `StageStarted`, any number of `StageOutput`,
and `StageFinished`; a stage that is skipped has just the first and the last, and one that is tried
again has a `StageRetried` and starts once more. Between the runs of a watch there are others.
Tests: tests/test_events.py.
"""

from __future__ import annotations

import dataclasses
import enum
from typing import Any

from pivot.frozen import frozen

#: The executors that Pivot brings whose stages run in the process that announces them.
_IN_THIS_PROCESS = frozenset({"inline", "interpreters"})


class Status(enum.StrEnum):
    """How a stage ended in one run."""

    #: The function was called and its outputs are recorded.
    RAN = "ran"
    #: The outputs came from the cache; the function was not called.
    RESTORED = "restored"
    #: Everything was as the lock says; nothing was done.
    UNCHANGED = "unchanged"
    #: The function raised, its worker died, or what it wrote is not what it declared.
    FAILED = "failed"
    #: Not started: a stage that it needs failed, or the run was stopped before its turn.
    CANCELLED = "cancelled"


@frozen
class Event:
    """The base of all events."""

    def to_json(self) -> dict[str, Any]:
        """Give the event as JSON values; `event` is its kind in snake case."""
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {"event": _snake(type(self).__name__), **fields}


@frozen
class RunStarted(Event):
    """The plan is made; `stages` are the names of all that it covers, in order."""

    stages: tuple[str, ...]
    executor: str
    #: How many stages may run at once, at most.
    workers: int

    @property
    def prints_here(self) -> bool:
        """Whether stages run in this very process: they print by themselves, and have no logs."""
        return self.executor in _IN_THIS_PROCESS


@frozen
class StageDecided(Event):
    """It is known what happens with a stage, and why. `decision` is skip, restore or run."""

    stage: str
    decision: str
    reasons: tuple[str, ...]


@frozen
class StageWaiting(Event):
    """Another process holds the stage; `holder` says who, as far as that is known."""

    stage: str
    holder: str


@frozen
class StageStarted(Event):
    """The stage's task was given to the executor."""

    stage: str


@frozen
class StageOutput(Event):
    """A line that the running stage wrote to its standard output or error, without line end."""

    stage: str
    line: str


@frozen
class StageRetried(Event):
    """The stage failed and is tried again: it will start, and finish, once more."""

    stage: str
    #: Which attempt failed, counted from 1, and how many there are at most.
    attempt: int
    attempts: int
    seconds: float
    #: What went wrong: the message, and the traceback of the user's own code.
    error: str
    traceback: str | None = None


@frozen
class StageFinished(Event):
    """The stage is done; what it made is committed. `seconds` is the time its function took."""

    stage: str
    status: Status
    seconds: float
    #: What went wrong, for a failed stage: the message, and the traceback of the user's own code.
    error: str | None = None
    traceback: str | None = None


@frozen
class Warned(Event):
    """Something that the user should know, and that stops nothing."""

    message: str
    stage: str | None = None


@frozen
class RunFinished(Event):
    """The run is over. `counts` maps each `Status` that occurred to how many stages had it."""

    counts: dict[str, int]
    seconds: float


@frozen
class Watching(Event):
    """All is done that could be done, and files are watched: the next run comes with a change."""

    #: What of the project's files is watched.
    globs: tuple[str, ...]


@frozen
class FilesChanged(Event):
    """Files that the pipeline depends on were changed; a run follows. Paths are relative."""

    paths: tuple[str, ...]


@frozen
class PipelineBroken(Event):
    """The pipeline can't be imported as it is now; it is tried again when a file changes."""

    error: str


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
