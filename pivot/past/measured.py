"""What the metrics of a project are, or how they differ, as values and as documents.

Example: `diff.to_json()["changes"]`. The documents are described by docs/metrics.schema.json.
Tests: tests/cli/commands/test_metrics.py.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen
from pivot.metrics import as_json

if TYPE_CHECKING:
    from pivot.engine.parameters import Side
    from pivot.errors import PivotError
    from pivot.metrics import Change, Value

#: Raised with every change of the documents that `to_json` gives.
FORMAT_VERSION = 1


@frozen
class Measured:
    """One metric as it is, or was."""

    path: str
    stage: str | None
    name: str
    value: Value
    better: str | None


@frozen
class Metrics:
    """The metrics of the workspace, or of a revision."""

    side: Side
    metrics: tuple[Measured, ...]
    #: What kept files from being read.
    problems: tuple[PivotError, ...] = ()
    #: Files of metrics that are declared and not there, each with its stage.
    absent: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the documented form."""
        return {
            "version": FORMAT_VERSION,
            **self.side.to_json(),
            "metrics": [
                dataclasses.asdict(one) | {"value": as_json(one.value)} for one in self.metrics
            ],
            "problems": [problem.message for problem in self.problems],
        }


@frozen
class FileChanges:
    """What became of the metrics in one file."""

    path: str
    stage: str | None
    changes: tuple[Change, ...]


@frozen
class MetricsDiff:
    """How the metrics of two states of a project differ."""

    old: Side
    new: Side
    #: All metrics, also those that are the same.
    files: tuple[FileChanges, ...]
    problems: tuple[PivotError, ...] = ()

    @property
    def different(self) -> bool:
        """Whether any metric differs."""
        return any(change.status != "same" for one in self.files for change in one.changes)

    def rows(self, *, unchanged: bool = False) -> list[tuple[FileChanges, Change]]:
        """Give each change with its file; with `unchanged`, those that are none, too."""
        return [
            (one, change)
            for one in self.files
            for change in one.changes
            if unchanged or change.status != "same"
        ]

    def to_json(self, *, unchanged: bool = False) -> dict[str, Any]:
        """Give the documented form."""
        return {
            "version": FORMAT_VERSION,
            "old": self.old.to_json(),
            "new": self.new.to_json(),
            "different": self.different,
            "changes": [
                {"path": one.path, "stage": one.stage, **change.to_json()}
                for one, change in self.rows(unchanged=unchanged)
            ],
            "problems": [problem.message for problem in self.problems],
        }
