"""Pivot as a library: what the command line does, as functions that return data.

Nothing here prints, exits, changes the working directory or handles signals. Each function takes
the project's root (found from the working directory by default) and, to embed Pivot without a
`pipeline.py`, a `Registry`. Example::

    report = pivot.run(targets=["train"], executor="inline")
    assert report.ok

Each
name is imported when it is first used. Tests: tests/test_api.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.late import late

if TYPE_CHECKING:
    from pivot.api.exporting import export, plan, prepare_export
    from pivot.api.looking import composition, explain, log, plugins, stages
    from pivot.api.running import run
    from pivot.api.sharing import fetch, pull, push, remotes
    from pivot.engine.cancellation import Cancellation
    from pivot.engine.certificate import Question
    from pivot.engine.composition import Composition
    from pivot.engine.report import Change, Explanation, RunReport, StageReport
    from pivot.exporters.export import Export
    from pivot.exporters.planning import describe
    from pivot.sync import Progress, RemoteInfo, Sharing, Shortage

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

_HOMES = {
    "Cancellation": "pivot.engine.cancellation",
    "Change": "pivot.engine.report",
    "Composition": "pivot.engine.composition",
    "Explanation": "pivot.engine.report",
    "Export": "pivot.exporters.export",
    "Progress": "pivot.sync",
    "Question": "pivot.engine.certificate",
    "RemoteInfo": "pivot.sync",
    "RunReport": "pivot.engine.report",
    "Sharing": "pivot.sync",
    "Shortage": "pivot.sync",
    "StageReport": "pivot.engine.report",
    "composition": "pivot.api.looking",
    "describe": "pivot.exporters.planning",
    "explain": "pivot.api.looking",
    "export": "pivot.api.exporting",
    "fetch": "pivot.api.sharing",
    "log": "pivot.api.looking",
    "plan": "pivot.api.exporting",
    "plugins": "pivot.api.looking",
    "prepare_export": "pivot.api.exporting",
    "pull": "pivot.api.sharing",
    "push": "pivot.api.sharing",
    "remotes": "pivot.api.sharing",
    "run": "pivot.api.running",
    "stages": "pivot.api.looking",
}

# Type checkers know all names from above, and shall tell of any other.
if not TYPE_CHECKING:  # pragma: no branch
    __getattr__ = late(__name__, _HOMES)
