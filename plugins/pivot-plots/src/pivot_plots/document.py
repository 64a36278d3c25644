"""What was found out about plots, for programs: docs/plots.schema.json describes it.

Example: `document(gathered, "plots.html")["plots"]`. Tests: tests/test_cli.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pivot_plots.gathering import Gathered, Plot, Version

#: Raised with every change of the document.
FORMAT_VERSION = 1


def document(found: Gathered, page: str | None) -> dict[str, Any]:
    """Give the documented form; `page` is the file that was written, if one was."""
    return {
        "version": FORMAT_VERSION,
        "page": page,
        "sides": [side.to_json() for side in found.sides],
        "different": different(found),
        "plots": [_plot(plot) for plot in found.plots],
        "problems": [problem.message for problem in found.problems],
    }


def different(found: Gathered) -> bool:
    """Say whether any plot is known to differ."""
    return any(plot.status not in {"same", "unknown"} for plot in found.plots)


def _plot(plot: Plot) -> dict[str, Any]:
    return {
        "path": plot.path,
        "stage": plot.stage,
        "kind": plot.kind,
        "status": plot.status,
        "versions": [_version(version) for version in plot.versions],
    }


def _version(version: Version) -> dict[str, Any]:
    pixels = version.pixels
    fields: dict[str, Any] = {
        "present": version.present,
        "size": None if version.data is None else len(version.data),
        "error": None if version.error is None else version.error.message,
    }
    if version.table is not None:
        rows = len(next(iter(version.table.values()), ()))
        fields |= {"columns": list(version.table), "rows": rows}
    if pixels is not None:
        fields["pixels"] = {
            "changed": pixels.changed,
            "total": pixels.total,
            "most": pixels.most,
            "size": list(pixels.new_size),
            "size_before": list(pixels.old_size),
        }
    return fields
