"""`pivot status`: which stages are up to date. Tests: tests/cli/commands/test_status.py."""

from __future__ import annotations

from pathlib import Path

import click

from pivot.cli.machine import reserved, say_json
from pivot.cli.options import in_project, json_option, set_option, targets_argument
from pivot.cli.terminal import say


@click.command("status", short_help="Show which stages are up to date.")
@targets_argument
@click.option("--check", is_flag=True, help="Exit with status 1 if a stage is not up to date.")
@set_option
@json_option
def status(
    targets: tuple[str, ...], *, check: bool, settings: tuple[str, ...], as_json: bool
) -> int:
    """Show for each stage whether it is up to date, and if not, why.

    TARGETS are names of stages, globs of names, or paths of outputs; without any, it is the entire
    pipeline. What the targets need is shown too. Nothing is run.
    """
    # Late: they bring the engine, which a command that fails on its options does not need.
    from pivot import api
    from pivot.cli.explaining import forecast_lines, forecast_total

    with reserved():
        found = api.explain(targets=in_project(targets, Path.cwd()), params=settings)
    if as_json:
        say_json([explanation.to_json() for explanation in found])
    else:
        say("\n".join([*forecast_lines(found), forecast_total(found)]))
    return int(check and any(explanation.would_run for explanation in found))
