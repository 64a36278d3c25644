"""`pivot params`: the parameters of stages, and how they changed.

Tests: tests/cli/commands/test_params.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pivot.cli.comparing import comparing, exit_code_option
from pivot.cli.completing import complete_stages, complete_targets
from pivot.cli.formats import ABSENT, format_option, formatted, rounded, shown
from pivot.cli.machine import reserved
from pivot.cli.options import in_project, set_option
from pivot.cli.terminal import say

if TYPE_CHECKING:
    from pivot.api import Difference, ParamsDiff, StageValues


@click.group("params", short_help="Show and compare parameters.")
def params() -> None:
    """Show the parameters of stages, where they come from, and how they changed.

    From the weakest to the strongest: the code, pivot.yaml, params.yaml, environment variables
    PIVOT_PARAMS__STAGE__NAME, and --set.
    """


@params.command("show", short_help="Print the values that stages see.")
@click.argument("targets", metavar="[STAGE]...", nargs=-1, shell_complete=complete_targets)
@set_option
@format_option
def show(targets: tuple[str, ...], *, settings: tuple[str, ...], format_: str) -> None:
    """Print the values that each STAGE would see now, and where each comes from.

    STAGE is a name, a glob of names, or the path of an output; without any, it is the entire
    pipeline. Nothing is run.
    """
    # Late: they bring the engine, which a command that fails on its options does not need.
    from pivot import api

    with reserved():
        found = api.show_params(targets=in_project(targets, Path.cwd()), params=settings)
    rows = [("Stage", "Parameter", "Value", "From"), *_rows(found)]
    if format_ == "table" and len(rows) == 1:
        say("There are no parameters.")
    else:
        say(formatted(format_, rows, api.values_to_json(found)))


def _rows(found: tuple[StageValues, ...]) -> list[tuple[str, ...]]:
    # Late, as above.
    from pivot.api import untagged

    return [
        (one.stage, param.name, shown(untagged(param.value)[1]), param.origin)
        for one in found
        for param in one.params
    ]


@params.command("diff", short_help="Print how parameters changed.")
@click.argument("old", metavar="[REV_A", default="HEAD")
@click.argument("new", metavar="[REV_B]]", required=False)
@click.option(
    "--stage",
    "stages",
    metavar="STAGE",
    multiple=True,
    shell_complete=complete_stages,
    help="Compare only stages of this name or glob of names; may be repeated.",
)
@click.option(
    "--precision",
    metavar="N",
    type=click.IntRange(min=0),
    help="Round numbers to N digits after the point.",
)
@set_option
@exit_code_option
@format_option
def diff(
    old: str,
    new: str | None,
    *,
    stages: tuple[str, ...],
    precision: int | None,
    settings: tuple[str, ...],
    exit_code: bool,
    format_: str,
) -> int:
    """Print the parameters that differ between two revisions, or a revision and the workspace.

    REV_A is the last commit if it is not given, and REV_B is the workspace. Of a revision, the
    values are those with which the stages ran, as the locks that it holds say; of the workspace,
    those that the stages would see now.
    """
    if settings and new is not None:
        raise click.UsageError("--set goes with the workspace, not with two revisions")
    # Late, as above.
    from pivot import api

    with reserved(), comparing():
        found = api.diff_params(old=old, new=new, stages=stages, params=settings)
    if format_ == "table" and not found.differences:
        say(f"No parameter differs between {found.old.name} and {found.new.name}.")
    else:
        say(formatted(format_, _changes(found, precision), _document(found, precision)))
    return int(exit_code and bool(found.differences))


def _changes(found: ParamsDiff, precision: int | None) -> list[tuple[str, ...]]:
    rows = [(d.stage, d.name, *_sides(d, precision)) for d in found.differences]
    return [("Stage", "Parameter", found.old.name, found.new.name), *rows]


def _sides(difference: Difference, precision: int | None) -> tuple[str, str]:
    """Give both values; in full if they would look the same."""
    # Late, as above.
    from pivot.api import untagged

    both = (difference.old, difference.new)
    old, new = (shown(rounded(untagged(value)[1], precision)) for value in both)
    if old == new:
        old, new = shown(difference.old), shown(difference.new)
    return old if difference.in_old else ABSENT, new if difference.in_new else ABSENT


def _document(found: ParamsDiff, precision: int | None) -> dict[str, Any]:
    document = found.to_json()
    return document | {"changes": rounded(document["changes"], precision)}
