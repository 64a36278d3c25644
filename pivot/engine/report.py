"""What a run or a forecast gives to its caller: plain values, which `cli/` renders.

A `RunReport` says how every stage ended; an `Explanation` says what would happen with one, with
each `Change` that is a reason for it. Tests: tests/engine/test_report.py.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from pivot.decide import MayRun, Restore, Run
from pivot.events import Status
from pivot.frozen import frozen

if TYPE_CHECKING:
    from pivot.decide import Forecast
    from pivot.engine.growth import Growth
    from pivot.errors import Place
    from pivot.store.lock import Acceptance

#: What `pivot` exits with after SIGINT, by the convention of shells: 128 + the signal's number.
_INTERRUPTED = 130


@frozen
class StageReport:
    """How one stage ended."""

    name: str
    status: Status
    reasons: tuple[str, ...] = ()
    #: The time the stage's function took, in seconds; 0 if it was not called.
    seconds: float = 0.0
    error: str | None = None
    traceback: str | None = None


@frozen
class RunReport:
    """How a run ended: one report per stage, in the pipeline's order."""

    stages: tuple[StageReport, ...]
    seconds: float
    interrupted: bool = False
    #: The largest exit status that an error asked for; 0 if there was none.
    worst: int = 0

    @property
    def ok(self) -> bool:
        """Whether every stage is up to date now."""
        return self.exit_status == 0

    @property
    def unchanged(self) -> bool:
        """Whether there was nothing to do for any stage."""
        return self.counts.keys() == {Status.UNCHANGED} and not self.interrupted

    @property
    def exit_status(self) -> int:
        """What `pivot run` exits with: 0 ok, 1 a stage failed, 3 corruption, 4 timeout, 130."""
        if self.interrupted:
            return _INTERRUPTED
        failed = any(stage.status in (Status.FAILED, Status.CANCELLED) for stage in self.stages)
        return max(self.worst, 1) if failed else 0

    @property
    def counts(self) -> dict[str, int]:
        """How many stages ended in each status that occurred."""
        found = [stage.status for stage in self.stages]
        return {str(status): found.count(status) for status in Status if status in found}

    def __getitem__(self, name: str) -> StageReport:
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    def to_json(self) -> dict[str, Any]:
        """Give the report as JSON values."""
        return {
            "ok": self.ok,
            "seconds": self.seconds,
            "counts": self.counts,
            "stages": [dataclasses.asdict(stage) for stage in self.stages],
        }


@frozen
class Change:
    """One reason, with what a person needs to find it."""

    kind: str
    summary: str
    name: str
    old: str | None = None
    new: str | None = None
    #: Where it is defined; of what is gone, where it was.
    place: Place | None = None
    #: Of a constant: short texts of its values, each if it is known and can be shown.
    old_value: str | None = None
    new_value: str | None = None
    #: Whether it changes by itself at every import.
    unstable: bool = False
    #: What is known beyond that, in words.
    note: str | None = None
    #: The lines of a unified diff of the normalised sources, if it was asked for.
    diff: tuple[str, ...] = ()


@frozen
class Explanation:
    """What would happen with a stage, and why."""

    stage: str
    forecast: str
    changes: tuple[Change, ...] = ()
    #: Of outputs that grow, the versions that they grow from.
    grows: tuple[Growth, ...] = ()
    #: Of what is up to date: the changes of code that a person said make no difference.
    accepted: tuple[Acceptance, ...] = ()

    @property
    def would_run(self) -> bool:
        """Whether the stage is not up to date (it may turn out so for `may_run`)."""
        return self.forecast != "skip"

    def to_json(self) -> dict[str, Any]:
        """Give the explanation as JSON values."""
        return dataclasses.asdict(self)


def forecast_word(forecast: Forecast) -> str:
    """Give the decision in one word: skip, restore, run or may_run."""
    match forecast:
        case Run():
            return "run"
        case Restore():
            return "restore"
        case MayRun():
            return "may_run"
        case _:
            return "skip"
