"""The pipeline as plain values, and in the notation of another tool.

Example: `export("mermaid")` is the text of a diagram. Tests: tests/test_api.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.api.opening import open_session
from pivot.discovery import PIPELINE_FILE
from pivot.engine.forecast import Forecaster
from pivot.engine.judge import Judge
from pivot.engine.observe import code_roots
from pivot.engine.report import forecast_word
from pivot.errors import UsageError
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
from pivot.interfaces import Plan, RecordingExporter
from pivot.paths import STAGE_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot.api.opening import Root
    from pivot.plugins import PluginHost
    from pivot.registry import Registry
    from pivot.session import Session


def plan(
    root: Root = None, *, targets: Sequence[str] = (), registry: Registry | None = None
) -> Plan:
    """Give the pipeline as plain values: stages in topological order, and the edges."""
    with open_session(root, registry, {}) as session:
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
    record: bool = False,
) -> Export:
    """Give the pipeline in another notation, ready to be validated and written to a file.

    With `record` there is also what the other program would have noted, had it made what is up to
    date. Raises `UsageError` if the program keeps no such notes.
    """
    with open_session(root, registry, {}, plugins) as session:
        exporter = session.host.exporter(format)
        names = session.selected(tuple(targets))
        prepared = completed(
            _plan(session, names), _surroundings(session, names, of_file=registry is None)
        )
        text = exporter.export(prepared)
        if not record:
            return Export(session.root, format, exporter, prepared, text)
        if not isinstance(exporter, RecordingExporter):
            raise UsageError(f"the format {format!r} has no record of what is up to date")
        noted = exporter.record(prepared, text, _current(session, names), session.root)
        return Export(session.root, format, exporter, prepared, text, noted)


def _current(session: Session, names: tuple[str, ...]) -> frozenset[str]:
    """Give the stages that are up to date."""
    judge = Judge(session.workspace, session.observer)
    forecasts = Forecaster(session.graph, session.stages, judge).forecasts(names)
    return frozenset(name for name, forecast in forecasts if forecast_word(forecast) == "skip")


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
    definitions = (PIPELINE_FILE, STAGE_FILE) if of_file else ()
    shared = {file for file in definitions if (session.root / file).is_file()}
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
        names=frozenset(session.stages),
        sources={
            # Code that a stage makes is known by being made, not as a source.
            name: tuple(sorted(file for file in files if producer(file) is None))
            for name, files in sources.items()
        },
    )
