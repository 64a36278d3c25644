"""`pivot pull`: get results from a remote into the project.

Tests: tests/cli/test_sharing.py.
"""

from __future__ import annotations

import click

from pivot.cli.options import json_option, targets_argument
from pivot.cli.sharing import PULL, Wish, dry_run_option, jobs_option, remote_option, share


@click.command("pull", short_help="Get results from a remote into the project.")
@targets_argument
@remote_option
@jobs_option
@dry_run_option
@json_option
def pull(
    targets: tuple[str, ...],
    *,
    remote: str | None,
    jobs: int | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Get outputs from a remote, and make the outputs in the project what the locks say.

    TARGETS are names of stages, globs of names, or paths of outputs; without any, it is the entire
    pipeline. What the targets need comes, too, so that 'pivot run' has nothing to run. An output
    that was edited by hand is saved in the cache before it is replaced.

    The exit status is 1 if something can't be had.
    """
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    return share(api.pull, PULL, Wish(targets, remote, jobs, dry_run, as_json))
