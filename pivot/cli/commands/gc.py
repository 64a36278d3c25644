"""`pivot gc`: remove what nothing refers to any more.

Tests: tests/cli/commands/test_gc.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, override

import click

from pivot.cli.completing import complete_remotes
from pivot.cli.machine import say_json
from pivot.cli.options import json_option
from pivot.cli.sharing import plugin_host, size
from pivot.cli.terminal import say
from pivot.cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.api import Cleaning

_AGE = re.compile(r"(\d+)([mhdw]?)")
_SECONDS = {"": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Age(click.ParamType):
    """An age such as `12h`, in seconds."""

    name = "age"

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        found = _AGE.fullmatch(str(value))
        # A number alone could mean anything, except for nothing.
        if found is None or (not found[2] and int(found[1])):
            self.fail(f"{value!r} is not an age, like 30m, 12h, 14d, 2w, or 0", param, ctx)
        return int(found[1]) * _SECONDS[found[2]]


@click.command("gc", short_help="Remove what nothing refers to any more.")
@click.option("-y", "--yes", is_flag=True, help="Remove it; without this, only say what would go.")
@click.option(
    "--remote",
    metavar="[NAME]",
    is_flag=False,
    flag_value="",
    shell_complete=complete_remotes,
    help="Clean a remote, not the cache; without a name, the default one.",
)
@click.option(
    "--grace",
    type=Age(),
    metavar="AGE",
    help="Keep what is younger than this (30m, 12h, 14d; 1d for the cache, 14d for a remote).",
)
@click.option(
    "--others-gone",
    is_flag=True,
    help="Clean a remote that other projects have pushed to, which don't need it any more.",
)
@json_option
def gc(
    *, yes: bool, remote: str | None, grace: float | None, others_gone: bool, as_json: bool
) -> None:
    """Remove results from the cache, or from a remote, that nothing refers to any more.

    Kept is whatever a branch, a tag, a stash, the files of the project or a recent run (see 'pivot
    history') refers to, and what is younger than the grace period. Before a remote is cleaned, 'git
    fetch' all that others have pushed. One that other projects push to, too, is left alone.
    """
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    if remote is None:
        if others_gone:
            raise click.UsageError("--others-gone goes with --remote")
        report = api.collect_garbage(grace=grace, remove=yes)
    else:
        report = api.collect_remote_garbage(
            remote=remote or None,
            grace=grace,
            remove=yes,
            others_gone=others_gone,
            plugins=plugin_host(),
        )
    if as_json:
        say_json(report.to_json())
    else:
        say("\n".join(_lines(report)))


def _lines(report: Cleaning) -> Iterator[str]:
    verb = "removed" if report.removed else "would remove"
    where = f" from {report.remote}" if report.remote else ""
    young = ""
    if report.young_files:
        amount = f"{plural(report.young_files, 'file')} ({size(report.young_size)})"
        young = f", and {amount} not old enough to go"
    yield f"{verb} {plural(report.files, 'file')} ({size(report.size)}){where}"
    yield f"kept {plural(report.kept_files, 'file')} ({size(report.kept_size)}) in use{young}"
    if report.files and not report.removed:
        yield "Nothing is removed without --yes."
