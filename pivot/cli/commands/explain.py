"""`pivot explain`: why stages would run. Tests: tests/cli/commands/test_explain.py."""

from __future__ import annotations

from pathlib import Path

import click

from pivot.cli.machine import reserved, say_json
from pivot.cli.options import in_project, json_option, set_option, targets_argument
from pivot.cli.terminal import say


@click.command("explain", short_help="Explain why stages would run.")
@targets_argument
@click.option("--diff", is_flag=True, help="Show how the source of changed code differs.")
@set_option
@json_option
def explain(
    targets: tuple[str, ...], *, diff: bool, settings: tuple[str, ...], as_json: bool
) -> None:
    """Explain what would happen with stages, and each change that is a reason for it.

    TARGETS are names of stages, globs of names, or paths of outputs; without any, it is the entire
    pipeline. Nothing is run.
    """
    # Late: they bring the engine, which a command that fails on its options does not need.
    from pivot import api
    from pivot.cli.explaining import explanation_text

    with reserved():
        found = api.explain(
            targets=in_project(targets, Path.cwd()), params=settings, upstream=False, diff=diff
        )
    if as_json:
        say_json([explanation.to_json() for explanation in found])
    else:
        texts = [explanation_text(explanation) for explanation in found]
        say("\n\n".join(texts) or "There are no stages.")
