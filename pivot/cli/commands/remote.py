"""`pivot remote`: the places that results are shared by, and what is there.

Tests: tests/cli/test_sharing.py, tests/cli/commands/test_remote_status.py.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pivot.cli.machine import reserved, say_json
from pivot.cli.options import in_project, json_option, targets_argument
from pivot.cli.sharing import jobs_option, plugin_host, remote_option, size
from pivot.cli.terminal import say
from pivot.cli.wording import columns, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.api import OutputStanding, Standing


@click.group("remote", short_help="Show the remotes, and what they hold.")
def remote() -> None:
    """Show the remotes: the places that push, fetch and pull use.

    A remote is a setting: 'pivot config set remotes.origin s3://bucket/prefix'.
    """


@remote.command("list", short_help="List the remotes.")
@json_option
def list_(*, as_json: bool) -> None:
    """List the remotes and where they are, and mark the default one."""
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    found = api.remotes()
    if as_json:
        say_json([dataclasses.asdict(info) for info in found])
        return
    rows = [
        (click.style(info.name, bold=True), info.url, "(default)" if info.default else "")
        for info in found
    ]
    nothing = "No remotes are set; add one: pivot config set remotes.origin s3://bucket/prefix"
    say("\n".join(columns(rows)) or nothing)


@remote.command("status", short_help="Compare the cache with a remote.")
@targets_argument
@remote_option
@jobs_option
@json_option
def status(targets: tuple[str, ...], *, remote: str | None, jobs: int | None, as_json: bool) -> int:
    """Say which outputs a push would send and a fetch would get; nothing is moved.

    TARGETS are names of stages, globs of names, or paths of outputs; without any, it is the entire
    pipeline. The exit status is 1 if an output is neither in the cache nor in the remote.
    """
    # Late, as above.
    from pivot import api

    with reserved():
        found = api.remote_status(
            targets=in_project(targets, Path.cwd()),
            remote=remote,
            jobs=jobs,
            plugins=plugin_host(),
        )
    if as_json:
        say_json(found.to_json())
    else:
        say("\n".join(_lines(found)))
    return int(not found.complete)


def _lines(found: Standing) -> Iterator[str]:
    differing = [output for output in found.outputs if not (output.here and output.there)]
    rows = [
        (_WORDS[output.here, output.there](), output.stage, output.path, size(output.size))
        for output in differing
    ]
    yield from columns(rows)
    there = sum(output.there for output in found.outputs)
    total = plural(len(found.outputs), "output")
    yield f"{found.remote} holds {there} of {total}{_todo(differing)}"
    if found.never_run:
        yield f"without results, since they never ran: {', '.join(found.never_run)}"


#: Whether an output is here and there -> how that is said.
_WORDS = {
    (True, False): lambda: click.style("to push", fg="green"),
    (False, True): lambda: click.style("to fetch", fg="cyan"),
    (False, False): lambda: click.style("nowhere", fg="red"),
}


def _todo(differing: list[OutputStanding]) -> str:
    numbers = {
        "to push": sum(output.here for output in differing),
        "to fetch": sum(output.there for output in differing),
        "nowhere": sum(not output.here and not output.there for output in differing),
    }
    return "".join(f", {number} {words}" for words, number in numbers.items() if number)
