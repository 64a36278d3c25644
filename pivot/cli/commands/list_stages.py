"""`pivot list`: the stages of the pipeline. Tests: tests/cli/commands/test_list_stages.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pivot.cli.machine import reserved, say_json
from pivot.cli.options import json_option
from pivot.cli.terminal import say
from pivot.cli.wording import columns

if TYPE_CHECKING:
    from pivot.interfaces import StagePlan
    from pivot.stage import Stage


@click.command("list", short_help="List the stages of the pipeline.")
@json_option
def list_stages(*, as_json: bool) -> None:
    """List all stages in the order in which they can run: function, place, inputs, outputs."""
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    with reserved():
        found = [(stage, api.describe(stage)) for stage in api.stages()]
    if as_json:
        say_json([_as_json(stage, plan) for stage, plan in found])
    else:
        say("\n".join(_as_text(stage, plan) for stage, plan in found) or "There are no stages.")


def _as_text(stage: Stage, plan: StagePlan) -> str:
    what = plan.function if plan.command is None else f"$ {plan.command}"
    title = f"{click.style(plan.name, bold=True)}  {what}  {stage.place}"
    rows = [("reads", plan.deps), ("writes", [out.path for out in plan.outs])]
    return "\n".join([title, *columns((f"  {w}", ", ".join(paths)) for w, paths in rows if paths)])


def _as_json(stage: Stage, plan: StagePlan) -> dict[str, Any]:
    command = {} if plan.command is None else {"command": plan.command}
    return {
        "name": plan.name,
        "function": plan.function,
        **command,
        "deps": plan.deps,
        "outs": [out.path for out in plan.outs],
        "params": plan.params,
        "file": stage.place.file,
        "line": stage.place.line,
        "mutex": stage.mutex,
    }
