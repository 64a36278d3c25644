"""What ran when, for how long, why, and with which result? The runs of a project, in its state.

Runs are numbered as they end, from 1. Only the last ones are kept, and a run that found nothing to
do is none of them, so that it can't push out what somebody looks for. A run that was killed leaves
no record. Example::

    history = History(state.history, most=100)
    history.add(record)
    history.runs()[0].number    # of the last one

Tests: tests/engine/test_history.py.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import zlib
from typing import TYPE_CHECKING, Any

from pivot.events import Status
from pivot.frozen import frozen

if TYPE_CHECKING:
    from pivot.engine.report import RunReport, StageReport
    from pivot.store.state import Ring

#: What a record of another layout is not taken for.
_VERSION = 1
#: So many reasons of a stage are kept.
_MOST_REASONS = 5


@frozen
class StageRecord:
    """What a run did with a stage that was not up to date."""

    name: str
    status: Status
    #: The time the stage's function took.
    seconds: float = 0.0
    #: The first few of the reasons for it.
    reasons: tuple[str, ...] = ()
    error: str | None = None


@frozen
class RunRecord:
    """One run that is over."""

    #: By what people call it; 0 until it is kept.
    number: int
    #: When it began, in seconds since 1970.
    started: float
    seconds: float
    #: What was asked for; everything if empty.
    targets: tuple[str, ...]
    forced: bool
    executor: str
    interrupted: bool
    #: Those stages that were not up to date, in the pipeline's order.
    stages: tuple[StageRecord, ...]
    #: How many stages were.
    unchanged: int

    @classmethod
    def of(
        cls,
        report: RunReport,
        started: float,
        targets: tuple[str, ...],
        executor: str,
        *,
        forced: bool,
    ) -> RunRecord:
        """Give the record of a report."""
        stages = [_stage(one) for one in report.stages if one.status is not Status.UNCHANGED]
        return cls(
            number=0,
            started=started,
            seconds=report.seconds,
            targets=targets,
            forced=forced,
            executor=executor,
            interrupted=report.interrupted,
            stages=tuple(stages),
            unchanged=len(report.stages) - len(stages),
        )

    @property
    def began(self) -> dt.datetime:
        """When it began, in UTC."""
        return dt.datetime.fromtimestamp(self.started, dt.UTC)

    @property
    def counts(self) -> dict[str, int]:
        """How many stages ended in each status that occurred."""
        found = [stage.status for stage in self.stages]
        counts = {str(status): found.count(status) for status in Status if status in found}
        return {**counts, **({str(Status.UNCHANGED): self.unchanged} if self.unchanged else {})}

    def to_json(self) -> dict[str, Any]:
        """Give the record as JSON values; `started` is ISO 8601, in UTC."""
        began = self.began.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {**dataclasses.asdict(self), "started": began, "counts": self.counts}


def _stage(report: StageReport) -> StageRecord:
    reasons = report.reasons[:_MOST_REASONS]
    return StageRecord(report.name, report.status, report.seconds, reasons, report.error)


class History:
    """The last runs of a project, `most` of them."""

    def __init__(self, ring: Ring, most: int) -> None:
        self._ring = ring
        self._most = most

    def add(self, record: RunRecord) -> None:
        """Keep a run; the oldest one may go for it."""
        text = json.dumps([_VERSION, dataclasses.astuple(record)], separators=(",", ":"))
        self._ring.add(zlib.compress(text.encode(), 1), self._most)

    def runs(self) -> list[RunRecord]:
        """Give the runs that are kept, the last one first."""
        found = [_decoded(number, value) for number, value in self._ring.all(self._most)]
        return [record for record in found if record is not None]


def _decoded(number: int, value: bytes) -> RunRecord | None:
    """Give a record, None for what is damaged or was written by another version."""
    try:
        version, fields = json.loads(zlib.decompress(value))
        if version != _VERSION:
            return None
        _, started, seconds, targets, forced, executor, interrupted, stages, unchanged = fields
        return RunRecord(
            number=number,
            started=float(started),
            seconds=float(seconds),
            targets=tuple(targets),
            forced=bool(forced),
            executor=str(executor),
            interrupted=bool(interrupted),
            stages=tuple(
                StageRecord(name, Status(status), float(took), tuple(reasons), error)
                for name, status, took, reasons, error in stages
            ),
            unchanged=int(unchanged),
        )
    except (zlib.error, ValueError, TypeError):
        return None
