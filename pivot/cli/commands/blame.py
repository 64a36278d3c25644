"""`pivot blame`: who made a file, from what. Tests: tests/cli/commands/test_blame.py."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pivot.cli.completing import complete_targets
from pivot.cli.machine import say_json
from pivot.cli.options import in_project, json_option
from pivot.cli.terminal import say, speaks_unicode


@click.command("blame", short_help="Show who made a file, from what.")
@click.argument("path", shell_complete=complete_targets)
@click.option("--rev", metavar="REV", help="As it was at this revision, instead of now.")
@click.option("--all", "everything", is_flag=True, help="Show all code, however much it is.")
@json_option
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Write a page that shows it as a graph; it needs no network.",
)
def blame(path: str, *, rev: str | None, everything: bool, as_json: bool, page: str | None) -> None:
    """Show which stage made PATH, of what code, with which parameters and inputs, and so on.

    All that is said comes from the locks of the stages: of the workspace, or of a revision. For
    each step there is the commit that has its lock, and for what no stage made, the commit that
    brought it into git as it was read. Nothing is run or imported.
    """
    # Late: it brings what a command that fails on its options does not need.
    from pivot import api

    if as_json and page is not None:
        raise click.UsageError("--json and --html don't go together")
    (target,) = in_project([path], Path.cwd())
    found = api.blame(target, rev=rev)
    if as_json:
        say_json(found.to_json())
    elif page is not None:
        from pivot.cli.blame_page import blame_page
        from pivot.store.atomic import write_atomically

        write_atomically(Path(page), blame_page(found).encode())
        say(f"wrote {page}")
    else:
        from pivot.cli.blaming import told

        boxes = speaks_unicode(sys.stdout)
        say("\n".join(told(found, boxes=boxes, everything=everything)))
