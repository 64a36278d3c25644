"""The metrics of a project: which files they are in, and what these say now and at revisions.

A file counts as one of metrics if a stage declares it as a `Metric`, or if somebody names it. A
metric that is a directory means the files in it whose names say that they are metrics. Example::

    measurer = Measurer(session, targets=["evaluate"])
    measurer.workspace().values  # {"scores.json": {"loss": 0.1}}

Tests: tests/cli/commands/test_metrics.py.
"""

from __future__ import annotations

import functools
from dataclasses import field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pivot.errors import PivotError, UsageError
from pivot.frozen import frozen
from pivot.metrics import MetricsFileError, is_metrics_file, read_metrics
from pivot.metrics.changes import direction
from pivot.past.files import FileReader
from pivot.paths import artifact_path
from pivot.stage import OutKind
from pivot.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pivot.metrics import Value
    from pivot.past.revision import Revision
    from pivot.session import Session

    #: The values in a file by their names.
    type Values = Mapping[str, Value]

_GLOB_SIGNS = frozenset("*?[")


@frozen
class MetricsFile:
    """An output that is a file of metrics, or a directory of such."""

    path: str
    #: None if no stage declares it.
    stage: str | None = None
    better: tuple[tuple[str, str], ...] = ()

    def holds(self, path: str) -> bool:
        """Say whether a file is this one, or lies in this directory."""
        own = self.path.rstrip("/")
        return path == own or path.startswith(f"{own}/")


@frozen
class State:
    """The metrics at one time."""

    #: By the paths of their files; those of which none is wanted are left out.
    values: Mapping[str, Values]
    #: What kept files from being read, by their paths.
    problems: Mapping[str, PivotError] = field(default_factory=dict[str, "PivotError"])
    #: Files that are declared and not there, each with the stage that makes it.
    absent: tuple[tuple[str, str], ...] = ()


class Measurer:
    """Reads the metrics that some targets mean; all that the pipeline declares by default.

    A target is the name of a stage, the path of a file, the name of a metric, `path:name`, or a
    glob of one of these.
    """

    def __init__(
        self, session: Session, targets: Sequence[str] = (), remote: str | None = None
    ) -> None:
        self._session = session
        self._targets = tuple(targets)
        self.reader = FileReader(session, is_metrics_file, remote)
        self._met: set[str] = set()
        self._seen: dict[str, None] = {}

    @functools.cached_property
    def files(self) -> tuple[MetricsFile, ...]:
        """The files that may hold what is wanted."""
        declared = [
            MetricsFile(out.path, stage.name, out.better)
            for name in self._session.graph.order
            for stage in (self._session.stages[name],)
            for out in stage.outs
            if out.kind is OutKind.METRIC
        ]
        graph = self._session.graph
        named = [MetricsFile(path, graph.producer(path)) for path in self._named(declared)]
        return (*declared, *named)

    def _named(self, declared: list[MetricsFile]) -> Iterator[str]:
        """Give the targets that are paths of files which no stage declares as metrics."""
        for target in dict.fromkeys(self._targets):
            if _GLOB_SIGNS.intersection(target) or not is_metrics_file(target):
                continue
            path = artifact_path(target)
            if not any(one.holds(path) for one in declared):
                yield path

    def better(self, path: str, name: str) -> str | None:
        """Give which way is better for a metric, if its stage says so."""
        ways = (one.better for one in self.files if one.holds(path))
        return next((way for way in (direction(name, b) for b in ways) if way), None)

    def ways(self, path: str) -> tuple[tuple[str, str], ...]:
        """Give what the stage of a file says of which way is better."""
        return next((one.better for one in self.files if one.holds(path)), ())

    def stage(self, path: str) -> str | None:
        """Give the stage that declares a file."""
        return next((one.stage for one in self.files if one.holds(path)), None)

    def workspace(self) -> State:
        """Give what there is now."""
        return self._state(self.reader.workspace(one.path for one in self.files))

    def at(self, revision: Revision) -> State:
        """Give what there was at a revision; contents that the cache lacks are fetched.

        Raises `GitError`.
        """
        [state] = self.at_each([revision])
        return state

    def at_each(self, revisions: Sequence[Revision]) -> list[State]:
        """Give what there was at several revisions, with one visit to the remote."""
        found = self.reader.at_each(revisions, [one.path for one in self.files])
        return list(map(self._state, found))

    def _state(self, found: Mapping[str, bytes | PivotError]) -> State:
        values: dict[str, Values] = {}
        problems: dict[str, PivotError] = {}
        for path, data in found.items():
            try:
                read = read_metrics(path, data) if isinstance(data, bytes) else data
            except MetricsFileError as error:
                read = error
            if isinstance(read, PivotError):
                if self._may_want(path):
                    problems[path] = read
                continue
            wanted = self.wanted(path, read)
            if wanted or not self._targets:
                values[path] = wanted
        absent = [
            (one.path, one.stage or "")
            for one in self.files
            if not any(map(one.holds, found)) and self._may_want(one.path.rstrip("/"))
        ]
        return State(values, problems, tuple(absent))

    def wanted(self, path: str, values: Values) -> Values:
        """Give those of a file's metrics that the targets mean."""
        self._seen |= dict.fromkeys(
            [path, *filter(None, [self.stage(path)]), *filter(None, values)]
        )
        if not self._targets or self._means_file(path):
            return values
        return {name: value for name, value in values.items() if self._means(path, name)}

    def _may_want(self, path: str) -> bool:
        """Say whether a file that can't be read may have what is wanted."""
        if not self._targets or self._means_file(path):
            return True
        # A name could be in any file; one that was found in another is not missed in this one.
        names = [target for target in self._targets if not is_metrics_file(target)]
        return any(":" not in name or name.startswith(f"{path}:") for name in names)

    def _means_file(self, path: str) -> bool:
        stage = self.stage(path)
        names = [path, *([stage] if stage else [])]
        found = [
            target
            for target in self._targets
            if any(_fits(name, target) for name in names)
            or path.startswith(f"{target.rstrip('/')}/")
        ]
        self._met.update(found)
        return bool(found)

    def _means(self, path: str, name: str) -> bool:
        found = [
            target
            for target in self._targets
            if _fits(name, target) or _fits(f"{path}:{name}", target)
        ]
        self._met.update(found)
        return bool(found)

    def require_met(self) -> None:
        """Raise `UsageError` for the first target that meant nothing in all that was read."""
        for target in self._targets:
            if target not in self._met:
                known = list(self._seen)
                hint = suggestion(target, known, "metrics, their files and stages")
                raise UsageError(f"there is no metric {target!r}", hint=hint)


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or fnmatchcase(name, pattern)
