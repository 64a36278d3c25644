"""What does a `dvc.yaml` say of a plan? For each stage what DVC would need to run it again.

    stages:
      train:
        desc: Fit the model.
        cmd: pivot run train
        deps:
          - clean.csv
          - pipeline.py
        params:
          - train.learning_rate
        outs:
          - model.pkl
        metrics:
          - scores.json:
              cache: false

The command lets Pivot do the work, which decides once more: where DVC sees a file changed and Pivot
knows that nothing of it matters, the outputs come from Pivot's cache.
Tests: tests/test_document.py.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from pivot_dvc_export.names import dvc_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.interfaces import OutPlan, Plan, StagePlan
    from pivot_dvc_export.notation import Plain

PARAMS_FILE = "params.yaml"
#: The lists of outputs, in the order in which they are written.
OUT_LISTS = {"outs": ("out", "incremental"), "metrics": ("metric",), "plots": ("plot",)}
# DVC takes apart the name of a parameter at its points, and takes `*`, `?` and `[` for patterns.
_ADDRESSABLE = re.compile(r"(?!(?:true|false|null)$)[A-Za-z_][\w@+-]*", re.IGNORECASE)


def document(plan: Plan) -> Plain:
    """Give the content of the file; stages are in the order of the plan."""
    return {"stages": {dvc_name(stage.name): _stage(stage) for stage in plan.stages}}


def command(stage: str) -> str:
    """Give the command that brings a stage up to date."""
    return f"pivot run {shlex.quote(stage)}"


def _stage(stage: StagePlan) -> Plain:
    entry: dict[str, Plain] = {
        "desc": stage.description,
        "cmd": command(stage.name),
        "deps": [*dependencies(stage)],
        "params": parameters(stage),
    }
    for title, kinds in OUT_LISTS.items():
        entry[title] = [_out(out) for out in stage.outs if out.kind in kinds]
    return {title: value for title, value in entry.items() if value}


def dependencies(stage: StagePlan) -> list[str]:
    """Give the paths of what a stage reads and of the files that its code is in, each once."""
    declared = [path.rstrip("/") for path in stage.deps]
    # A stage may read one file under two names, or read its own source.
    return [*dict.fromkeys([*declared, *stage.sources])]


def parameters(stage: StagePlan) -> list[Plain]:
    """Give the names of the parameters that `params.yaml` sets, as DVC writes them."""
    names = [(stage.name, field) for field in stage.overridden]
    together = stage.name.partition("@")[0]
    names += [(together, field) for field in stage.overridden_together]
    if stage.command is not None:
        return [*_read_by(stage)]
    if all(_ADDRESSABLE.fullmatch(part) for name in names for part in name):
        return [".".join(name) for name in names]
    # No values at all mean the file as a whole.
    return [{PARAMS_FILE: None}]


def _read_by(stage: StagePlan) -> Iterator[Plain]:
    """Give what a command reads from files of parameters."""
    for file, names in stage.reads_params.items():
        plain = all(_ADDRESSABLE.fullmatch(part) for name in names for part in name.split("."))
        listed: list[Plain] = [*names] if plain else []
        if file == PARAMS_FILE and listed:
            yield from listed
        else:
            yield {file: listed or None}


def is_cached(out: OutPlan) -> bool:
    """Say whether DVC shall keep an output in its cache; it refuses to cache what git has."""
    return out.cache and not out.tracked


def _out(out: OutPlan) -> Plain:
    path = out.path.rstrip("/")
    flags: dict[str, Plain] = {}
    if not is_cached(out):
        flags["cache"] = False
    if out.kind == "incremental":
        # DVC would remove it before the command runs.
        flags["persist"] = True
    return {path: flags} if flags else path
