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
    from pivot.api.accepting import Acceptances, Accepted, accept
    from pivot.api.diagnosing import doctor
    from pivot.api.exporting import export, plan, prepare_export
    from pivot.api.looking import composition, explain, log, plugins, stages
    from pivot.api.measuring import diff_metrics, metrics_history, show_metrics
    from pivot.api.parameters import diff_params, show_params
    from pivot.api.remembering import history, past_run
    from pivot.api.reviewing import affected, verify
    from pivot.api.running import run
    from pivot.api.sharing import checkout, fetch, pull, push, remote_status, remotes
    from pivot.api.storing import (
        CacheCheck,
        CacheSize,
        cache_size,
        collect_garbage,
        collect_remote_garbage,
        verify_cache,
    )
    from pivot.api.versions import blame, get_data
    from pivot.api.watching import WatchControl, watch
    from pivot.doctor import Diagnosis, Finding
    from pivot.engine.cancellation import Cancellation
    from pivot.engine.certificate import Question
    from pivot.engine.composition import Composition
    from pivot.engine.history import RunRecord, StageRecord
    from pivot.engine.parameters import (
        Difference,
        ParamsDiff,
        ParamValue,
        StageValues,
        values_to_json,
    )
    from pivot.engine.report import Change, Explanation, RunReport, StageReport
    from pivot.exporters.export import Export
    from pivot.exporters.planning import describe
    from pivot.past.affected import Affected, AffectedStage
    from pivot.past.courses import Course, MetricsHistory, Point
    from pivot.past.getting import Getting, Got
    from pivot.past.measured import FileChanges, Measured, Metrics, MetricsDiff
    from pivot.past.provenance import Link, Provenance, Step
    from pivot.past.verifying import Verified
    from pivot.stage_def.leaves import untagged
    from pivot.sync import (
        Checkout,
        Cleaning,
        OutputStanding,
        Progress,
        RemoteInfo,
        Sharing,
        Shortage,
        Standing,
    )

__all__ = [
    "Acceptances",
    "Accepted",
    "Affected",
    "AffectedStage",
    "CacheCheck",
    "CacheSize",
    "Cancellation",
    "Change",
    "Checkout",
    "Cleaning",
    "Composition",
    "Course",
    "Diagnosis",
    "Difference",
    "Explanation",
    "Export",
    "FileChanges",
    "Finding",
    "Getting",
    "Got",
    "Link",
    "Measured",
    "Metrics",
    "MetricsDiff",
    "MetricsHistory",
    "OutputStanding",
    "ParamValue",
    "ParamsDiff",
    "Point",
    "Progress",
    "Provenance",
    "Question",
    "RemoteInfo",
    "RunRecord",
    "RunReport",
    "Sharing",
    "Shortage",
    "StageRecord",
    "StageReport",
    "StageValues",
    "Standing",
    "Step",
    "Verified",
    "WatchControl",
    "accept",
    "affected",
    "blame",
    "cache_size",
    "checkout",
    "collect_garbage",
    "collect_remote_garbage",
    "composition",
    "describe",
    "diff_metrics",
    "diff_params",
    "doctor",
    "explain",
    "export",
    "fetch",
    "get_data",
    "history",
    "log",
    "metrics_history",
    "past_run",
    "plan",
    "plugins",
    "prepare_export",
    "pull",
    "push",
    "remote_status",
    "remotes",
    "run",
    "show_metrics",
    "show_params",
    "stages",
    "untagged",
    "values_to_json",
    "verify",
    "verify_cache",
    "watch",
]

_HOMES = {
    "Acceptances": "pivot.api.accepting",
    "Accepted": "pivot.api.accepting",
    "Affected": "pivot.past.affected",
    "AffectedStage": "pivot.past.affected",
    "CacheCheck": "pivot.api.storing",
    "CacheSize": "pivot.api.storing",
    "Cancellation": "pivot.engine.cancellation",
    "Change": "pivot.engine.report",
    "Checkout": "pivot.sync",
    "Cleaning": "pivot.sync",
    "Composition": "pivot.engine.composition",
    "Course": "pivot.past.courses",
    "Diagnosis": "pivot.doctor",
    "Difference": "pivot.engine.parameters",
    "Explanation": "pivot.engine.report",
    "Export": "pivot.exporters.export",
    "FileChanges": "pivot.past.measured",
    "Finding": "pivot.doctor",
    "Getting": "pivot.past.getting",
    "Got": "pivot.past.getting",
    "Link": "pivot.past.provenance",
    "Measured": "pivot.past.measured",
    "Metrics": "pivot.past.measured",
    "MetricsDiff": "pivot.past.measured",
    "MetricsHistory": "pivot.past.courses",
    "OutputStanding": "pivot.sync",
    "ParamValue": "pivot.engine.parameters",
    "ParamsDiff": "pivot.engine.parameters",
    "Point": "pivot.past.courses",
    "Progress": "pivot.sync",
    "Provenance": "pivot.past.provenance",
    "Question": "pivot.engine.certificate",
    "RemoteInfo": "pivot.sync",
    "RunRecord": "pivot.engine.history",
    "RunReport": "pivot.engine.report",
    "Sharing": "pivot.sync",
    "Shortage": "pivot.sync",
    "StageRecord": "pivot.engine.history",
    "StageReport": "pivot.engine.report",
    "StageValues": "pivot.engine.parameters",
    "Standing": "pivot.sync",
    "Step": "pivot.past.provenance",
    "Verified": "pivot.past.verifying",
    "WatchControl": "pivot.api.watching",
    "accept": "pivot.api.accepting",
    "affected": "pivot.api.reviewing",
    "blame": "pivot.api.versions",
    "cache_size": "pivot.api.storing",
    "checkout": "pivot.api.sharing",
    "collect_garbage": "pivot.api.storing",
    "collect_remote_garbage": "pivot.api.storing",
    "composition": "pivot.api.looking",
    "describe": "pivot.exporters.planning",
    "diff_metrics": "pivot.api.measuring",
    "diff_params": "pivot.api.parameters",
    "doctor": "pivot.api.diagnosing",
    "explain": "pivot.api.looking",
    "export": "pivot.api.exporting",
    "fetch": "pivot.api.sharing",
    "get_data": "pivot.api.versions",
    "history": "pivot.api.remembering",
    "log": "pivot.api.looking",
    "metrics_history": "pivot.api.measuring",
    "past_run": "pivot.api.remembering",
    "plan": "pivot.api.exporting",
    "plugins": "pivot.api.looking",
    "prepare_export": "pivot.api.exporting",
    "pull": "pivot.api.sharing",
    "push": "pivot.api.sharing",
    "remote_status": "pivot.api.sharing",
    "remotes": "pivot.api.sharing",
    "run": "pivot.api.running",
    "show_metrics": "pivot.api.measuring",
    "show_params": "pivot.api.parameters",
    "stages": "pivot.api.looking",
    "untagged": "pivot.stage_def.leaves",
    "values_to_json": "pivot.engine.parameters",
    "verify": "pivot.api.reviewing",
    "verify_cache": "pivot.api.storing",
    "watch": "pivot.api.watching",
}

# Type checkers know all names from above, and shall tell of any other.
if not TYPE_CHECKING:  # pragma: no branch
    __getattr__ = late(__name__, _HOMES)
