"""The metrics of a project: which files they are in, and what these say now and at revisions.

A file counts as one of metrics if a stage declares it as a `Metric`, or if somebody names it. A
metric that is a directory means the files in it whose names say that they are metrics. Example::

    measurer = Measurer(session, targets=["evaluate"])
    measurer.workspace().values  # {"scores.json": {"loss": 0.1}}

Tests: tests/past/test_measuring.py.
"""

from __future__ import annotations

import functools
from dataclasses import field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pivot.errors import PathError, PivotError, UsageError
from pivot.frozen import frozen
from pivot.metrics import MetricsFileError, is_metrics_file, read_metrics
from pivot.metrics.changes import direction
from pivot.past.contents import Contents, Wanted
from pivot.past.revision import Item
from pivot.paths import artifact_path, inside
from pivot.stage import OutKind
from pivot.store.listing import FileEntry
from pivot.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pivot.metrics import Value
    from pivot.past.revision import Revision
    from pivot.session import Session
    from pivot.store.content import Content

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
        self._contents = Contents(session, remote)
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
        found: dict[str, bytes | PivotError] = {}
        for one in self.files:
            found |= self._present(one)
        return self._state(found)

    def _present(self, one: MetricsFile) -> dict[str, bytes | PivotError]:
        path = one.path.rstrip("/")
        try:
            place = inside(self._session.root, path)
            if place.is_dir():
                files = sorted(file for file in place.rglob("*") if file.is_file())
                names = [f"{path}/{file.relative_to(place).as_posix()}" for file in files]
                pairs = zip(names, files, strict=True)
                return {name: file.read_bytes() for name, file in pairs if is_metrics_file(name)}
            return {path: place.read_bytes()}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except PathError as error:
            return {path: error}
        except OSError as error:
            return {path: MetricsFileError(path, f"it can't be read: {error.strerror}")}

    def at(self, revision: Revision) -> State:
        """Give what there was at a revision; contents that the cache lacks are fetched.

        Raises `GitError`.
        """
        [state] = self.at_each([revision])
        return state

    def at_each(self, revisions: Sequence[Revision]) -> list[State]:
        """Give what there was at several revisions, with one visit to the remote."""
        items = [[*self._items(revision)] for revision in revisions]
        lacking = self._contents.bring(
            Wanted(item.path, revision.name, item.content)
            for revision, found in zip(revisions, items, strict=True)
            for item in found
            if isinstance(item, Item) and item.content
        )
        return [
            self._state(self._past(revision, found, lacking))
            for revision, found in zip(revisions, items, strict=True)
        ]

    def _items(self, revision: Revision) -> Iterator[Item | tuple[str, PivotError]]:
        for one in self.files:
            path = one.path.rstrip("/")
            try:
                item = revision.find(path)
                if item is not None:
                    yield item
                else:
                    yield from (i for i in revision.inside(path) if is_metrics_file(i.path))
            except PivotError as error:
                yield path, error

    def _past(
        self,
        revision: Revision,
        items: Iterable[Item | tuple[str, PivotError]],
        lacking: Mapping[Content, PivotError],
    ) -> dict[str, bytes | PivotError]:
        found: dict[str, bytes | PivotError] = {}
        for item in items:
            if not isinstance(item, Item):
                found[item[0]] = item[1]
            elif item.content is None:
                found[item.path] = revision.repository.read(revision.commit, item.path) or b""
            elif item.content in lacking:
                found[item.path] = lacking[item.content]
            else:
                found |= self.cached(item.path, item.content)
        return found

    def cached(self, path: str, content: Content) -> dict[str, bytes | PivotError]:
        """Give what the cache has of a file, or of the files of a directory."""
        cache = self._session.workspace.cache
        try:
            if not content.directory:
                return {path: cache.sound_blob(content.hash, content.size).read_bytes()}
            return {
                f"{path}/{entry.path}": cache.sound_blob(entry.hash, entry.size).read_bytes()
                for entry in cache.read_listing(content.hash)
                if isinstance(entry, FileEntry) and is_metrics_file(entry.path)
            }
        except PivotError as error:
            return {path: error}

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
