"""`pivot accept`: say that a change of code makes no difference to what stages have made.

Tests: tests/cli/commands/test_accept.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pivot.cli.completing import complete_targets
from pivot.cli.machine import reserved, say_json
from pivot.cli.options import in_project, json_option
from pivot.cli.sharing import error
from pivot.cli.terminal import complain, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.api import Acceptances, Change


@click.command("accept", short_help="Say that a change of code makes no difference.")
@click.argument("targets", nargs=-1, required=True, shell_complete=complete_targets)
@click.option(
    "-m", "--reason", metavar="TEXT", default="", help="Why it makes none, for who reads the lock."
)
@click.option("--dry-run", is_flag=True, help="Say what would be accepted; accept nothing.")
@json_option
def accept(targets: tuple[str, ...], *, reason: str, dry_run: bool, as_json: bool) -> int:
    """Record that a reviewed change of code makes no difference to what stages have made.

    TARGETS are names of stages, globs of names, or paths of outputs. Their locks then name the code
    as it is now, with what it was when the outputs were made, which 'git diff' shows; 'pivot run'
    has nothing to do for them, until something else changes. Only changes of code can be accepted,
    versions of libraries among them; a stage with another change must run. For example, after a
    look at 'pivot explain train --diff': pivot accept train -m "renamed a variable"

    The exit status is 1 if one of the stages can't be accepted; then none is.
    """
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    with reserved():
        found = api.accept(in_project(targets, Path.cwd()), reason=reason, dry_run=dry_run)
    for stage, message in found.refused:
        complain(error(f"{stage}: {message}"))
    if as_json:
        say_json(found.to_json())
    elif not found.refused:
        say("\n".join(_lines(found)))
    return int(not found.complete)


def _lines(found: Acceptances) -> Iterator[str]:
    verb = "would be accepted" if found.dry_run else "accepted"
    for one in found.stages:
        if not one.changes:
            yield f"{one.stage}: nothing to accept, its code has not changed"
            continue
        yield f"{one.stage}: {verb}"
        yield from (f"  {_change(change)}" for change in one.changes)


def _change(change: Change) -> str:
    place = f" ({change.place})" if change.place else ""
    return f"{change.summary}: {change.name}{place}"
