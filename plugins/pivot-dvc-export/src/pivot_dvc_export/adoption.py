"""What DVC has made already, as if Pivot had run it: nothing has to be computed again.

A stage is *adopted* if its entry in `dvc.lock` has the command, and of all that the stage reads the
content that is there now, and if DVC's cache, or the project, has what it made. All of it is hashed
again: neither a lock nor a cache is believed. Pivot then runs the stage by an executor that, in the
place of the command, puts these outputs where the command would. Example: `adopt(project)` gives
what became of each stage. Tests: tests/test_import_command.py, tests/test_with_dvc.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pivot
from pivot import hookimpl
from pivot.config import load_settings
from pivot.engine.worker import Call
from pivot.errors import DiscoveryError, PathError
from pivot.executors.payload import loads
from pivot.hashing import hash_file
from pivot.interfaces import Outcome, Produced, Trace
from pivot.plugins import PluginHost
from pivot.store.blobs import Blobs
from pivot.store.layout import Layout
from pivot.store.tree import Tree
from pivot_dvc_export.digests import DIRECTORY, digest, md5_of
from pivot_dvc_export.project import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pivot.interfaces import ExecutorOptions, Task
    from pivot_dvc_export.project import Project, Step
    from pivot_dvc_export.repository import Repository

LOCK = "dvc.lock"
_EXECUTOR = "dvc"
_WRITABLE = 0o222


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of a stage."""

    stage: str
    #: Why it has to run, or None.
    problem: str | None


class _MissingError(Exception):
    """Something is not as DVC has recorded it; the message says what."""


def adopt(project: Project, repository: Repository) -> list[Adopted]:
    """Bring in what DVC has made, as far as it still holds; stages are in topological order.

    Raises `PivotError` if the pipeline can't be read or the results can't be stored.
    """
    plan = pivot.plan(project.root)
    steps = {step.name: step for step in project.steps}
    order = [steps[stage.name] for stage in plan.stages if stage.name in steps]
    with tempfile.TemporaryDirectory(prefix=".dvc-", dir=_workplace(project.root)) as directory:
        finder = _Finder(project, repository, Path(directory), plan.edges)
        for path, md5 in project.tracked.items():
            finder.bring_back(path, md5)
        found = [(step, *finder.look(step)) for step in order]
        places = {step.name: files for step, files, problem in found if problem is None}
        report = None
        if places:
            # Before the run: that keeps what lies in the way, as a copy.
            _share(project.root, {file for files in places.values() for file in files.values()})
            host = PluginHost()
            host.register(_Plugin(project.root, places))
            report = pivot.run(
                project.root, targets=[*places], executor=_EXECUTOR, plugins=host, keep_going=True
            )
    failed = {one.name: one.error for one in report.stages if one.error} if report else {}
    return [Adopted(step.name, problem or failed.get(step.name)) for step, _, problem in found]


def _workplace(root: Path) -> Path:
    directory = root / ".pivot"
    directory.mkdir(exist_ok=True)
    return directory


class _Finder:
    """Looks for what a stage made."""

    def __init__(
        self,
        project: Project,
        repository: Repository,
        directory: Path,
        edges: Iterable[tuple[str, str]],
    ) -> None:
        self._edges = edges
        self._refused: set[str] = set()
        self._project = project
        self._repository = repository
        self._directory = directory
        self._locks: dict[str, Mapping[str, Any]] = {}
        self._digests: dict[str, str | None] = {}
        #: Path of an output -> its MD5, of the stages that are adopted.
        self._made: dict[str, str] = {}

    def bring_back(self, path: str, md5: str) -> None:
        """Copy what a `.dvc` file names into its place, if nothing is there and DVC has it."""
        if not md5 or os.path.lexists(self._project.root / path):
            return
        try:
            files = self._output(path, md5)
        except _MissingError:
            return  # whoever reads it will be told
        for name, file in files.items():
            place = self._project.root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)

    def look(self, step: Step) -> tuple[dict[str, Path], str | None]:
        """Give the file to put in each place, or why the stage is not adopted."""
        try:
            entry = self._entry(step)
            self._compare(step, entry)
            files: dict[str, Path] = {}
            for out in entry.get("outs", ()):
                files |= self._output(self._path(step, out["path"]), out["md5"])
        except _MissingError as missing:
            self._refused.add(step.name)
            return {}, str(missing)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._refused.add(step.name)
            return {}, f"its entry in {LOCK} can't be read: {error!r}"
        for out in entry.get("outs", ()):
            self._made[self._path(step, out["path"])] = out["md5"]
        return files, None

    def _entry(self, step: Step) -> Mapping[str, Any]:
        if step.home not in self._locks:
            file = self._project.root / step.home / LOCK
            content = load(file) if file.is_file() else None
            stages = content.get("stages") if isinstance(content, Mapping) else None
            self._locks[step.home] = stages if isinstance(stages, Mapping) else {}
        entry = self._locks[step.home].get(step.dvc_name)
        if not isinstance(entry, Mapping):
            raise _MissingError(f"it is not in {LOCK}")
        return entry

    def _path(self, step: Step, path: str) -> str:
        return os.path.normpath(os.path.join(step.directory, path))  # noqa: PTH118 - text only

    def _compare(self, step: Step, entry: Mapping[str, Any]) -> None:
        """Compare the command, the inputs and the parameters with what they were."""
        for above, below in self._edges:
            if below == step.name and above in self._refused:
                raise _MissingError(f"it comes after {above}")
        lines = entry["cmd"] if isinstance(entry["cmd"], list) else [entry["cmd"]]
        if [line.strip() for line in lines] != step.lines:
            raise _MissingError("its command is another one")
        known = {self._path(step, dep["path"]): dep["md5"] for dep in entry.get("deps", ())}
        for dep in step.deps:
            path = dep.now
            if known.get(path) != (self._made.get(path) or self._now(path)):
                raise _MissingError(f"{path} is another one")
        for file, values in (entry.get("params") or {}).items():
            try:
                content = load(self._project.root / self._path(step, file))
            except DiscoveryError as error:
                raise _MissingError(str(error)) from error
            for name, value in values.items():
                if _value(content, name) != value:
                    raise _MissingError(f"the parameter {name} is another one")

    def _now(self, path: str) -> str | None:
        if path not in self._digests:
            try:
                self._digests[path] = digest(self._project.root / path).md5
            except OSError:
                self._digests[path] = None
        return self._digests[path]

    def _output(self, path: str, md5: str) -> dict[str, Path]:
        """Give the files of an output, by the paths where they belong, each with its content."""
        if not md5.endswith(DIRECTORY):
            return {path: self._content(path, md5)}
        place = self._repository.place(md5)
        if place.is_file() and md5_of(place) == md5.removesuffix(DIRECTORY):
            listed = json.loads(place.read_bytes())
            names = {str(one["relpath"]): str(one["md5"]) for one in listed}
        elif self._now(path) == md5:
            names = {
                file.relative_to(self._project.root / path).as_posix(): md5_of(file)
                for file in (self._project.root / path).rglob("*")
                if file.is_file()
            }
        else:
            raise _MissingError(f"{path} is neither in DVC's cache nor in its place")
        if any(PurePosixPath(name).is_absolute() or ".." in name.split("/") for name in names):
            raise _MissingError(f"the list of {path} in DVC's cache leads out of it")
        return {
            f"{path}/{name}": self._content(f"{path}/{name}", one) for name, one in names.items()
        }

    def _content(self, path: str, md5: str) -> Path:
        place, own = self._repository.place(md5), self._project.root / path
        if place.is_file() and md5_of(place) == md5:
            return place
        if own.is_file() and md5_of(own) == md5:
            # Running the stage takes away what is there: from here it's taken back.
            kept = self._directory / md5
            if not kept.exists():
                _link(own.resolve(), kept)
            return kept
        raise _MissingError(f"{path} is neither in DVC's cache nor in its place")


def _share(root: Path, files: Iterable[Path]) -> None:
    """Let Pivot's cache have files of DVC's as links; what can't be linked is copied later."""
    blobs, algorithm = Blobs(Layout(root), None), load_settings(root).hash
    for file in files:
        if file.stat().st_mode & _WRITABLE:
            continue
        blob = blobs.path(hash_file(file, algorithm)[0])
        blob.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):  # it's there already, or on another file system
            blob.hardlink_to(file)


def _value(content: Any, name: str) -> Any:
    found = content
    for part in name.split("."):
        if not isinstance(found, dict) or part not in found:
            return None
        found = found[part]
    return found


def _link(file: Path, place: Path) -> None:
    try:
        place.hardlink_to(file)
    except OSError:  # on another file system
        shutil.copyfile(file, place)


class _Plugin:
    """Makes the executor, for this one run."""

    def __init__(self, root: Path, places: Mapping[str, Mapping[str, Path]]) -> None:
        self._root = root
        self._places = places

    @hookimpl
    def pivot_make_executor(self, name: str, options: ExecutorOptions) -> _Executor | None:  # noqa: ARG002 - the hook's signature
        """Give the executor of the name that `adopt` asks for."""
        return _Executor(self._root, self._places) if name == _EXECUTOR else None


def _produced(call: Call, task: Task) -> Iterator[Produced]:
    tree = Tree(Path(task.root), call.algorithm)
    for out in call.stage.outs:
        found = tree.look(out.path)
        if found is None:
            raise PathError(f"{LOCK} does not have the output {out.path!r}")
        yield Produced(out.name, out.path, found.content, found.signature, found.listing)


class _Executor:
    """Has the outputs of a stage at hand."""

    workers = 1
    isolated = False

    def __init__(self, root: Path, places: Mapping[str, Mapping[str, Path]]) -> None:
        self._root = root
        self._places = places

    def submit(self, call: Callable[[Task], Outcome], task: Task) -> Future[Outcome]:  # noqa: ARG002 - nothing is called
        """Put the outputs of a stage into their places, and give what they are."""
        future: Future[Outcome] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(self._placed(task))
        except Exception as error:  # noqa: BLE001 - a future carries whatever went wrong
            future.set_exception(error)
        return future

    def _placed(self, task: Task) -> Outcome:
        call = loads(task.payload)
        assert isinstance(call, Call)  # noqa: S101 - Pivot packed it
        for path, file in self._places[task.stage].items():
            place = self._root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            _link(file, place)
        return Outcome(task.stage, 0.0, tuple(_produced(call, task)), trace=Trace())

    def stop(self) -> None:
        """Do nothing: when anybody can call this, nothing is running."""

    def close(self) -> None:
        """Do nothing: nothing was opened."""
