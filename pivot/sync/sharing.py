"""Push, fetch and pull: from a session and targets to a report.

A *push* sends the outputs of the targets; a *fetch* gets those of the targets and of all that they
need, since that is what makes `pivot run` do nothing. A *pull* is a fetch that then makes the
outputs in the workspace what the locks say. Tests: tests/test_sync.py, tests/cli/test_sharing.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

from pivot.sync.checkout import bring_back
from pivot.sync.opening import choose_remote, open_remote
from pivot.sync.report import Sharing
from pivot.sync.selection import select, wanted_outputs
from pivot.sync.synchronizer import Synchronizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pivot.session import Session
    from pivot.sync.opening import Options
    from pivot.sync.selection import Selection


def push(session: Session, targets: Sequence[str], options: Options) -> Sharing:
    """Send the outputs of the targets, as their locks name them, to a remote."""
    return _moved(session, select(session.graph, targets), options, Synchronizer.push)


def fetch(session: Session, targets: Sequence[str], options: Options) -> Sharing:
    """Get the outputs of the targets, and of what they need, from a remote into the cache."""
    chosen = select(session.graph, targets, with_needs=True)
    return _moved(session, chosen, options, Synchronizer.fetch)


def pull(session: Session, targets: Sequence[str], options: Options) -> Sharing:
    """Fetch, then bring back into the workspace what differs from the locks.

    An output that was edited by hand is saved in the cache first; that is told as a warning.
    """
    report = fetch(session, targets, options)
    if options.dry_run:
        return report
    selection = select(session.graph, targets, with_needs=True)
    brought = bring_back(session, selection, force=True)
    return dataclasses.replace(report, restored=brought.restored, warnings=brought.warnings)


def _moved(
    session: Session,
    selection: Selection,
    options: Options,
    move: Callable[..., None],
) -> Sharing:
    chosen = choose_remote(session.settings, options.remote)
    wanted, never_run = wanted_outputs(session, selection)
    with contextlib.closing(open_remote(session, chosen, options.jobs)) as remote:
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
