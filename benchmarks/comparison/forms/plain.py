"""The pipeline without any tool: scripts, one after the other. What a run from scratch makes."""

from __future__ import annotations

from benchmarks.comparison.forms.form import Form, plain_scripts
from benchmarks.comparison.project import STAGES

_ALL = """
import runpy

for stage in {stages!r}:
    runpy.run_path(f"scripts/{{stage}}.py", run_name="__main__")
"""

PLAIN = Form(
    tool="plain",
    requirements=(),
    files={**plain_scripts("scripts"), "run.py": _ALL.format(stages=STAGES)},
    command=("python", "run.py"),
)
