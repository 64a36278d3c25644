"""Which plots there are, and what each was at each side.

Example: `gather(root, ["train"], [None]).plots[0].versions`. Tests: tests/test_cli.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pivot.api.opening import open_session
from pivot.engine.parameters import Side
from pivot.errors import PivotError, UsageError
from pivot.past.files import FileReader
from pivot.past.revision import Revision
from pivot.paths import artifact_path
from pivot.stage import OutKind, PlotLook
from pivot.suggestions import suggestion
from pivot.vcs import Repository
from pivot_plots.pixels import NoImageError, PixelDiff, compare
from pivot_plots.reading import PlotFileError, image_type, is_plot_file, read_table
from pivot_plots.series import NoColumnError, groups, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pivot.plugins import PluginHost
    from pivot.session import Session
    from pivot_plots.reading import Table

_GLOB_SIGNS = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Version:
    """What a plot was at one side."""

    data: bytes | None = None
    #: If it is one, and can be read.
    table: Table | None = None
    #: How it differs from the first image of the plot, if that could be compared.
    pixels: PixelDiff | None = None
    error: PivotError | None = None

    @property
    def present(self) -> bool:
        """Whether it was there at all."""
        return self.data is not None or self.error is not None


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot at all sides."""

    path: str
    stage: str | None
    look: PlotLook
    versions: tuple[Version, ...]

    @property
    def kind(self) -> str:
        """What it is: `image` or `series`."""
        return "image" if image_type(self.path) else "series"

    @property
    def status(self) -> str:
        """What became of it from the first side to the last: `same`, `changed`, ..., `unknown`."""
        if any(version.error for version in self.versions):
            return "unknown"
        first, last = self.versions[0].present, self.versions[-1].present
        if first != last:
            return "added" if last else "removed"
        return "changed" if self._differs() else "same"

    def _differs(self) -> bool:
        first = self.versions[0]
        return any(_differ(first, other) for other in self.versions[1:])


def _differ(first: Version, other: Version) -> bool:
    if first.present != other.present:
        return True
    if first.table is not None and other.table is not None:
        return not same(first.table, other.table)
    if other.pixels is not None:
        return other.pixels.changed > 0
    return first.data != other.data


@dataclass(frozen=True, slots=True)
class Gathered:
    """All plots that were asked for."""

    sides: tuple[Side, ...]
    plots: tuple[Plot, ...]
    problems: tuple[PivotError, ...] = field(default=())


def gather(
    root: Path,
    targets: Sequence[str],
    revisions: Sequence[str | None],
    *,
    look: PlotLook | None = None,
    plugins: PluginHost | None = None,
) -> Gathered:
    """Read plots at some revisions; None is the workspace.

    Args:
        root: the project's directory, or one inside it.
        targets: names of stages, paths of files, or globs of these; all plots by default.
        revisions: the sides, from the first, which others are compared with.
        look: replaces what the author says of how series are drawn.
        plugins: a plugin host; a new one by default.

    Raises:
        GitError: there is no repository, or no such revision.
        UsageError: a target means no plot.
        PivotError: for whatever is wrong with the pipeline.
    """
    with open_session(root, None, {}, plugins) as session:
        past: dict[str, Revision] = {}
        if any(name is not None for name in revisions):
            repository = Repository.find(session.root)
            past = {name: Revision(repository, name) for name in revisions if name is not None}
        files = _Files(session, targets)
        reader = FileReader(session, is_plot_file)
        found = dict(zip(past, reader.at_each([*past.values()], files.paths), strict=True))
        here = reader.workspace(files.paths) if None in revisions else {}
        states = [here if name is None else found[name] for name in revisions]
        sides = [Side("workspace") if n is None else Side(n, past[n].commit) for n in revisions]
        paths = dict.fromkeys(path for state in states for path in state)
        plots = [_plot(path, files, [state.get(path) for state in states], look) for path in paths]
    problems = [v.error for plot in plots for v in plot.versions if v.error is not None]
    absent = list(files.absent(paths))
    return Gathered(tuple(sides), tuple(plots), (*problems, *absent))


class _Files:
    """The files of plots that targets mean."""

    def __init__(self, session: Session, targets: Sequence[str]) -> None:
        declared = {
            out.path.rstrip("/"): (stage.name, out.look or PlotLook())
            for stage in session.stages.values()
            for out in stage.outs
            if out.kind is OutKind.PLOT
        }
        self._targets = targets
        self._declared = declared
        #: The paths that are read.
        self.paths = list(dict.fromkeys(self._chosen(session, targets)))

    def _chosen(self, session: Session, targets: Sequence[str]) -> Iterator[str]:
        if not targets:
            yield from self._declared
        for target in targets:
            path = target.rstrip("/")
            found = [p for p, (stage, _) in self._declared.items() if _means(path, p, stage)]
            yield from found
            if found:
                continue
            if not _GLOB_SIGNS.isdisjoint(target) or not is_plot_file(path):
                known = [*self._declared, *(stage for stage, _ in self._declared.values())]
                hint = suggestion(target, dict.fromkeys(known), "plots and their stages")
                raise UsageError(f"there is no plot {target!r}", hint=hint)
            # A file that is named counts, whether it's declared as a plot or not.
            self._declared.setdefault(path, (session.graph.producer(path) or "", PlotLook()))
            yield artifact_path(path)

    def owner(self, path: str) -> tuple[str | None, PlotLook]:
        """Give the stage that makes a file, and how its author wants it drawn."""
        found = (o for p, o in self._declared.items() if path == p or path.startswith(f"{p}/"))
        stage, look = next(found, (None, PlotLook()))
        return stage or None, look

    def absent(self, paths: dict[str, None]) -> Iterator[UsageError]:
        """Give an error for each file that is nowhere though somebody named it."""
        for path in self.paths:
            if self._targets and not any(p == path or p.startswith(f"{path}/") for p in paths):
                stage, _ = self.owner(path)
                hint = f"run the stage: pivot run {stage}" if stage else None
                yield UsageError(f"{path} is not there", hint=hint)


def _means(target: str, path: str, stage: str) -> bool:
    inside = path.startswith(f"{target}/") or target.startswith(f"{path}/")
    return inside or any(fnmatchcase(name, target) or name == target for name in (path, stage))


def _plot(
    path: str, files: _Files, found: Sequence[bytes | PivotError | None], look: PlotLook | None
) -> Plot:
    stage, declared = files.owner(path)
    wanted = _merged(declared, look) if look else declared
    versions = [_version(path, data, wanted) for data in found]
    first = next((v.data for v in versions if v.data is not None and v.error is None), None)
    if first is not None and image_type(path) not in (None, "image/svg+xml"):
        start = next(n for n, v in enumerate(versions) if v.data is first)
        rest = [_compared(path, first, version) for version in versions[start + 1 :]]
        versions[start + 1 :] = rest
    return Plot(path, stage, wanted, tuple(versions))


def _merged(declared: PlotLook, look: PlotLook) -> PlotLook:
    return PlotLook(
        look.x or declared.x, look.y or declared.y, look.kind or declared.kind, declared.title
    )


def _version(path: str, data: bytes | PivotError | None, look: PlotLook) -> Version:
    if data is None:
        return Version()
    if isinstance(data, PivotError):
        return Version(error=data)
    if image_type(path):
        return Version(data)
    try:
        table = read_table(path, data)
        groups(table, look)
    except NoColumnError as error:
        return Version(data, error=PlotFileError(path, str(error)))
    except PlotFileError as error:
        return Version(data, error=error)
    return Version(data, table)


def _compared(path: str, first: bytes, version: Version) -> Version:
    if version.data is None or version.error is not None:
        return version
    if version.data == first:
        return version
    try:
        return replace(version, pixels=compare(first, version.data))
    except NoImageError as error:
        return replace(version, error=PlotFileError(path, str(error)))
