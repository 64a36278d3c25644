"""`pivot fetch`: get results from a remote into the cache.

Tests: tests/cli/test_sharing.py.
"""

from __future__ import annotations

import click

from pivot.cli.options import json_option, targets_argument
from pivot.cli.sharing import FETCH, Wish, dry_run_option, jobs_option, remote_option, share


@click.command("fetch", short_help="Get results from a remote into the cache.")
@targets_argument
@remote_option
@jobs_option
@dry_run_option
@json_option
def fetch(
    targets: tuple[str, ...],
    *,
    remote: str | None,
    jobs: int | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Get outputs from a remote into the cache; the files of the project stay as they are.

    TARGETS are names of stages, globs of names, or paths of outputs; without any, it is the entire
    pipeline. What the targets need comes, too, so that 'pivot run' finds it.

    The exit status is 1 if something can't be had.
    """
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    return share(api.fetch, FETCH, Wish(targets, remote, jobs, dry_run, as_json))
