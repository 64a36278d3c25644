"""Sending results to a remote, and getting them from there.

Example: `push(targets=["train"], remote="origin").complete`. Tests: tests/cli/test_sharing.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pivot import sync
from pivot.api.opening import open_session
from pivot.config import load_settings
from pivot.paths import find_root

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pivot.api.opening import Root
    from pivot.plugins import PluginHost
    from pivot.registry import Registry
    from pivot.sync import Checkout, Progress, RemoteInfo, Sharing, Standing


def push(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    remote: str | None = None,
    jobs: int | None = None,
    dry_run: bool = False,
    refresh: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> Sharing:
    """Send the outputs of the targets from the cache to a remote, unless it has them.

    Args:
        root: the project's directory, or one inside it.
        targets: stage names, globs of them, or output paths; everything by default. A stage means
            all its outputs, a path just that output.
        remote: the name of a remote of the settings; the default one if it's None.
        jobs: how many transfers at a time; by default as many as the remote finds right.
        dry_run: say what would be sent, and send nothing.
        refresh: ask the remote also for what this project has put there, or seen there.
        on_progress: called whenever some bytes were moved, in the calling thread.
        registry: the stages, instead of those that `pipeline.py` registers.
        plugins: a plugin host with objects that answer or listen; a new one by default.

    Returns:
        A report, also of what is nowhere to be found.

    Raises:
        RemoteError: the remote can't be reached, or refuses. What was moved before stays moved.
        PivotError: for whatever is wrong with the pipeline, a lock, or the call.
    """
    with open_session(root, registry, {}, plugins) as session:
        options = sync.Options(remote, jobs, dry_run, on_progress, refresh)
        return sync.push(session, targets, options)


def fetch(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    remote: str | None = None,
    jobs: int | None = None,
    dry_run: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> Sharing:
    """Get the outputs of the targets, and of all that they need, from a remote into the cache.

    Of a target that is a path only that output. Takes, gives and raises what `push` does.
    """
    with open_session(root, registry, {}, plugins) as session:
        return sync.fetch(session, targets, sync.Options(remote, jobs, dry_run, on_progress))


def pull(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    remote: str | None = None,
    jobs: int | None = None,
    dry_run: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> Sharing:
    """Fetch, then make the outputs in the workspace what the locks say.

    An output that was edited by hand is saved in the cache before it's replaced. Takes, gives and
    raises what `push` does; with `dry_run`, it's a dry `fetch`.
    """
    with open_session(root, registry, {}, plugins) as session:
        return sync.pull(session, targets, sync.Options(remote, jobs, dry_run, on_progress))


def checkout(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    force: bool = False,
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> Checkout:
    """Make the outputs of the targets what the locks say, from the cache alone.

    An output that holds what nobody has saved is left as it is and named in the report; with
    `force` it is saved in the cache, and replaced. Takes and raises what `push` does.
    """
    with open_session(root, registry, {}, plugins) as session:
        return sync.checkout(session, targets, force=force)


def remote_status(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    remote: str | None = None,
    jobs: int | None = None,
    registry: Registry | None = None,
    plugins: PluginHost | None = None,
) -> Standing:
    """Say which outputs of the targets are in the cache, and which in a remote.

    Takes and raises what `push` does.
    """
    with open_session(root, registry, {}, plugins) as session:
        return sync.standing(session, targets, sync.Options(remote, jobs))


def remotes(root: Root = None) -> tuple[RemoteInfo, ...]:
    """Give the remotes that the project's settings name."""
    start = Path(root) if root is not None else Path.cwd()
    return sync.remotes(load_settings(find_root(start)))
