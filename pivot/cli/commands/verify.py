"""`pivot verify`: whether stages make the same again, from a clean copy.

Tests: tests/cli/commands/test_verify.py.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from pivot.cli.machine import reserved, say_json
from pivot.cli.options import in_project, json_option, targets_argument
from pivot.cli.terminal import in_colour, say
from pivot.cli.wording import plural

if TYPE_CHECKING:
    from pivot.api import Verified

_STYLES = {"same": "green", "different": "red", "failed": "red", "untried": "yellow"}


@click.command("verify", short_help="Check that stages make the same again, from a clean copy.")
@targets_argument
@click.option(
    "--sample",
    metavar="N",
    type=click.IntRange(min=1),
    help="Take only N of the stages, by chance.",
)
@click.option(
    "--seed", metavar="N", type=int, default=0, help="Which ones --sample takes; 0 by default."
)
@click.option("--keep", is_flag=True, help="Leave the copies where they are, to be looked at.")
@json_option
def verify(
    targets: tuple[str, ...], *, sample: int | None, seed: int, keep: bool, as_json: bool
) -> int:
    """Run stages once more, each in a clean copy of the project, and compare what they make.

    TARGETS are names of stages, globs of names, or paths of outputs; without any, it is the entire
    pipeline. A copy has the project's code and the stage's inputs as its lock names them, and no
    other data. So results that come out different each time are found, and files that are read
    without being declared, also by libraries that don't read through Python. Each difference is
    named by its first place. Nothing in the project changes.

    The exit status is 1 unless all stages made the same.
    """
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    with reserved() as out:
        found = api.verify(
            targets=in_project(targets, Path.cwd()),
            sample=sample,
            seed=seed,
            keep=keep,
            on_verified=None if as_json else lambda one: _tell(one, out),
        )
    same = sum(one.result == "same" for one in found)
    if as_json:
        say_json([dataclasses.asdict(one) for one in found])
    elif found:
        say(f"{same} of {plural(len(found), 'stage')} made the same again")
    else:
        say("There are no stages.")
    return int(same < len(found))


def _tell(one: Verified, out: TextIO) -> None:
    word = click.style(str(one.result), fg=_STYLES[one.result])
    lines = [f"{one.stage}: {word}"]
    lines += [f"  {line}" for text in one.details for line in text.splitlines()]
    if one.kept:
        lines.append(f"  the copy is {one.kept}")
    click.echo("\n".join(lines), file=out, color=in_colour(out))
    out.flush()
