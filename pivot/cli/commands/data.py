"""`pivot data`: files as they were, and with plugins how they differ.

Tests: tests/cli/commands/test_data.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pivot.cli.completing import complete_targets
from pivot.cli.lazy import Builtin, LazyGroup
from pivot.cli.machine import reserved, say_json
from pivot.cli.options import in_project, json_option
from pivot.cli.sharing import Bar, plugin_host, remote_option, size
from pivot.cli.terminal import complain, say
from pivot.cli.wording import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.past.getting import Getting, Got

data = LazyGroup(
    "data",
    builtins={
        "get": Builtin(__name__, "get", "Get files as they were at a revision."),
    },
    words=("data",),
    short_help="Get data as it was, and compare it.",
    help="Get data as it was at a revision, and compare it.",
)


@click.command("get", short_help="Get files as they were at a revision.")
@click.argument(
    "targets", metavar="TARGET...", nargs=-1, required=True, shell_complete=complete_targets
)
@click.option("--rev", metavar="REV", required=True, help="The revision: a branch, tag or commit.")
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=click.Path(),
    help="Where to; by default to its own place in the project.",
)
@click.option("-f", "--force", is_flag=True, help="Replace what is there.")
@remote_option
@json_option
def get(
    targets: tuple[str, ...],
    *,
    rev: str,
    output: str | None,
    force: bool,
    remote: str | None,
    as_json: bool,
) -> None:
    """Get files, directories, or all outputs of stages as they were at a revision.

    TARGET is the path of an output, of a file or directory inside of one, or of a file that git
    has; the name of a stage; or a glob of one of these. What the locks of the revision name comes
    from the cache, or else from a remote. Nothing else is touched: neither locks nor the commit
    that is checked out.

    With one path as TARGET, PATH is its new name, or the directory to put it into if there is one
    of that name or it ends in a slash. With several TARGETs or a stage, PATH is a directory, and
    they keep their paths in it. Nothing is replaced without --force.
    """
    # Late: it brings what a command that fails on its options does not need.
    from pivot import api

    with reserved(), Bar("get") as bar:
        found = api.get_data(
            in_project(targets, Path.cwd()),
            rev=rev,
            output=output,
            force=force,
            remote=remote,
            on_progress=bar.show,
            plugins=plugin_host(),
        )
    for path, hash_ in found.saved:
        complain(f"{path}: what was there is saved in the cache as {hash_}")
    if as_json:
        say_json(found.to_json())
    else:
        say("\n".join(columns(_rows(found))))


def _rows(found: Getting) -> Iterator[tuple[str, ...]]:
    for one in found.files:
        amount = "" if one.size is None else size(one.size)
        yield (
            f"{one.path} at {found.revision}",
            f"from {_source(one)}",
            amount,
            f"-> {_shown(one.target)}",
        )


def _source(one: Got) -> str:
    return one.source if one.source == "git" else f"the {one.source}"


def _shown(target: Path) -> str:
    here = Path.cwd()
    return str(target.relative_to(here)) if target.is_relative_to(here) else str(target)
