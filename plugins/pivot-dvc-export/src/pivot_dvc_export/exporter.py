"""What Pivot calls for `pivot export --format dvc`. Tests: tests/test_exporter.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.interfaces import Check
from pivot_dvc_export.document import document
from pivot_dvc_export.judgement import judged
from pivot_dvc_export.notation import dumps
from pivot_dvc_export.structure import problems

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from pivot.interfaces import ExportRecord, Plan

_MARK = "# Written by 'pivot export'"
_HEADER = f"{_MARK} from the code of the pipeline: change that, and export again.\n"


class DvcExporter:
    """Writes a `dvc.yaml`, and a `dvc.lock` for what is up to date."""

    file_name = "dvc.yaml"
    record_name = "dvc.lock"
    #: DVC, or None: it is looked for.
    program: str | None = None

    def export(self, plan: Plan) -> str:
        """Give the text of the file."""
        return _HEADER + dumps(document(plan))

    def owns(self, text: str) -> bool:
        """Say whether a file begins with the comment that an exported one begins with."""
        return text.startswith(_MARK)

    def validate(self, plan: Plan, text: str, root: Path) -> tuple[Check, ...]:
        """Check the text by itself and, if nothing is wrong with that, by DVC."""
        found = Check("structurally", tuple(problems(plan, text)))
        return (found,) if found.problems else (found, judged(plan, text, root, self.program))

    def record(self, plan: Plan, text: str, current: Collection[str], root: Path) -> ExportRecord:
        """Give the `dvc.lock` of the stages in `current`; raise `UsageError` without `.dvc`."""
        # Late: an export without a record doesn't need to read YAML as DVC does.
        from pivot_dvc_export.record import Record
        from pivot_dvc_export.repository import Repository

        Repository.around(root)
        return Record.of(plan, text, current, root, self.program)
