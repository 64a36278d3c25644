"""Getting from a remote what a stage would otherwise be run for.

A stage that must run is *supplied* if somebody has run the same code with the same parameters and
inputs, and has pushed what came of it: then its outputs are restored instead. Only what is needed
for that is fetched, and only when it is. Example::

    supplier = Supplier(workspace, remote)
    while isinstance(verdict.decision, Run) and supplier.supply(stage, verdict):
        verdict = judge.judge(stage)

Tests: tests/cli/commands/test_run_pull.py.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, override

from pivot.decide import ReasonKind, Run
from pivot.engine.forecast import Forecaster
from pivot.engine.judge import Judge
from pivot.errors import CorruptionError, UnlistedError
from pivot.store.runs import with_result
from pivot.sync.entries import LONGEST, decode_entry
from pivot.sync.staging import staging
from pivot.sync.synchronizer import Synchronizer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pivot.engine.judge import Verdict
    from pivot.engine.workspace import Workspace
    from pivot.interfaces import Remote
    from pivot.session import Session
    from pivot.stage import Stage
    from pivot.store.content import Content
    from pivot.store.lock import Record
    from pivot.store.runs import Result
    from pivot.sync.report import Progress

_LOST = {ReasonKind.OUT_MISSING, ReasonKind.OUT_CHANGED}


class Supplier:
    """Supplies stages from one remote; may be asked from any thread."""

    def __init__(
        self,
        workspace: Workspace,
        remote: Remote,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._workspace = workspace
        self._remote = remote
        self._on_progress = on_progress
        #: The runs whose entries were asked for.
        self._asked: set[str] = set()
        #: Those whose outputs were, whether they came or not.
        self._fetched: set[tuple[str, tuple[Record, ...]]] = set()
        self._lock = threading.Lock()
        #: The stages that can be restored by what was learnt.
        self.learnt: set[str] = set()
        #: How many files were fetched, and their bytes.
        self.files = 0
        self.size = 0

    def supply(self, stage: Stage, verdict: Verdict) -> bool:
        """Get what may spare a stage its run; say whether it is worth judging it again.

        Raises `RemoteError`.
        """
        with self._lock:
            if verdict.observed.unknown or _forced(verdict):
                return False
            known = _known(verdict)
            if known and self._fetch(verdict.key, known):
                if verdict.key in self._asked:
                    self.learnt.add(stage.name)
                return True
            return self._learn(stage, verdict.key)

    def _fetch(self, run: str, outs: tuple[Record, ...]) -> bool:
        """Get outputs; say whether all are here now that weren't."""
        if (run, outs) in self._fetched:
            return False
        self._fetched.add((run, outs))
        contents = [out.content for out in outs]
        lacking = [one for one in contents if not self._workspace.cache.holds(one)]
        if not lacking:
            return False
        return self._got(lacking)

    def _got(self, contents: list[Content]) -> bool:
        synchronizer = Synchronizer(
            self._workspace.layout, self._workspace.cache, self._remote, self._on_progress
        )
        synchronizer.fetch(contents, dry_run=False)
        self.files += synchronizer.tally.files
        self.size += synchronizer.tally.size
        return not synchronizer.tally.problems

    def _learn(self, stage: Stage, run: str) -> bool:
        """Get the entries of a run into the run cache; say whether there is any that fits."""
        if run in self._asked:
            return False
        self._asked.add(run)
        keys: list[str] = []
        # Of a place that can't be listed, only what locks name can be had.
        with contextlib.suppress(UnlistedError):
            keys = sorted(
                one.key
                for one in self._remote.list([f"{run}-"])
                if one.key.startswith(f"{run}-") and one.size <= LONGEST
            )
        declared = [(out.name, out.path) for out in stage.outs]
        state = self._workspace.state
        fitting = [
            result
            for result in self._entries(keys)
            if [(out.name, out.path) for out in result.outs] == declared
        ]
        for result in fitting:
            state.remember(run, with_result(state.recall(run), result))
        return bool(fitting)

    def _entries(self, keys: list[str]) -> Iterator[Result]:
        if not keys:
            return
        with staging(self._workspace.layout) as directory:
            files = {key: directory / key for key in keys}
            self._remote.download(files, lambda _: None)
            for key, file in files.items():
                # What is damaged is as good as not there: then the stage runs.
                with contextlib.suppress(FileNotFoundError, CorruptionError):
                    if file.stat().st_size <= LONGEST:
                        yield decode_entry(key, file.read_bytes())


def _forced(verdict: Verdict) -> bool:
    return any(reason.kind is ReasonKind.FORCED for reason in verdict.decision.reasons)


def _known(verdict: Verdict) -> tuple[Record, ...]:
    """Give the outputs of a run that would do, if one is known."""
    lock = verdict.past.lock
    if lock is not None and all(reason.kind in _LOST for reason in verdict.decision.reasons):
        return lock.outs
    return verdict.past.recalled.outs if verdict.past.recalled else ()


class SupplyingJudge(Judge):
    """Judges as a judge does, after having stages supplied."""

    def __init__(self, session: Session, supplier: Supplier) -> None:
        super().__init__(session.workspace, session.observer)
        self._supplier = supplier

    @override
    def judge(
        self,
        stage: Stage,
        *,
        assumed: Mapping[str, Content] | None = None,
        pending: Collection[str] = (),
    ) -> Verdict:
        """Look at a stage, get what may be had for it, and decide."""
        verdict = super().judge(stage, assumed=assumed, pending=pending)
        while (
            not pending
            and isinstance(verdict.decision, Run)
            and self._supplier.supply(stage, verdict)
        ):
            verdict = super().judge(stage, assumed=assumed, pending=pending)
        return verdict


def supply_all(session: Session, names: Iterable[str], supplier: Supplier) -> set[str]:
    """Get what a run of these stages, in topological order, would restore instead of running.

    Gives the stages that were supplied by what another machine has run.
    """
    stages = {name: session.stages[name] for name in names}
    judge = SupplyingJudge(session, supplier)
    for _ in Forecaster(session.graph, stages, judge).forecasts(tuple(stages)):
        pass
    return supplier.learnt
