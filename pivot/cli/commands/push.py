"""`pivot push`: send results to a remote.

Tests: tests/cli/test_sharing.py.
"""

from __future__ import annotations

import click

from pivot.cli.options import json_option, targets_argument
from pivot.cli.sharing import PUSH, Wish, dry_run_option, jobs_option, remote_option, share


@click.command("push", short_help="Send results to a remote.")
@targets_argument
@remote_option
@jobs_option
@dry_run_option
@click.option(
    "--refresh", is_flag=True, help="Ask the remote for everything, also for what was seen there."
)
@json_option
def push(
    targets: tuple[str, ...],
    *,
    remote: str | None,
    jobs: int | None,
    dry_run: bool,
    refresh: bool,
    as_json: bool,
) -> int:
    """Send the outputs of stages from the cache to a remote, unless it has them.

    TARGETS are names of stages, globs of names, or paths of outputs; without any, it is the entire
    pipeline. What is sent is what the stages' locks name; commit those to git.

    The exit status is 1 if something can't be had.
    """
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    return share(api.push, PUSH, Wish(targets, remote, jobs, dry_run, as_json, refresh))
