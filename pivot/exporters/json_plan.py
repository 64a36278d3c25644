"""A plan as JSON, for programs that want to know the pipeline without importing it.

The text has a version, and a schema (`docs/plan.schema.json`, draft 2020-12) that says what each
key means. A later version may have more keys; if one changes its meaning the number changes.
Example::

    {
      "version": 1,
      "stages": [
        {
          "name": "clean",
          "function": "pipeline:clean",
          ...
        }
      ],
      "edges": [["clean", "train"]]
    }

Tests: tests/exporters/test_json_plan.py.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pivot.interfaces import OutPlan, Plan, StagePlan

VERSION = 1


class JsonExporter:
    """Writes one object."""

    def export(self, plan: Plan) -> str:
        """Give the object: every stage in the plan's order, then every edge."""
        content = {
            "version": VERSION,
            "stages": [_stage(stage) for stage in plan.stages],
            "edges": [list(edge) for edge in plan.edges],
        }
        return f"{json.dumps(content, indent=2, ensure_ascii=False)}\n"


def _stage(stage: StagePlan) -> dict[str, object]:
    command = {} if stage.command is None else {"command": stage.command}
    return {
        "name": stage.name,
        "function": stage.function,
        **command,
        "description": stage.description,
        "deps": list(stage.deps),
        "sources": list(stage.sources),
        "params": dict(stage.params),
        "outs": [_out(out) for out in stage.outs],
    }


def _out(out: OutPlan) -> dict[str, object]:
    return {"path": out.path, "kind": out.kind, "cache": out.cache, "tracked": out.tracked}
