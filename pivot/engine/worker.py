"""What happens in a worker: load the deps, call the function, save and hash the outs.

`execute` takes a `Task` and gives an `Outcome`; it never raises for what user code does, and
reports failures in the user's terms. The same code serves the `inline` executor, in the parent, and
`interpreters`. `prepare` sets a new worker up. Tests: tests/engine/test_preload.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import io
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.discovery.importer import ProjectImporter, forget
from pivot.engine.capture import captured, discarded
from pivot.errors import PivotError, stage_exit_status
from pivot.executors.payload import dumps, loads
from pivot.frozen import frozen
from pivot.interfaces import Failure, Outcome, Produced
from pivot.loaders import LoaderError, PathOnly
from pivot.registry import REGISTRY
from pivot.stage import VARIANT_ARGUMENT, Stage, Via
from pivot.stage_def.models import stage_defs
from pivot.store.tree import Tree
from pivot.tracebacks import innermost_place, user_traceback
from pivot.tracing import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from pivot.confinement import Confined, Confinement
    from pivot.hashing import Algorithm
    from pivot.interfaces import Task, Trace
    from pivot.signature import Signature
    from pivot.stage import Input, Output


#: How long to wait for processes that an earlier run of the stage left over, in seconds.
_PATIENCE = 30.0


class _OutputError(PivotError):
    """What the stage gave back is not what it declared."""


class _LoaderFailedError(LoaderError):
    """A loader raised what it does not know of itself."""


@frozen
class Call:
    """What a task's payload holds."""

    stage: Stage
    algorithm: Algorithm

    def pack(self) -> bytes:
        """Give the payload; raise a `PivotError` if something in it can't be pickled."""
        return dumps(self)


_importer: ProjectImporter | None = None
#: When the project's modules began to be imported, by the clock that all processes share.
_imported_ns = 0
#: The sources of which the parent was told that they have been imported.
_told: dict[str, Signature] = {}


def prepare(root: str, *, preload: tuple[str, ...] = (), libraries: tuple[str, ...] = ()) -> None:
    """Set up a new worker for the project at `root`.

    `preload` are modules of the project, which the tasks would import; `libraries` are what the
    project uses of others.
    """
    global _importer  # noqa: PLW0603 - it lives as long as the process
    if _importer is not None:
        _importer.remove()
    _importer = ProjectImporter(Path(root))
    _importer.install()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)
    with discarded() if libraries else contextlib.nullcontext():
        for library in libraries:
            # What goes wrong here goes wrong again where it is needed.
            with contextlib.suppress(BaseException):
                importlib.import_module(library)
    if preload:
        _preload(root, preload)


def _preload(root: str, modules: tuple[str, ...]) -> None:
    """Import what the first task would import, while the parent still plans."""
    global _imported_ns  # noqa: PLW0603 - as above
    _imported_ns = time.monotonic_ns()
    # What goes wrong here goes wrong again in the first task, which tells.
    with (
        contextlib.suppress(BaseException),
        contextlib.chdir(root),
        discarded(),
        REGISTRY.collecting(Path(root)),
    ):
        for module in modules:
            importlib.import_module(module)


def execute(task: Task, began_ns: int = 0, confinement: Confinement | None = None) -> Outcome:
    """Run one stage and give what came of it.

    Modules of the project that were imported before `began_ns`, the monotonic time at which the run
    began, are imported anew: what their import reads may have changed since. With a confinement,
    nothing but what it permits can be read or written.
    """
    return _ended(task, lambda: _outcome(task, began_ns, confinement))


def _ended(task: Task, act: Callable[[], Outcome]) -> Outcome:
    """Give what an act in the project's root gives, or what it raises as a failure."""
    started = time.perf_counter()
    try:
        with contextlib.chdir(task.root):
            return act()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - user code may raise anything, SystemExit too
        failure = _failure(error, Path(task.root))
        return Outcome(task.stage, time.perf_counter() - started, failure=failure)


def _outcome(task: Task, began_ns: int, confinement: Confinement | None) -> Outcome:
    _import_afresh(began_ns)
    if confinement is None:
        return _perform(task)
    # Late: only a strict run needs it.
    from pivot.confinement import run_confined

    return run_confined(
        task, confinement, lambda confined: _ended(task, lambda: _perform(task, confined))
    )


def _failure(error: BaseException, root: Path) -> Failure:
    from pivot.executors.limits import broken, chain  # only for what has failed

    limit = broken(error)
    if limit is not None:
        # Libraries wrap it, with a page of advice for another case; what counts is who asked.
        places = [innermost_place(one, root) for one in chain(error)]
        limit.where = next((place for place in reversed(places) if place), limit.where)
        return Failure(str(limit))
    if isinstance(error, PivotError):
        return _described(error, root)
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Failure(message, user_traceback(error))


def _described(error: PivotError, root: Path) -> Failure:
    cause = error.__cause__
    # A loader that says what is wrong with a file has the library's own exception as its cause, and
    # where in the library that was raised says nothing to who has to mend the file.
    told = type(error) is LoaderError and cause and not innermost_place(cause, root)
    traceback = user_traceback(cause) if cause and not told else None
    return Failure(str(error), traceback, stage_exit_status(error))


def _import_afresh(began_ns: int) -> None:
    """Forget the project's modules if they were imported for an earlier run.

    During a run they stay what they are, edited or not: the parent compares them with what it has
    fingerprinted.
    """
    global _imported_ns  # noqa: PLW0603 - as long-lived as the modules
    if _importer is not None and began_ns > _imported_ns:
        _imported_ns = time.monotonic_ns()
        _importer.install_afresh()
        _told.clear()


def _news() -> tuple[tuple[str, Signature], ...]:
    """Give the sources that this process has imported since it last told."""
    if _importer is None or len(_importer.sources) == len(_told):
        return ()
    found = {file: seen for file, seen in _importer.sources.items() if _told.get(file) != seen}
    _told.clear()
    _told.update(_importer.sources)
    return tuple(found.items())


def _registering(task: Task) -> contextlib.AbstractContextManager[object]:
    """Let the pipeline be imported, and register its stages, as if for the first time."""
    if _importer is None:
        return contextlib.nullcontext()  # it was imported by the process itself
    return REGISTRY.collecting(Path(task.root))


def _perform(task: Task, confined: Confined | None = None) -> Outcome:
    started = time.perf_counter()
    try:
        outs, trace = _made(task, confined)
    except BaseException as error:
        refused = confined.refused(error) if confined else None
        if refused is None:
            raise
        raise refused from error
    return Outcome(task.stage, time.perf_counter() - started, outs, trace=trace)


def _made(task: Task, confined: Confined | None) -> tuple[tuple[Produced, ...], Trace]:
    with discarded() if task.log else contextlib.nullcontext(), _registering(task):
        call = loads(task.payload)
    assert isinstance(call, Call)  # noqa: S101 - we packed it
    try:
        with captured(task.log, _PATIENCE) if task.log else contextlib.nullcontext():
            trace = _traced(task, call.stage, confined)
        tree = Tree(Path(task.root), call.algorithm)
        missing = confined.unwritten if confined else frozenset[str]()
        return tuple(_produced(tree, task, out, missing) for out in call.stage.outs), trace
    except PivotError as error:
        error.where = error.where or call.stage.place
        raise


def _traced(task: Task, stage: Stage, confined: Confined | None) -> Trace:
    """Call a stage's function and give what it did.

    Modules that it imported are forgotten: a process imports a module once, and the next stage must
    be seen to read what their import reads.
    """
    loaded = frozenset(sys.modules)
    tracer = Tracer(Path(task.root))
    tracer.start()
    try:
        _call(stage)
    finally:
        trace = tracer.stop()
        if confined is not None:
            confined.written = frozenset(one.path for one in trace.writes)
        sources = forget(sys.modules.keys() - loaded)
    return dataclasses.replace(trace, sources=tuple(sorted(sources.items())), imported=_news())


def _call(stage: Stage) -> None:
    arguments: dict[str, Any] = {}
    params: Any = stage.params
    if isinstance(params, stage_defs()):
        params = params.unloaded()
    for dep in stage.deps:
        if dep.via is Via.ARGUMENT:
            arguments[dep.name] = _load(dep)
        elif dep.via is Via.FIELD:
            params.set_artifact_value(dep.name, _load(dep))
    if stage.params_argument is not None:
        arguments[stage.params_argument] = params
    if stage.variant is not None:
        arguments[VARIANT_ARGUMENT] = stage.variant
    returned = stage.function(**arguments)
    for out, value in _values(stage, params, returned):
        _save(out, value)


def _load(dep: Input) -> Any:
    try:
        return dep.loader.load(Path(dep.path))
    except PivotError:
        raise
    except Exception as error:
        what = f"it can't be loaded by {type(dep.loader).__name__}"
        raise _LoaderFailedError(dep.path, f"{what}: {_in_words(error)}") from error


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _values(stage: Stage, params: Any, returned: Any) -> Iterator[tuple[Output, Any]]:
    keys = [out for out in stage.outs if out.via is Via.KEY]
    if keys:
        _check_keys({out.name for out in keys}, returned)
    for out in stage.outs:
        match out.via:
            case Via.KEY:
                yield out, returned[out.name]
            case Via.RETURN:
                yield out, returned
            case Via.FIELD:
                yield out, _field(params, out)
            case _:
                pass


def _check_keys(declared: set[str], returned: Any) -> None:
    if not isinstance(returned, dict):
        shown = "None" if returned is None else f"a {type(returned).__name__}"
        keys = ", ".join(sorted(declared))
        raise _OutputError(f"it returned {shown}, but declares a dict with the keys {keys}")
    problems = [
        f"{what} {', '.join(repr(key) for key in sorted(map(str, keys)))}"
        for what, keys in (
            ("missing", declared - returned.keys()),
            ("not declared", returned.keys() - declared),
        )
        if keys
    ]
    if problems:
        raise _OutputError(f"it returned the wrong keys: {'; '.join(problems)}")


def _field(params: Any, out: Output) -> Any:
    try:
        return params.artifact_value(out.name)
    except AttributeError:
        if isinstance(out.loader, PathOnly):
            return Path(out.path)
        raise _OutputError(f"it did not assign its output {out.name!r} ({out.path})") from None


def _save(out: Output, value: Any) -> None:
    path = Path(out.path)
    if isinstance(out.loader, PathOnly) and value is None:
        raise _OutputError(f"it gave None for its output {out.name!r}, not the path {out.path!r}")
    try:
        out.loader.save(value, path)
    except PivotError:
        raise
    except Exception as error:
        what = f"a {type(value).__name__} can't be saved by {type(out.loader).__name__}"
        raise _LoaderFailedError(out.path, f"{what}: {_in_words(error)}") from error


def _produced(tree: Tree, task: Task, out: Output, missing: Collection[str]) -> Produced:
    found = None if out.path in missing else tree.look(out.path)
    if found is None:
        raise _OutputError(
            f"it did not write its output {out.path!r}",
            hint=f"paths are relative to the project: {task.root}",
        )
    return Produced(out.name, out.path, found.content, found.signature, found.listing)
