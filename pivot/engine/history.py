"""What ran when, for how long, why, and with which result? The runs of a project, in its state.

Runs are numbered as they are recorded, from 1. Only the last ones are kept, and a run that found
nothing to do is none of them, so that it can't push out what somebody looks for. Example::

    history = History(state.history, most=100)
    history.add(record)
    history.runs()[0].number    # of the last one

`pivot.engine.recording` makes the records. Tests: tests/engine/test_history.py.
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
    from collections.abc import Iterable, Mapping

    from pivot.engine.report import StageReport
    from pivot.store.state import Ring

_compact = json.JSONEncoder(separators=(",", ":")).encode
#: What a record of another layout is not taken for.
_VERSION = 2
#: So much is kept of the reasons and of the error of a stage.
_MOST_REASONS = 20
_MOST_LINES = 10
_MOST_CHARACTERS = 1000


@frozen
class StageRecord:
    """What a run did with a stage that was not up to date."""

    name: str
    status: Status
    #: The time the stage's function took.
    seconds: float = 0.0
    #: The first few of the reasons for it.
    reasons: tuple[str, ...] = ()
    #: The first lines of what went wrong.
    error: str | None = None
    #: How often it was tried.
    attempts: int = 1
    #: The hashes of what it made, of what that replaced, and of what was saved of other things that
    #: lay there; that of a directory ends in `/`.
    contents: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, report: StageReport, attempts: int = 1, contents: Iterable[str] = ()
    ) -> StageRecord:
        """Give the record of a report."""
        return cls(
            name=report.name,
            status=report.status,
            seconds=report.seconds,
            reasons=report.reasons[:_MOST_REASONS],
            error=first_lines(report.error),
            attempts=attempts,
            contents=tuple(contents),
        )


def first_lines(error: str | None) -> str | None:
    """Give of an error what is kept of it."""
    if error is None:
        return None
    return "\n".join(error.splitlines()[:_MOST_LINES])[:_MOST_CHARACTERS]


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
    #: How many stages could run at once.
    workers: int = 1
    #: Parameters that were given for this run, as texts: `train.rate=0.05`.
    params: tuple[str, ...] = ()
    keep_going: bool = False
    #: Whether it was one of those that `run --watch` makes.
    watch: bool = False
    #: Whether its process was killed, or it was ended by an error that is no stage's. Then there is
    #: nothing of stages to which it didn't come.
    unfinished: bool = False
    #: The commit that was checked out, if the project is in a git repository.
    commit: str | None = None
    #: Whether files that git tracks differed from it, locks and outputs aside; None if not known.
    dirty: bool | None = None

    @property
    def ok(self) -> bool:
        """Whether every stage was up to date in the end."""
        ended_well = not self.interrupted and not self.unfinished
        return ended_well and not {Status.FAILED, Status.CANCELLED} & {
            s.status for s in self.stages
        }

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
        rest = {"started": began, "ok": self.ok, "counts": self.counts}
        return {**dataclasses.asdict(self), **rest}


class History:
    """The last runs of a project, `most` of them."""

    def __init__(self, ring: Ring, most: int) -> None:
        self._ring = ring
        self._most = most

    def add(self, record: RunRecord) -> None:
        """Keep a run; the oldest one may go for it."""
        self._ring.add(zlib.compress(encode(record), 1), self._most)

    def runs(self) -> list[RunRecord]:
        """Give the runs that are kept, the last one first."""
        found = [_unpacked(number, value) for number, value in self._ring.all(self._most)]
        return [record for record in found if record is not None]


def encode(record: RunRecord) -> bytes:
    """Give a line of JSON that `decode` turns back into a record."""
    return _as_line([_VERSION, {**_fields(record), "stages": list(map(_fields, record.stages))}])


def encode_stage(record: StageRecord) -> bytes:
    """Give a line of JSON with the fields of a record; `stage_records` takes them."""
    return _as_line(_fields(record))


def _fields(record: RunRecord | StageRecord) -> dict[str, Any]:
    # Twice for each stage that runs: `dataclasses.asdict`, which copies, takes ten times as long.
    return {name: getattr(record, name) for name in record.__match_args__}


def _as_line(value: Any) -> bytes:
    return _compact(value).encode()


def decode(line: bytes) -> RunRecord | None:
    """Give a record, None for what is damaged or was written by another version."""
    try:
        version, fields = json.loads(line)
        return RunRecord(**_with_values(fields)) if version == _VERSION else None
    except (ValueError, TypeError, LookupError):
        return None


def _with_values(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **fields,
        "targets": tuple(fields["targets"]),
        "params": tuple(fields["params"]),
        "stages": stage_records(fields["stages"]),
    }


def stage_records(rows: Iterable[Mapping[str, Any]]) -> tuple[StageRecord, ...]:
    """Give the records of stages from their fields."""
    return tuple(
        StageRecord(
            **{
                **row,
                "status": Status(row["status"]),
                "reasons": tuple(row["reasons"]),
                "contents": tuple(row.get("contents", ())),
            }
        )
        for row in rows
    )


def _unpacked(number: int, value: bytes) -> RunRecord | None:
    try:
        record = decode(zlib.decompress(value))
    except zlib.error:
        return None
    return dataclasses.replace(record, number=number) if record else None
