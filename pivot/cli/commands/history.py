"""`pivot history` and `pivot show`: what ran when. Tests: tests/cli/commands/test_history.py."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from pivot.cli.completing import complete_runs, complete_stages
from pivot.cli.formats import format_option, formatted
from pivot.cli.machine import say_json
from pivot.cli.options import json_option
from pivot.cli.terminal import say
from pivot.cli.wording import STYLES, columns, counted, duration, plural
from pivot.events import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.engine.history import RunRecord, StageRecord

_DEFAULT = 20
_FEW = 3
#: The executor that has no workers.
_INLINE = "inline"
_SHORT_COMMIT = 12


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
@json_option
def history(stages: tuple[str, ...], *, number: int, format_: str, as_json: bool) -> None:
    """Show the last runs: when, how long, and with which result.

    With STAGES, names or globs, only runs that found one of them out of date. Runs that found
    nothing to do are not kept. 'pivot show RUN' tells more of one.
    """
    from pivot import api  # late: a command that fails on its options does without

    format_ = "json" if as_json else format_

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
@click.argument("run", default="last", shell_complete=complete_runs)
@json_option
@click.pass_context
def show(context: click.Context, run: str, *, as_json: bool) -> None:
    """Show what RUN did with each stage that was not up to date, why, and how that ended.

    RUN is a number that 'pivot history' shows, 'last', or counted from the end: -1, -2.
    """
    from pivot import api  # late, as above

    if run.startswith("--"):
        # Only what looks like -1 is no option.
        raise click.NoSuchOption(run, possibilities=["--json"], ctx=context)
    found = api.past_run(run)
    if as_json:
        say_json(found.to_json())
    else:
        say("\n".join([*_told(found), *_logs(found)]))


def _row(run: RunRecord) -> tuple[str, ...]:
    names = [stage.name for stage in run.stages]
    shown = names if len(names) <= _FEW else [*names[:_FEW], f"{len(names) - _FEW} more"]
    return (str(run.number), _when(run), duration(run.seconds), _result(run), ", ".join(shown))


def _when(run: RunRecord) -> str:
    return run.began.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _result(run: RunRecord) -> str:
    how = "killed: " if run.unfinished else "interrupted: " if run.interrupted else ""
    return f"{how}{counted(run.counts)}"


def _told(run: RunRecord) -> Iterator[str]:
    yield f"run {run.number}, started {_when(run)}, took {duration(run.seconds)}"
    yield f"  asked for: {_wish(run)}"
    workers = "" if run.executor == _INLINE else f", {plural(run.workers, 'worker')}"
    yield f"  executor: {run.executor}{workers}"
    if run.commit:
        changes = {True: ", with changes", False: "", None: ", perhaps with changes"}[run.dirty]
        yield f"  commit: {run.commit[:_SHORT_COMMIT]}{changes}"
    yield f"  {_result(run)}"
    if run.stages:
        yield ""
        yield from columns(row for stage in run.stages for row in _stage_rows(stage))
    for stage in run.stages:
        if stage.error:
            failed = click.style("failed", fg=STYLES[Status.FAILED])
            yield ""
            yield f"{stage.name}: {failed}: {stage.error}"


def _wish(run: RunRecord) -> str:
    """Give what could be typed to ask for the same."""
    options = {"--watch": run.watch, "--force": run.forced, "--keep-going": run.keep_going}
    chosen = [option for option, given in options.items() if given]
    settings = [word for text in run.params for word in ("--set", text)]
    return shlex.join([*(run.targets or ["everything"]), *chosen, *settings])


def _stage_rows(stage: StageRecord) -> Iterator[tuple[str, ...]]:
    status = click.style(str(stage.status), fg=STYLES[stage.status])
    tried = f" at attempt {stage.attempts}" if stage.attempts > 1 else ""
    took = duration(stage.seconds) if stage.status in {Status.RAN, Status.FAILED} else ""
    first, *others = stage.reasons or ("",)
    yield (stage.name, f"{status}{tried}", took, first)
    yield from (("", "", "", reason) for reason in others)


def _logs(run: RunRecord) -> Iterator[str]:
    """Say how to see what failed stages printed, as far as nothing was printed since."""
    from pivot import api  # late, as above

    for stage in run.stages:
        if stage.status is Status.FAILED and run.executor != _INLINE:
            last = next((one.number for one in api.history(stages=[stage.name])), 0)
            if last == run.number:
                yield f"\n'pivot logs {stage.name}' shows what it printed"
