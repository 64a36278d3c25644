"""`pivot init`: a new project that runs. Tests: tests/cli/commands/test_init.py."""

from __future__ import annotations

from pathlib import Path

import click

from pivot.cli.terminal import say


@click.command("init", short_help="Start a project with a small pipeline.")
def init() -> None:
    """Start a project here: a pipeline.py to change, the data it reads, and .pivot/.

    Nothing that exists is overwritten.
    """
    # Late: nobody else needs the store without the engine.
    from pivot.cli.starter import create

    made = create(Path.cwd())
    lines = [f"created {path}" for path in made]
    say("\n".join([*lines, "", *_NEXT]))


_NEXT = (
    "Next:",
    "  pivot run       runs the two stages of pipeline.py",
    "  pivot run       again: nothing has changed, nothing runs",
    "  edit 'celsius' in pipeline.py, then 'pivot explain' says what would run, and why",
)
