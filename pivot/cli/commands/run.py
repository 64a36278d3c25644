"""`pivot run`: bring stages up to date, and show how it goes.

Tests: tests/cli/commands/test_run.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pivot.cli.completing import complete_plugins
from pivot.cli.machine import json_line, reserved
from pivot.cli.options import in_project, set_option, targets_argument
from pivot.cli.terminal import is_terminal, say
from pivot.cli.unchanged import up_to_date
from pivot.cli.wish import Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pivot.api import Question
    from pivot.cli.display import Display
    from pivot.events import Event


@click.command("run", short_help="Run what is not up to date.")
@targets_argument
@click.option("--explain", "mode", flag_value="explain", help="Say why stages would run; run none.")
@click.option("--dry-run", "mode", flag_value="dry-run", help="Say what would happen; do nothing.")
@click.option("--diff", is_flag=True, help="With --explain: show how the source of code differs.")
@set_option
@click.option("-f", "--force", is_flag=True, help="Run the targets even if they are up to date.")
@click.option(
    "-k",
    "--keep-going",
    is_flag=True,
    help="After a failure, go on with what does not depend on it.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Let stages read and write only what they declare (Linux); others fail.",
)
@click.option("--pull", is_flag=True, help="Get what the remote has, instead of running it.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="How many stages may run at once.")
@click.option("--watch", is_flag=True, help="Run again whenever files change, until Ctrl-C.")
@click.option("--restart", is_flag=True, help="With --watch: let a change stop the run it affects.")
@click.option(
    "--glob",
    "globs",
    metavar="GLOB",
    multiple=True,
    help="With --watch: which files to watch, as in a .gitignore; again for more.",
)
@click.option(
    "--debounce",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="With --watch: how long nothing must follow a change.",
)
@click.option("--tui", is_flag=True, help="Show the run on the whole terminal, with keys.")
@click.option(
    "--executor",
    metavar="NAME",
    shell_complete=complete_plugins("pivot.executors"),
    help="What runs stages: loky, inline, interpreters, or a plugin's.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, no text.")
@click.option("-q", "--quiet", is_flag=True, help="Print failures and warnings only.")
def run(
    targets: tuple[str, ...],
    *,
    mode: str | None,
    diff: bool,
    settings: tuple[str, ...],
    force: bool,
    keep_going: bool,
    strict: bool,
    pull: bool,
    jobs: int | None,
    watch: bool,
    restart: bool,
    globs: tuple[str, ...],
    debounce: float | None,
    tui: bool,
    executor: str | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run the stages that are not up to date, and all that they need.

    TARGETS are names of stages, globs of names, or paths of outputs; without any, it is the entire
    pipeline. A stage whose outputs are in the cache is restored instead of run; with --pull, also
    one that ran anywhere with the same code, parameters and inputs, and was pushed.
    """
    if as_json and quiet:
        raise click.UsageError("--json and --quiet can't be used together")
    if diff and mode != "explain":
        raise click.UsageError("--diff goes with --explain")
    if tui:
        _check_tui(mode, as_json=as_json, quiet=quiet)
    if (restart or globs or debounce is not None) and not watch:
        raise click.UsageError("--restart, --glob and --debounce go with --watch")
    if watch and mode is not None:
        raise click.UsageError(f"--watch runs stages, and --{mode} runs none")
    if strict and mode is not None:
        raise click.UsageError(f"--strict is for stages that run, and --{mode} runs none")
    if pull and (watch or mode is not None):
        raise click.UsageError(f"--pull and --{mode or 'watch'} can't be used together")
    chosen = in_project(targets, Path.cwd())
    if mode is not None:
        return _foretell(chosen, settings, mode, force=force, diff=diff, as_json=as_json)
    wish = Wish(chosen, settings, force, keep_going or None, jobs, executor)
    wish = dataclasses.replace(wish, strict=strict or None, pull=pull)
    if watch:
        wish = dataclasses.replace(wish, restart=restart, globs=globs, debounce=debounce)
    if tui:
        # Late, as below.
        from pivot.cli.showing import show

        return show(wish, "tui", watching=watch)
    with _display(as_json=as_json, quiet=quiet) as display:
        if watch:
            # Late, as below.
            from pivot.cli.watching import watch as watch_files

            return watch_files(wish, display)
        question = None if force or as_json else _question(quiet=quiet)
        return _run(dataclasses.replace(wish, question=question), display)


def _check_tui(mode: str | None, *, as_json: bool, quiet: bool) -> None:
    """Raise `UsageError` for what has no use for a whole terminal, or if there is none."""
    other = "json" if as_json else "quiet" if quiet else mode
    if other:
        raise click.UsageError(f"--tui and --{other} can't be used together")
    for name, stream in {"input": sys.stdin, "output": sys.stdout}.items():
        if not is_terminal(stream):
            raise click.UsageError(f"--tui needs a terminal, and standard {name} is none")


def _question(*, quiet: bool) -> Callable[[int], Question] | None:
    typed = click.get_current_context().find_object(tuple)
    if not typed or typed[0] != "run":
        return None

    def ask(stages: int) -> Question:
        # Late, as below.
        from pivot.api import Question

        return Question(typed, "" if quiet else f"{up_to_date(stages)}\n")

    return ask


def _foretell(
    targets: tuple[str, ...],
    settings: tuple[str, ...],
    mode: str,
    *,
    force: bool,
    diff: bool,
    as_json: bool,
) -> int:
    # Late: they bring the engine, which a command that fails on its options does not need.
    from pivot import api
    from pivot.cli.explaining import explanation_text, forecast_lines, forecast_total

    with reserved() as out:
        found = api.explain(targets=targets, params=settings, force=force, diff=diff)
        if as_json:
            out.writelines(json_line(explanation.to_json()) for explanation in found)
    if as_json:
        return 0
    if mode == "explain":
        texts = [explanation_text(explanation) for explanation in found]
        say("\n\n".join(texts) or "There are no stages.")
    else:
        say("\n".join([*forecast_lines(found), forecast_total(found)]))
    return 0


def _run(wish: Wish, display: Display) -> int:
    # Late, as above.
    from pivot import api
    from pivot.cli.stopping import Stopper
    from pivot.events import RunStarted, Warned
    from pivot.plugins import PluginHost

    cancellation = api.Cancellation()
    with Stopper(cancellation, display) as stopper:

        def on_event(event: Event) -> None:
            if isinstance(event, RunStarted):
                stopper.watch()
            display.tell(event)

        report = api.run(
            **wish.options,
            pull=wish.pull,
            question=wish.question,
            on_event=on_event,
            on_progress=display.pull if wish.pull else None,
            cancellation=cancellation,
            plugins=PluginHost(on_problem=lambda problem: display.tell(Warned(str(problem)))),
        )
        display.finish(report)
        return stopper.exit_status(report)


@contextlib.contextmanager
def _display(*, as_json: bool, quiet: bool) -> Iterator[Display]:
    # Late: only the display that is used.
    from pivot.cli.display import JsonLines, Lines, Quiet

    if as_json:
        with reserved() as out:
            yield JsonLines(out)
    elif quiet:
        yield Quiet()
    elif is_terminal(sys.stdout):
        from pivot.cli.live import LiveLines

        with LiveLines() as live:
            yield live
    else:
        yield Lines()
