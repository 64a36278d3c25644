"""What Pivot calls for `pivot export --format dvc`. Tests: tests/test_exporter.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.interfaces import Check
from pivot_dvc_export.document import document
from pivot_dvc_export.judgement import judged
from pivot_dvc_export.notation import dumps
from pivot_dvc_export.structure import problems

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.interfaces import Plan

_MARK = "# Written by 'pivot export'"
_HEADER = f"{_MARK} from the code of the pipeline: change that, and export again.\n"


class DvcExporter:
    """Writes a `dvc.yaml`."""

    file_name = "dvc.yaml"

    def export(self, plan: Plan) -> str:
        """Give the text of the file."""
        return _HEADER + dumps(document(plan))

    def owns(self, text: str) -> bool:
        """Say whether a file begins with the comment that an exported one begins with."""
        return text.startswith(_MARK)

    def validate(self, plan: Plan, text: str, root: Path) -> tuple[Check, ...]:
        """Check the text by itself and, if nothing is wrong with that, by DVC."""
        found = Check("structurally", tuple(problems(plan, text)))
        return (found,) if found.problems else (found, judged(plan, text, root))
