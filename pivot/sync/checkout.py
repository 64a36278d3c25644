"""Making the outputs in the workspace what the stages' locks say, from the cache alone.

What lies there and is in no cache was made by somebody's hand, or by a run of another kind: it is
left as it is and named, unless it is to be replaced; then it is saved in the cache before.
Example::

    brought = checkout(session, ["train"], force=False)
    assert brought.complete

Tests: tests/cli/commands/test_checkout.py, tests/cli/test_sharing.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from typing import TYPE_CHECKING, Any

from pivot.engine.commit import Committer
from pivot.errors import WaitTimeoutError
from pivot.frozen import frozen
from pivot.store.blobs import CorruptBlobError
from pivot.store.hold import Hold, holder
from pivot.store.lock import read_lock
from pivot.sync.selection import select

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pivot.session import Session
    from pivot.stage import Stage
    from pivot.store.content import Content
    from pivot.store.lock import Record
    from pivot.sync.selection import Selection

_TICK_SECONDS = 0.05


@frozen
class Checkout:
    """What a checkout came to; each output is a pair of a stage and a path."""

    #: The paths of outputs that were brought back, in the order of the stages.
    restored: tuple[str, ...] = ()
    #: How many outputs were what the locks say already.
    unchanged: int = 0
    #: Outputs that were left as they are, since nobody has saved what they hold.
    edited: tuple[tuple[str, str], ...] = ()
    #: Outputs that the cache doesn't hold.
    missing: tuple[tuple[str, str], ...] = ()
    #: Stages without a lock: nothing is known of their outputs.
    never_run: tuple[str, ...] = ()
    #: What else the user should know, as (stage, message).
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every output that was asked for is what its lock says."""
        return not self.edited and not self.missing

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`."""
        return {**dataclasses.asdict(self), "complete": self.complete}


def checkout(session: Session, targets: Sequence[str], *, force: bool = False) -> Checkout:
    """Bring back the outputs that targets mean; with `force`, those that were edited, too."""
    return bring_back(session, select(session.graph, targets), force=force)


def bring_back(session: Session, selection: Selection, *, force: bool) -> Checkout:
    """Bring back selected outputs; waits for a process that runs one of the stages."""
    return _Bringer(session, selection, force).bring()


class _Bringer:
    def __init__(self, session: Session, selection: Selection, force: bool) -> None:
        self._session = session
        self._workspace = session.workspace
        self._selection = selection
        self._force = force
        self._warnings: list[tuple[str, str]] = []
        self._committer = Committer(
            session.workspace, dict, lambda *warning: self._warnings.append(warning)
        )
        self._restored: list[str] = []
        self._edited: list[tuple[str, str]] = []
        self._missing: list[tuple[str, str]] = []
        self._never_run: list[str] = []
        #: What was said of damaged blobs, now and by a fetch before.
        self._told = {error.message for error in session.workspace.cache.condemned.values()}
        self._unchanged = 0

    def bring(self) -> Checkout:
        for name in self._selection.names:
            with held(self._session, name):
                self._bring_stage(self._session.stages[name])
            self._tell_corrupt(name)
        return Checkout(
            restored=tuple(self._restored),
            unchanged=self._unchanged,
            edited=tuple(self._edited),
            missing=tuple(self._missing),
            never_run=tuple(self._never_run),
            warnings=tuple(self._warnings),
        )

    def _tell_corrupt(self, stage: str) -> None:
        """Take note of what was damaged in the cache, with the stage that wanted it."""
        for message in (error.message for error in self._workspace.cache.condemned.values()):
            if message not in self._told:
                self._told.add(message)
                self._warnings.append((stage, message))

    def _bring_stage(self, stage: Stage) -> None:
        lock = read_lock(self._workspace.layout.lock_file(stage.name))
        if lock is None:
            self._never_run.append(stage.name)
            return
        # By another algorithm nothing in the workspace can be compared with the lock.
        if lock.algorithm != self._session.settings.hash:
            return
        records = self._selection.records(stage, lock)
        wanted = {record.path: record for record in records if self._may_bring(stage, record)}
        while wanted:
            try:
                self._restored += self._committer.checkout(stage, lock, wanted)
            except CorruptBlobError:
                # It is out of the way now: what needed it is not there any more.
                self._drop_done(wanted)
                if not self._drop_lost(stage, wanted):
                    raise
            else:
                return

    def _drop_done(self, wanted: dict[str, Record]) -> None:
        content = self._workspace.content
        for path in [path for path, record in wanted.items() if content(path) == record.content]:
            del wanted[path]
            self._restored.append(path)

    def _drop_lost(self, stage: Stage, wanted: dict[str, Record]) -> bool:
        """Take note of what the cache has lost meanwhile; say whether there is any."""
        holds = self._workspace.cache.holds
        lost = [path for path, record in wanted.items() if not holds(record.content)]
        for path in lost:
            del wanted[path]
            self._missing.append((stage.name, path))
        return bool(lost)

    def _may_bring(self, stage: Stage, record: Record) -> bool:
        """Say whether an output is to be brought back; take note of why not."""
        here = self._workspace.content(record.path)
        if here == record.content:
            self._unchanged += 1
            return False
        if not self._workspace.cache.holds(record.content):
            self._missing.append((stage.name, record.path))
            return False
        if here is not None and not self._force and self._is_unsaved(stage, here):
            self._edited.append((stage.name, record.path))
            return False
        return True

    def _is_unsaved(self, stage: Stage, here: Content) -> bool:
        # What a stage that failed has left behind is nobody's work.
        unfinished = self._committer.is_unfinished(stage)
        return not unfinished and not self._workspace.cache.holds(here)


@contextlib.contextmanager
def held(session: Session, stage: str) -> Iterator[None]:
    """Keep other processes from running a stage; wait if one is running it.

    Raises `WaitTimeoutError`.
    """
    file = session.workspace.layout.hold_file(stage)
    patience = session.settings.lock_timeout
    since = time.monotonic()
    while (hold := Hold.try_acquire(file)) is None:
        if time.monotonic() - since > patience:
            raise WaitTimeoutError(f"waited {patience:g} s for {holder(file)}")
        time.sleep(_TICK_SECONDS)
    with hold:
        yield
