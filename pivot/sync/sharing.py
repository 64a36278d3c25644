"""Push, fetch and pull: from a session and targets to a report.

A *push* sends the outputs of the targets; a *fetch* gets those of the targets and of all that they
need, since that is what makes `pivot run` do nothing. A *pull* is a fetch that then makes the
outputs in the workspace what the locks say. Tests: tests/test_sync.py, tests/cli/test_sharing.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from typing import TYPE_CHECKING

from pivot.engine.judge import lock_key
from pivot.errors import PivotError
from pivot.frozen import frozen
from pivot.store.lock import read_lock
from pivot.store.runs import Result
from pivot.sync.checkout import bring_back
from pivot.sync.entries import encode_entry
from pivot.sync.opening import choose_remote, open_remembering
from pivot.sync.projects import registration
from pivot.sync.report import Sharing
from pivot.sync.selection import select, wanted_outputs
from pivot.sync.staging import staging
from pivot.sync.supply import Supplier, supply_all
from pivot.sync.synchronizer import Synchronizer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from pivot.interfaces import Remote
    from pivot.session import Session
    from pivot.store.cache import CorruptBlobError
    from pivot.store.content import Content
    from pivot.sync.opening import Options
    from pivot.sync.report import Tally, Wanted
    from pivot.sync.selection import Selection


def push(session: Session, targets: Sequence[str], options: Options) -> Sharing:
    """Send the outputs of the targets, as their locks name them, to a remote.

    With them goes, for each stage all of whose outputs are there then, what its run was.
    """
    selection = select(session.graph, targets)
    return _moved(session, selection, options, Synchronizer.push, _push_runs)


def fetch(session: Session, targets: Sequence[str], options: Options) -> Sharing:
    """Get the outputs of the targets, and of what they need, from a remote into the cache."""
    chosen = select(session.graph, targets, with_needs=True)
    return _moved(session, chosen, options, Synchronizer.fetch, _fetch_runs)


def pull(session: Session, targets: Sequence[str], options: Options) -> Sharing:
    """Fetch, then bring back into the workspace what differs from the locks.

    An output that was edited by hand is saved in the cache first; that is told as a warning.
    """
    report = fetch(session, targets, options)
    if options.dry_run:
        return report
    selection = select(session.graph, targets, with_needs=True)
    brought = bring_back(session, selection, force=True)
    warnings = (*report.warnings, *brought.warnings)
    return dataclasses.replace(report, restored=brought.restored, warnings=warnings)


def _moved(
    session: Session,
    selection: Selection,
    options: Options,
    move: Callable[..., None],
    move_runs: Callable[[_Transfer], _Runs],
) -> Sharing:
    chosen = choose_remote(session.settings, options.remote)
    wanted, never_run = wanted_outputs(session, selection)
    with contextlib.closing(open_remembering(session, chosen, options)) as remote:
        cache = session.workspace.cache
        mend = functools.partial(_take_from_workspace, session, wanted)
        synchronizer = Synchronizer(
            session.workspace.layout, cache, remote, options.on_progress, mend
        )
        contents = list(dict.fromkeys(item.content for item in wanted))
        move(synchronizer, contents, dry_run=options.dry_run)
        tally = synchronizer.tally
        shortages = tally.shortages((item, synchronizer.keys(item.content)) for item in wanted)
        warnings = _corrupt(
            cache.condemned, [(one, synchronizer.keys(one.content)) for one in wanted]
        )
        short = {shortage.stage for shortage in shortages} | set(never_run)
        transfer = _Transfer(session, selection, options, remote, tally, frozenset(short))
        runs = _Runs() if options.dry_run else move_runs(transfer)
    return Sharing(
        remote=chosen.name,
        dry_run=options.dry_run,
        files=tally.files,
        size=tally.size,
        present=tally.present,
        runs=runs.number,
        shortages=shortages,
        never_run=tuple(name for name in never_run if name not in runs.supplied),
        warnings=warnings,
    )


def _take_from_workspace(session: Session, wanted: Sequence[Wanted], content: Content) -> None:
    """Put a content into the cache again that still lies where its stage made it."""
    workspace = session.workspace
    for one in wanted:
        with contextlib.suppress(PivotError):  # whatever lies there, it isn't this
            if one.content == content and workspace.content(one.path) == content:
                workspace.cache.add(workspace.path(one.path), content, apart=True)
                return


def _corrupt(
    condemned: Mapping[str, CorruptBlobError], owners: Iterable[tuple[Wanted, Collection[str]]]
) -> tuple[tuple[str, str], ...]:
    """Say what was found damaged in the cache, with a stage that made it."""
    stages = {key: one.stage for one, keys in owners for key in keys}
    return tuple((stages.get(key, "cache"), error.message) for key, error in condemned.items())


@frozen
class _Runs:
    """What was moved of what stages without a fitting lock have made."""

    number: int = 0
    #: Those that have what they would make now.
    supplied: frozenset[str] = frozenset()


@frozen
class _Transfer:
    """A transfer whose outputs have been moved."""

    session: Session
    selection: Selection
    options: Options
    remote: Remote
    tally: Tally
    #: The stages of which not everything is there.
    short: frozenset[str]

    @property
    def whole(self) -> list[str]:
        """The stages that were asked for as stages, and not only some of their outputs."""
        return [name for name in self.selection.names if name not in self.selection.paths]


def _push_runs(transfer: _Transfer) -> _Runs:
    """Send the entries of the runs that made what the locks name.

    With them goes what tells that this project uses the remote.
    """
    session = transfer.session
    project, data = registration(session.root)
    entries = {project: data}
    for name in transfer.whole:
        lock = read_lock(session.workspace.layout.lock_file(name))
        if lock is not None and lock.outs and name not in transfer.short:
            # What was accepted here is no result of a run.
            made = lock.as_made
            run = lock_key(made, session.settings.fingerprint_packages)
            key, data = encode_entry(run, Result(made.outs, made.traced))
            entries[key] = data
    missing = transfer.remote.missing(entries.keys())
    if missing:
        with staging(session.workspace.layout) as directory:
            files = {key: directory / key for key in sorted(missing)}
            for key, file in files.items():
                file.write_bytes(entries[key])
            transfer.remote.upload(files, lambda _: None)
    return _Runs(len(missing - {project}))


def _fetch_runs(transfer: _Transfer) -> _Runs:
    """Get what a run would restore though no lock names it."""
    session, tally = transfer.session, transfer.tally
    supplier = Supplier(session.workspace, transfer.remote, transfer.options.on_progress)
    supplied = supply_all(session, transfer.whole, supplier)
    tally.files += supplier.files
    tally.size += supplier.size
    return _Runs(len(supplied), frozenset(supplied))
