"""What could be wrong around a project? Each thing that is looked at is a `Finding`.

Nothing of the user's is changed. With `fix`, what is disposable or missing is mended. Outside of a
project, only the surroundings are looked at. Example::

    [one.message for one in diagnose(root).findings if one.is_bad]

Tests: tests/cli/commands/test_doctor.py.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from pivot.config import load_settings
from pivot.doctor import store, surroundings
from pivot.doctor.finding import Finding, Severity, error, ok
from pivot.errors import PivotError
from pivot.frozen import frozen
from pivot.plugins import PluginHost
from pivot.session import Session
from pivot.store.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Diagnosis", "Finding", "Severity", "diagnose"]


@frozen
class Diagnosis:
    """What was found."""

    #: None outside of a project.
    root: Path | None
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether everything works."""
        return not any(one.is_bad for one in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`."""
        return {
            "root": None if self.root is None else str(self.root),
            "healthy": self.healthy,
            "findings": [one.to_json() for one in self.findings],
        }


def diagnose(root: Path | None, *, fix: bool = False) -> Diagnosis:
    """Look at everything; with `fix`, mend what can be mended without losing anything."""
    found = _of_machine(root) if root is None else _of_project(root)
    return Diagnosis(root, tuple(_treated(one) if fix else one for one in found))


def _of_machine(root: Path | None) -> Iterator[Finding]:
    yield from surroundings.versions()
    yield from surroundings.limits()
    yield from surroundings.space(root)
    yield from surroundings.plugins(PluginHost())


def _of_project(root: Path) -> Iterator[Finding]:
    yield from _of_machine(root)
    layout = Layout(root)
    yield from surroundings.file_system(root)
    yield from surroundings.clock(store.lock_files(layout))
    yield from store.directory(layout)
    try:
        settings = load_settings(root, {})
    except PivotError as problem:
        yield _trouble("settings", problem)
        return
    yield ok("settings", "the settings can be read")
    yield from store.links(layout, settings.cache_link)
    yield from store.state(layout)
    stages: set[str] | None = None
    with Session(root) as session:
        yield from surroundings.remotes(session.host, dict(settings.remotes))
        try:
            stages = set(session.stages)
            number = len(session.graph.order)
        except PivotError as problem:
            yield _trouble("pipeline", problem)
        else:
            yield ok("pipeline", f"the pipeline can be imported; stages: {number}")
    yield from store.locks(layout, stages)
    yield from store.holds(layout)
    yield from store.files(layout)
    yield from store.quarantine(layout)


def _trouble(code: str, problem: PivotError) -> Finding:
    place = f"{problem.where}: " if problem.where else ""
    return error(code, f"{place}{problem.message}", problem.hint)


def _treated(finding: Finding) -> Finding:
    if finding.fix is None:
        return finding
    try:
        finding.fix()
    except (OSError, PivotError) as problem:
        return dataclasses.replace(
            finding, message=f"{finding.message}; it could not be mended: {problem}"
        )
    return finding.mended()
