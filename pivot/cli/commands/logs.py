"""`pivot logs`: what a stage printed. Tests: tests/cli/commands/test_logs.py."""

from __future__ import annotations

from pathlib import Path

import click

from pivot.cli.completing import complete_targets
from pivot.cli.machine import reserved
from pivot.cli.options import in_project
from pivot.cli.terminal import complain, say
from pivot.errors import UsageError


@click.command("logs", short_help="Show what a stage printed when it last ran.")
@click.argument("stage", shell_complete=complete_targets)
def logs(stage: str) -> None:
    """Show what STAGE printed when it last ran, or prints while it runs."""
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    with reserved():
        text = api.log(*in_project([stage], Path.cwd()))
    if text is None:
        raise UsageError(
            f"there is no log of {stage!r}: it has not run here, or not in a worker process",
            hint="with --executor inline or interpreters, stages print straight to the terminal",
        )
    if text:
        say(text.removesuffix("\n"))
    else:
        complain(f"{stage} printed nothing when it last ran")
