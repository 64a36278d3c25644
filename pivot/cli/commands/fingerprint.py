"""`pivot fingerprint`: what a stage's code consists of.

Tests: tests/cli/commands/test_fingerprint.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pivot.cli.completing import complete_targets
from pivot.cli.machine import reserved, say_json
from pivot.cli.options import in_project, json_option
from pivot.cli.terminal import say, speaks_unicode


@click.command("fingerprint", short_help="Show what the code of a stage consists of.")
@click.argument("stage", shell_complete=complete_targets)
@json_option
def fingerprint(stage: str, *, as_json: bool) -> None:
    """Show all that the code of STAGE consists of, as a tree of who names whom.

    Each line is a function, a class, a constant, a library..., with its hash or version, the place
    where it is defined, and a constant's value. A change of any of them runs the stage again.
    """
    # Late: they bring the engine, which a command that fails on its options does not need.
    from pivot import api
    from pivot.cli.composing import composition_lines

    with reserved():
        found = api.composition(*in_project([stage], Path.cwd()))
    if as_json:
        say_json(found.to_json())
    else:
        say("\n".join(composition_lines(found, boxes=speaks_unicode(sys.stdout))))
