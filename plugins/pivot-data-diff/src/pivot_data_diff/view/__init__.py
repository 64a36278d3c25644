"""The view of a report on the whole terminal, with keys to look around: `pivot data diff` there.

`show` is all that others use; Textual is imported by nobody else. The changes of a table must be
`StoredChanges`, which `Options(stored=True)` gives. Tests: tests/view/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pivot_data_diff.result import Report

__all__ = ["show"]


def show(report: Report) -> int:
    """Show a report until the user leaves; give 0, or 128 and the signal that ended it."""
    # Late: who prints needs no Textual.
    from pivot_data_diff.view.app import DiffApp

    app = DiffApp(report)
    app.run()
    if app.broken is not None:
        raise app.broken
    return app.return_code or 0
