"""Pivot as a library: what the command line does, as functions that return data.

Nothing here prints, exits, changes the working directory or handles signals. Each function takes
the project's root (found from the working directory by default) and, to embed Pivot without a
`pipeline.py`, a `Registry`. Example::

    report = pivot.run(targets=["train"], executor="inline")
    assert report.ok

Tests: tests/test_api.py.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pivot import sync
from pivot.config import load_settings
from pivot.discovery import PIPELINE_FILE
from pivot.engine.cancellation import Cancellation
from pivot.engine.certificate import Question
from pivot.engine.commit import Committer
from pivot.engine.composition import Composition
from pivot.engine.explanation import Explainer
from pivot.engine.forecast import Forecaster
from pivot.engine.judge import Judge
from pivot.engine.observe import code_roots
from pivot.engine.report import Change, Explanation, RunReport, StageReport
from pivot.engine.run import Runner
from pivot.events import Warned
from pivot.exporters.export import Export
from pivot.exporters.planning import (
    Surroundings,
    completed,
    describe,
    overridden,
    source_files,
    tracked,
)
from pivot.fingerprint import Fingerprinter
from pivot.interfaces import Plan
from pivot.paths import find_root
from pivot.session import Session
from pivot.store.layout import Layout
from pivot.sync import Progress, RemoteInfo, Sharing, Shortage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pivot.events import Event
    from pivot.plugins import FoundPlugin, PluginHost
    from pivot.registry import Registry
    from pivot.stage import Stage

__all__ = [
    "Cancellation",
    "Change",
    "Composition",
    "Explanation",
    "Export",
    "Progress",
    "Question",
    "RemoteInfo",
    "RunReport",
    "Sharing",
    "Shortage",
    "StageReport",
    "composition",
    "describe",
    "explain",
    "export",
    "fetch",
    "log",
    "plan",
    "plugins",
    "prepare_export",
    "pull",
    "push",
    "remotes",
    "run",
    "stages",
]

type Root = str | os.PathLike[str] | None


def run(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    registry: Registry | None = None,
    executor: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    keep_going: bool | None = None,
    on_event: Callable[[Event], None] | None = None,
    cancellation: Cancellation | None = None,
    plugins: PluginHost | None = None,
    question: Callable[[int], Question] | None = None,
) -> RunReport:
    """Bring stages up to date: skip, restore or run each, and say how it went.

    Args:
        root: the project's directory, or one inside it.
        targets: stage names, globs of them, or output paths; everything by default.
        registry: the stages, instead of those that `pipeline.py` registers.
        executor: the name of an executor; `loky` unless configured otherwise.
        jobs: how many stages may run at once; by default as many as there are CPUs.
        force: run the targets even if they are up to date (not what they need).
        keep_going: after a failure, go on with what does not depend on it.
        on_event: called with every event, in the calling thread.
        cancellation: lets another thread or a signal handler stop the run.
        plugins: a plugin host with objects that answer or listen; a new one by default.
        question: for a command line that wants to answer by `pivot.engine.snapshot` when it's asked
            the same again: gives its words and its answer for a number of unchanged stages.

    Returns:
        A report; a stage that fails is in the report and raises nothing.

    Raises:
        PivotError: before anything runs, for whatever is wrong with the pipeline or the call.
    """
    began_ns = time.time_ns()
    overrides = {"executor": executor, "jobs": jobs, "keep_going": keep_going}
    with _session(root, registry, overrides, plugins) as session:
        names = session.selected(tuple(targets))
        session.require_inputs(names)
        forced = (session.graph.select(targets) if targets else names) if force else ()
        emit = session.emitter(on_event)
        judge = Judge(session.workspace, session.observer, forced)
        committer = Committer(
            session.workspace,
            lambda: session.sources,
            lambda stage, message: emit(Warned(message, stage)),
            session.observer,
        )
        prepared = session.run_plan(names)
        if prepared.executor == "inline":
            # Before a stage that runs here can change what the others' code consists of.
            for name in names:
                session.observer.manifest(session.stages[name])
        report = Runner(
            prepared,
            session.workspace,
            judge,
            committer,
            lambda: session.open_executor(prepared.workers),
            emit,
            cancellation or Cancellation(),
        ).run()
        if question is not None and report.unchanged:
            session.certify(names, question(len(names)), began_ns)
        return report


def explain(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    registry: Registry | None = None,
    force: bool = False,
    upstream: bool = True,
    diff: bool = False,
    plugins: PluginHost | None = None,
) -> tuple[Explanation, ...]:
    """Say what `run` would do with each stage, and why, without doing it.

    Takes and raises what `run` does; gives one explanation per stage, in topological order: with
    `upstream` for all that the targets need, without it just for the targets. With `diff` each
    change of code has the difference of the sources, as far as the old one is known.
    """
    with _session(root, registry, {}, plugins) as session:
        names = session.selected(tuple(targets))
        session.require_inputs(names)
        chosen = session.graph.select(targets) if targets else names
        wanted = frozenset(names if upstream else chosen)
        judge = Judge(session.workspace, session.observer, chosen if force else ())
        forecaster = Forecaster(session.graph, session.stages, judge)
        explainer = Explainer(session.root, session.observer, session.workspace.archive, diff=diff)
        return tuple(
            explainer.explain(session.stages[name], forecast)
            for name, forecast in forecaster.forecasts(names)
            if name in wanted
        )


def composition(
    stage: str,
    root: Root = None,
    *,
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> Composition:
    """Give all that the code of a stage consists of, as a graph of who names whom.

    `stage` is a target that means one stage; raises `UsageError` if it means several.
    """
    with _session(root, registry, {}, plugins) as session:
        name = session.only(stage)
        found = session.stages[name]
        lock, _ = Judge(session.workspace, session.observer).lock(name)
        traced = tuple(lock.traced) if lock else ()
        observer = session.observer
        tree = observer.tree(found, traced)
        if lock is not None:
            observer.stability.compare(name, lock.code, tree.manifest.hashes())
        facts = observer.facts.current(found, traced)
        return Composition.of(name, tree, facts.texts, observer.stability.unstable(name))


def stages(root: Root = None, *, registry: Registry | None = None) -> tuple[Stage, ...]:
    """Give the pipeline's stages in topological order."""
    with _session(root, registry, {}) as session:
        return tuple(session.stages[name] for name in session.graph.order)


def plan(
    root: Root = None, *, targets: Sequence[str] = (), registry: Registry | None = None
) -> Plan:
    """Give the pipeline as plain values: stages in topological order, and the edges."""
    with _session(root, registry, {}) as session:
        return _plan(session, session.selected(tuple(targets)))


def export(
    format: str,  # noqa: A002 - the word of the command line
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> str:
    """Give the pipeline in another notation, written by the exporter of that name."""
    return prepare_export(format, root, targets=targets, registry=registry, plugins=plugins).text


def prepare_export(
    format: str,  # noqa: A002 - as above
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> Export:
    """Give the pipeline in another notation, ready to be validated and written to a file."""
    with _session(root, registry, {}, plugins) as session:
        exporter = session.host.exporter(format)
        names = session.selected(tuple(targets))
        prepared = completed(
            _plan(session, names), _surroundings(session, names, of_file=registry is None)
        )
        return Export(session.root, format, exporter, prepared, exporter.export(prepared))


def log(stage: str, root: Root = None, *, registry: Registry | None = None) -> str | None:
    """Give what a stage printed when it last ran in a worker, or None if it never did here.

    `stage` is a target that means one stage; raises `UsageError` if it means several.
    """
    with _session(root, registry, {}) as session:
        name = session.only(stage)
        file = Layout(session.root).log_file(name)
        return file.read_text("utf-8", "replace") if file.exists() else None


def push(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    remote: str | None = None,
    dry_run: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> Sharing:
    """Send the outputs of the targets from the cache to a remote, unless it has them.

    Args:
        root: the project's directory, or one inside it.
        targets: stage names, globs of them, or output paths; everything by default.
        remote: the name of a remote of the settings; the default one if it's None.
        dry_run: say what would be sent, and send nothing.
        on_progress: called whenever some bytes were moved, in the calling thread.
        registry: the stages, instead of those that `pipeline.py` registers.
        plugins: a plugin host with objects that answer or listen; a new one by default.

    Returns:
        A report, also of what is nowhere to be found.

    Raises:
        RemoteError: the remote can't be reached, or refuses. What was moved before stays moved.
        PivotError: for whatever is wrong with the pipeline, a lock, or the call.
    """
    with _session(root, registry, {}, plugins) as session:
        return sync.push(session, targets, sync.Options(remote, dry_run, on_progress))


def fetch(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    remote: str | None = None,
    dry_run: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> Sharing:
    """Get the outputs of the targets, and of all that they need, from a remote into the cache.

    Takes, gives and raises what `push` does.
    """
    with _session(root, registry, {}, plugins) as session:
        return sync.fetch(session, targets, sync.Options(remote, dry_run, on_progress))


def pull(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    remote: str | None = None,
    dry_run: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> Sharing:
    """Fetch, then make the outputs in the workspace what the locks say.

    An output that was edited by hand is saved in the cache before it's replaced. Takes, gives and
    raises what `push` does; with `dry_run`, it's a dry `fetch`.
    """
    with _session(root, registry, {}, plugins) as session:
        return sync.pull(session, targets, sync.Options(remote, dry_run, on_progress))


def remotes(root: Root = None) -> tuple[RemoteInfo, ...]:
    """Give the remotes that the project's settings name."""
    start = Path(root) if root is not None else Path.cwd()
    return sync.remotes(load_settings(find_root(start)))


def plugins(*, load: bool = False) -> tuple[FoundPlugin, ...]:
    """Give every plugin that is installed, with the problem of each that has one.

    With `load`, each is imported, so that those which can't be are known too.
    """
    from pivot.plugins import PluginHost  # only this call needs a host of its own

    return PluginHost().found(load=load)


def _session(
    root: Root,
    registry: Registry | None,
    overrides: dict[str, object],
    host: PluginHost | None = None,
) -> Session:
    given = {name: value for name, value in overrides.items() if value is not None}
    start = Path(root) if root is not None else Path.cwd()
    # With a registry of its own, a host application may use any directory as the project.
    found = find_root(start) if registry is None else start.resolve()
    return Session(found, registry=registry, overrides=given, host=host)


def _plan(session: Session, names: tuple[str, ...]) -> Plan:
    chosen = set(names)
    found = [session.stages[name] for name in names]
    return Plan(
        stages=tuple(describe(stage) for stage in found),
        edges=tuple(sorted(e for e in session.graph.edges if chosen.issuperset(e))),
    )


def _surroundings(session: Session, names: tuple[str, ...], *, of_file: bool) -> Surroundings:
    """Look around the stages; `of_file` says that they are those of the pipeline file."""
    # Not the session's own observer: looking at code must not open the store.
    fingerprinter = Fingerprinter(session.root, hash_value=session.host.hash_value)
    # What is registered, and with which values, is said there, whatever the functions' own files.
    shared = {PIPELINE_FILE} if of_file else set()
    sources = {
        name: shared.union(
            source_files(session.root, fingerprinter.manifest(code_roots(session.stages[name])))
        )
        for name in names
    }
    producer = session.graph.producer
    return Surroundings(
        tracked=tracked(session.root),
        overridden=overridden(session.root) if of_file else {},
        sources={
            # Code that a stage makes is known by being made, not as a source.
            name: tuple(sorted(file for file in files if producer(file) is None))
            for name, files in sources.items()
        },
    )
