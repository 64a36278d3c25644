"""Push, fetch and pull: from a session and targets to a report.

A *push* sends the outputs of the targets; a *fetch* gets those of the targets and of all that they
need, since that is what makes `pivot run` do nothing. A *pull* is a fetch that then makes the
outputs in the workspace what the locks say. Tests: tests/test_sync.py, tests/cli/test_sharing.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.engine.commit import Committer
from pivot.errors import UsageError, WaitTimeoutError
from pivot.frozen import frozen
from pivot.store.hold import Hold, holder
from pivot.store.lock import read_lock
from pivot.sync.report import RemoteInfo, Sharing, Wanted
from pivot.sync.synchronizer import Synchronizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pivot.config import Settings
    from pivot.interfaces import Remote
    from pivot.session import Session
    from pivot.sync.report import Progress

_TICK_SECONDS = 0.05


@frozen
class Options:
    """How something is shared."""

    #: The name of a remote; None: the default one.
    remote: str | None = None
    #: Only say what would be moved.
    dry_run: bool = False
    #: Called in the calling thread whenever some bytes were moved.
    on_progress: Callable[[Progress], None] | None = None


def remotes(settings: Settings) -> tuple[RemoteInfo, ...]:
    """Give all remotes by name."""
    default = settings.default_remote
    if default is None and len(settings.remotes) == 1:
        (default,) = settings.remotes
    return tuple(
        RemoteInfo(name, url, name == default) for name, url in sorted(settings.remotes.items())
    )


def choose_remote(settings: Settings, name: str | None) -> RemoteInfo:
    """Give the remote of a name, or else the default one; raise `UsageError` if there is none."""
    known = {info.name: info for info in remotes(settings)}
    defaults = [info.name for info in known.values() if info.default]
    wanted = name or settings.default_remote or next(iter(defaults), None)
    if wanted in known:
        return known[wanted]
    names = ", ".join(known)
    place = f"pivot config set remotes.{wanted or 'origin'} s3://bucket/prefix"
    if wanted is None and known:
        raise UsageError(
            f"there are several remotes ({names}), and none of them is the default",
            hint="choose one: pivot config set default_remote NAME, or --remote NAME",
        )
    if wanted is None:
        raise UsageError("there is no remote yet", hint=f"give it a place: {place}")
    others = f"there are: {names}; or " if known else ""
    raise UsageError(
        f"there is no remote called {wanted!r}", hint=f"{others}give it a place: {place}"
    )


def push(session: Session, targets: Sequence[str], options: Options) -> Sharing:
    """Send the outputs of the targets, as their locks name them, to a remote."""
    return _moved(session, session.graph.select(targets), options, Synchronizer.push)


def fetch(session: Session, targets: Sequence[str], options: Options) -> Sharing:
    """Get the outputs of the targets, and of what they need, from a remote into the cache."""
    return _moved(session, session.selected(tuple(targets)), options, Synchronizer.fetch)


def pull(session: Session, targets: Sequence[str], options: Options) -> Sharing:
    """Fetch, then bring back into the workspace what differs from the locks.

    An output that was edited by hand is saved in the cache first; that is told as a warning.
    """
    report = fetch(session, targets, options)
    if options.dry_run:
        return report
    warnings: list[tuple[str, str]] = []
    committer = Committer(session.workspace, dict, lambda *warning: warnings.append(warning))
    restored: list[str] = []
    for name in session.selected(tuple(targets)):
        with _held(session, name):
            lock = read_lock(session.workspace.layout.lock_file(name))
            # By another algorithm nothing in the workspace can be compared with the lock.
            if lock is not None and lock.algorithm == session.settings.hash:
                restored += committer.checkout(session.stages[name], lock)
    return dataclasses.replace(report, restored=tuple(restored), warnings=tuple(warnings))


def _moved(
    session: Session,
    names: tuple[str, ...],
    options: Options,
    move: Callable[..., None],
) -> Sharing:
    chosen = choose_remote(session.settings, options.remote)
    wanted, never_run = _wanted(session, names)
    with contextlib.closing(_open(session, chosen)) as remote:
        synchronizer = Synchronizer(
            session.workspace.layout, session.workspace.cache, remote, options.on_progress
        )
        contents = list(dict.fromkeys(item.content for item in wanted))
        move(synchronizer, contents, dry_run=options.dry_run)
    tally = synchronizer.tally
    return Sharing(
        remote=chosen.name,
        dry_run=options.dry_run,
        files=tally.files,
        size=tally.size,
        present=tally.present,
        shortages=tally.shortages((item, synchronizer.keys(item.content)) for item in wanted),
        never_run=never_run,
    )


def _open(session: Session, chosen: RemoteInfo) -> Remote:
    address = chosen.url
    if "://" not in address:
        address = str(session.root / Path(address).expanduser())
    return session.host.open_remote(address)


def _wanted(session: Session, names: tuple[str, ...]) -> tuple[list[Wanted], tuple[str, ...]]:
    """Give what the locks of stages name, and the stages that have none."""
    wanted: list[Wanted] = []
    never_run: list[str] = []
    for name in names:
        lock = read_lock(session.workspace.layout.lock_file(name))
        if lock is None:
            never_run.append(name)
            continue
        cached = {(out.name, out.path) for out in session.stages[name].outs if out.cache}
        wanted += [
            Wanted(name, record.path, record.content)
            for record in lock.outs
            if (record.name, record.path) in cached
        ]
    return wanted, tuple(never_run)


@contextlib.contextmanager
def _held(session: Session, stage: str) -> Iterator[None]:
    """Keep other processes from running a stage; wait if one is running it."""
    file = session.workspace.layout.hold_file(stage)
    patience = session.settings.lock_timeout
    since = time.monotonic()
    while (hold := Hold.try_acquire(file)) is None:
        if time.monotonic() - since > patience:
            raise WaitTimeoutError(f"waited {patience:g} s for {holder(file)}")
        time.sleep(_TICK_SECONDS)
    with hold:
        yield
