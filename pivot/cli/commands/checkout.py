"""`pivot checkout`: make outputs what the locks say, from the cache.

Tests: tests/cli/commands/test_checkout.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pivot.cli.machine import reserved, say_json
from pivot.cli.options import in_project, json_option, targets_argument
from pivot.cli.sharing import error, plugin_host, warning
from pivot.cli.terminal import complain, say
from pivot.cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.api import Checkout


@click.command("checkout", short_help="Bring back outputs as the locks say, from the cache.")
@targets_argument
@click.option("-f", "--force", is_flag=True, help="Replace outputs that were edited, too.")
@json_option
def checkout(targets: tuple[str, ...], *, force: bool, as_json: bool) -> int:
    """Make outputs what the stages' locks say, from the cache.

    TARGETS are names of stages, globs of names, or paths of outputs; without any, it is the entire
    pipeline. Use it after 'git checkout', or to undo what a failed stage or a slip of the hand did.
    An output that was edited is left as it is; with --force, it is saved in the cache and replaced.

    The exit status is 1 if an output is not what its lock says then.
    """
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    with reserved():
        report = api.checkout(
            targets=in_project(targets, Path.cwd()), force=force, plugins=plugin_host()
        )
    for line in _trouble(report):
        complain(line)
    if as_json:
        say_json(report.to_json())
    else:
        say("\n".join(_summary(report)))
    return int(not report.complete)


def _summary(report: Checkout) -> Iterator[str]:
    number = len(report.restored)
    names = f": {', '.join(report.restored)}" if report.restored else ""
    yield f"restored {plural(number, 'output')}{names}; {report.unchanged} unchanged"
    if report.never_run:
        yield f"without results, since they never ran: {', '.join(report.never_run)}"


def _trouble(report: Checkout) -> Iterator[str]:
    for stage, message in report.warnings:
        yield warning(f"{stage}: {message}")
    for stage, path in report.edited:
        yield error(f"{path} of {stage} was edited, and is left as it is")
    if report.edited:
        yield "  --force saves it in the cache, and replaces it"
    for stage, path in report.missing:
        yield error(f"{path} of {stage} is not in the cache")
    if report.missing:
        yield "  get it with 'pivot pull', or make it with 'pivot run'"
