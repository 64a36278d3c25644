"""`pivot affected`: the stages that a change touches.

Tests: tests/cli/commands/test_affected.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pivot.cli.comparing import comparing, exit_code_option
from pivot.cli.machine import reserved, say_json
from pivot.cli.options import json_option
from pivot.cli.terminal import say
from pivot.cli.wording import columns, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.api import Affected, AffectedStage

#: How many reasons are written beside a stage.
_SHOWN = 2


@click.command("affected", short_help="List the stages that a change touches.")
@click.option(
    "--since", metavar="REV", default="HEAD", help="Compare with this commit; HEAD by default."
)
@click.option("--names", is_flag=True, help="Print names only, of stages that there are now.")
@exit_code_option
@json_option
def affected(*, since: str, names: bool, exit_code: bool, as_json: bool) -> int:
    """List the stages that are not made of the same at a commit and in the working tree.

    A stage is affected if its code, its parameters or its inputs differ, or if it reads from one
    that is. Neither data nor results are needed: what git doesn't have of an input counts by what
    the locks say. Both pipelines are imported, from temporary copies. For example, in CI:
    pivot affected --since origin/main --names
    """
    if names and as_json:
        raise click.UsageError("--names and --json are two forms; take one of them")
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    with reserved(), comparing():
        found = api.affected(since)
    if as_json:
        say_json(found.to_json())
    elif names:
        present = [one.stage for one in found.stages if one.how != "removed"]
        if present:
            say("\n".join(present))
    else:
        say("\n".join(_lines(found)))
    return int(exit_code and bool(found.stages))


def _lines(found: Affected) -> Iterator[str]:
    yield from columns((one.stage, one.how, _why(one)) for one in found.stages)
    number = sum(one.how != "removed" for one in found.stages)
    verb = "is" if number == 1 else "are"
    yield f"{number} of {plural(found.total, 'stage')} {verb} affected since {found.since}"


def _why(one: AffectedStage) -> str:
    if not one.reasons:
        return f"of {', '.join(one.after)}" if one.how == "downstream" else ""
    more = len(one.reasons) - _SHOWN
    shown = "; ".join(map(str, one.reasons[:_SHOWN]))
    return f"{shown}; {more} more" if more > 0 else shown
