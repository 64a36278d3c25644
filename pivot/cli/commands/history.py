"""`pivot history` and `pivot show`: what ran when. Tests: tests/cli/commands/test_history.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pivot.cli.formats import format_option, formatted
from pivot.cli.machine import say_json
from pivot.cli.options import complete_stages, json_option
from pivot.cli.terminal import say
from pivot.cli.wording import STYLES, columns, counted, duration
from pivot.events import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.engine.history import RunRecord, StageRecord

_DEFAULT = 20
_FEW = 3


@click.command("history", short_help="Show what ran when.")
@click.argument("stages", nargs=-1, shell_complete=complete_stages)
@click.option(
    "-n",
    "--number",
    type=click.IntRange(min=1),
    default=_DEFAULT,
    show_default=True,
    help="How many runs to show at most, the last ones.",
)
@format_option
def history(stages: tuple[str, ...], *, number: int, format_: str) -> None:
    """Show the last runs: when, how long, and with which result.

    With STAGES, names or globs, only runs that found one of them out of date. Runs that found
    nothing to do are not kept. 'pivot show RUN' tells more of one.
    """
    from pivot import api  # late: a command that fails on its options does without

    runs = api.history(stages=stages)[:number]
    if not runs and format_ == "table":
        say("No run is kept yet." if not stages else "No run that is kept concerns these stages.")
        return
    rows = [("Run", "Started", "Took", "Result", "Stages"), *map(_row, runs)]
    say(formatted(format_, rows, [run.to_json() for run in runs]))


@click.command(
    "show",
    short_help="Show one run: what it did, why, and how that ended.",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("run", default="last")
@json_option
def show(run: str, *, as_json: bool) -> None:
    """Show what RUN did with each stage that was not up to date, why, and how that ended.

    RUN is a number that 'pivot history' shows, 'last', or counted from the end: -1, -2.
    """
    from pivot import api  # late, as above

    found = api.past_run(run)
    if as_json:
        say_json(found.to_json())
    else:
        say("\n".join(_told(found)))


def _row(run: RunRecord) -> tuple[str, ...]:
    names = [stage.name for stage in run.stages]
    shown = names if len(names) <= _FEW else [*names[:_FEW], f"{len(names) - _FEW} more"]
    stopped = "interrupted: " if run.interrupted else ""
    result = f"{stopped}{counted(run.counts)}"
    return (str(run.number), _when(run), duration(run.seconds), result, ", ".join(shown))


def _when(run: RunRecord) -> str:
    return run.began.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _told(run: RunRecord) -> Iterator[str]:
    wish = " ".join([*(["--force"] if run.forced else []), *run.targets])
    yield f"run {run.number}, started {_when(run)}, took {duration(run.seconds)}"
    yield f"  asked for: {wish or 'everything'}"
    yield f"  executor: {run.executor}"
    yield f"  {'interrupted: ' if run.interrupted else ''}{counted(run.counts)}"
    if run.stages:
        yield ""
        yield from columns([_stage_row(stage) for stage in run.stages])
    for stage in run.stages:
        if stage.error:
            failed = click.style("failed", fg=STYLES[Status.FAILED])
            yield ""
            yield f"{stage.name}: {failed}: {stage.error}"


def _stage_row(stage: StageRecord) -> tuple[str, ...]:
    status = click.style(str(stage.status), fg=STYLES[stage.status])
    took = duration(stage.seconds) if stage.status in {Status.RAN, Status.FAILED} else ""
    return (stage.name, status, took, "; ".join(stage.reasons))
