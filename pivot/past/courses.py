"""How metrics went: what each was at the commits that changed its stage's lock, or its file.

Example: `courses(session, repository, ["scores.json:loss"], 20).courses[0].points`.
Tests: tests/cli/commands/test_metrics.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.errors import PivotError
from pivot.frozen import frozen
from pivot.metrics import as_json, is_number, read_metrics
from pivot.past.commits import changes, read_each
from pivot.past.contents import Contents, Wanted
from pivot.past.measured import FORMAT_VERSION
from pivot.past.measuring import Measurer
from pivot.past.revision import STAGES, read_locks
from pivot.store.lock import BrokenLockError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from pivot.metrics import Value
    from pivot.past.commits import Commit
    from pivot.past.measuring import MetricsFile, Values
    from pivot.session import Session
    from pivot.store.content import Content
    from pivot.vcs import Repository

_SHORT = 10


@frozen
class Point:
    """What a metric was at a commit; in the workspace if there is none."""

    commit: str | None
    time: dt.datetime | None
    subject: str
    #: Whether it was there, and can be known.
    known: bool
    value: Value = None

    @property
    def number(self) -> float | None:
        """The value if it's a number that can be drawn."""
        try:
            return float(self.value) if self.known and is_number(self.value) else None
        except OverflowError:
            return None

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON values; of what isn't known there is no `value`."""
        time = None if self.time is None else self.time.isoformat()
        fields: dict[str, Any] = {"commit": self.commit, "time": time, "subject": self.subject}
        return fields | ({"value": as_json(self.value)} if self.known else {})


@frozen
class Course:
    """How one metric went; the oldest point first."""

    path: str
    stage: str | None
    name: str
    better: str | None
    points: tuple[Point, ...]

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {
            "path": self.path,
            "stage": self.stage,
            "name": self.name,
            "better": self.better,
            "points": [point.to_json() for point in self.points],
        }


@frozen
class MetricsHistory:
    """How metrics went."""

    courses: tuple[Course, ...]
    problems: tuple[PivotError, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the documented form."""
        return {
            "version": FORMAT_VERSION,
            "metrics": [course.to_json() for course in self.courses],
            "problems": [problem.message for problem in self.problems],
        }


def courses(
    session: Session, repository: Repository, names: Sequence[str], limit: int | None
) -> MetricsHistory:
    """Give how the metrics went that names mean, at no more than `limit` commits each.

    The workspace is the last point of what differs there. Raises `GitError` and `UsageError`.
    """
    measurer = Measurer(session, names)
    reader = _Reader(session, repository)
    now = measurer.workspace()
    logs = {one: reader.commits(one, limit) for one in measurer.files}
    past = reader.read(measurer, logs)
    problems = dict(now.problems)
    found: list[Course] = []
    for one, log in logs.items():
        found += _courses(
            measurer, one, [(c, past.get((one, c.hash), {})) for c in log], now.values
        )
    problems |= reader.problems
    if not found and problems:
        raise next(iter(problems.values()))
    if not problems:
        measurer.require_met()
    return MetricsHistory(tuple(found), tuple(problems.values()))


class _Reader:
    """Reads files of metrics at many commits, with few processes and one visit to the remote."""

    def __init__(self, session: Session, repository: Repository) -> None:
        self._session = session
        self._repository = repository
        self.problems: dict[str, PivotError] = {}

    def commits(self, one: MetricsFile, limit: int | None) -> tuple[Commit, ...]:
        """Give the commits that changed a file of metrics or its lock, the oldest first."""
        lock = self._lock(one)
        places = [one.path.rstrip("/"), *([lock] if lock else [])]
        return changes(self._repository, places, limit=limit)[::-1]

    def _lock(self, one: MetricsFile) -> str | None:
        if one.stage is None:
            return None
        return f"{STAGES}/{self._session.workspace.layout.lock_file(one.stage).name}"

    def read(
        self, measurer: Measurer, logs: Mapping[MetricsFile, Sequence[Commit]]
    ) -> dict[tuple[MetricsFile, str], dict[str, Values]]:
        """Give the values by file of metrics and commit, and then by path and name."""
        raw = self._raw(logs)
        lacking = Contents(self._session).bring(
            Wanted(one.path, commit[:_SHORT], item)
            for (one, commit), item in raw.items()
            if not isinstance(item, bytes)
        )
        found: dict[tuple[MetricsFile, str], dict[str, Values]] = {}
        for (one, commit), item in raw.items():
            path = one.path.rstrip("/")
            if isinstance(item, bytes):
                files: Mapping[str, bytes | PivotError] = {path: item}
            elif item in lacking:
                files = {path: lacking[item]}
            else:
                files = measurer.reader.cached(path, item)
            found[one, commit] = dict(self._values(measurer, files, commit))
        return found

    def _raw(
        self, logs: Mapping[MetricsFile, Sequence[Commit]]
    ) -> dict[tuple[MetricsFile, str], bytes | Content]:
        """Give what git has of each file at each commit, or else what its lock says."""
        locks = {one: self._lock(one) for one in logs}
        places = [
            (commit.hash, place)
            for one, log in logs.items()
            for commit in log
            for place in (one.path.rstrip("/"), locks[one])
            if place
        ]
        data = read_each(self._repository, places)
        found: dict[tuple[MetricsFile, str], bytes | Content] = {}
        for one, log in logs.items():
            path = one.path.rstrip("/")
            for commit in log:
                item = data.get((commit.hash, path))
                if item is None:
                    item = self._locked(path, locks[one], commit, data)
                if item is not None:
                    found[one, commit.hash] = item
        return found

    def _locked(
        self, path: str, lock: str | None, commit: Commit, data: Mapping[tuple[str, str], bytes]
    ) -> Content | None:
        text = data.get((commit.hash, lock or ""))
        if text is None or lock is None:
            return None
        try:
            [read] = read_locks({lock: text}, commit.hash[:_SHORT])
        except BrokenLockError as error:
            self.problems[f"{lock} {commit.hash}"] = error
            return None
        return next((out.content for out in read.outs if out.path.rstrip("/") == path), None)

    def _values(
        self, measurer: Measurer, files: Mapping[str, bytes | PivotError], commit: str
    ) -> Iterator[tuple[str, Values]]:
        for path, data in files.items():
            try:
                if isinstance(data, PivotError):
                    raise data
                values = read_metrics(path, data)
            except PivotError as error:
                self.problems[f"{path} {commit}"] = error
            else:
                yield path, measurer.wanted(path, values)


def _courses(
    measurer: Measurer,
    one: MetricsFile,
    log: Sequence[tuple[Commit, Mapping[str, Values]]],
    now: Mapping[str, Values],
) -> Iterator[Course]:
    """Give the courses of all metrics in a file of metrics, or in the files of a directory."""
    here = {path: values for path, values in now.items() if one.holds(path)}
    states = [*(files for _, files in log), here]
    metrics = dict.fromkeys(
        (path, name) for files in states for path, values in files.items() for name in values
    )
    for path, name in metrics:
        points = [
            Point(c.hash, c.time, c.subject, name in (v := files.get(path, {})), v.get(name))
            for c, files in log
        ]
        if path in here and (not log or here[path] != log[-1][1].get(path)):
            values = here[path]
            points.append(Point(None, None, "workspace", name in values, values.get(name)))
        known = [number for number, point in enumerate(points) if point.known]
        better = measurer.better(path, name)
        yield Course(path, measurer.stage(path), name, better, tuple(points[known[0] :]))
