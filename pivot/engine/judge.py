"""From a stage to its `Verdict`: what is observed, what is known of the past, and the decision.

The judge reads (files, lock, run cache) and hands what it read to the pure `decide`. Its `key`
names an observation in the run cache: whoever has the same key gets the same outputs. Tests:
tests/engine/test_run.py.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

from pivot.decide import Decision, Observation, Past, decide
from pivot.engine.growth import growing
from pivot.engine.stability import complaint
from pivot.fingerprint.precision import counted
from pivot.frozen import frozen
from pivot.hashing import hash_text
from pivot.store.lock import BrokenLockError, Lock, read_lock
from pivot.store.runs import Result, decode_results

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pivot.engine.observe import Observer
    from pivot.engine.workspace import Workspace
    from pivot.stage import Stage
    from pivot.store.content import Content
    from pivot.store.lock import Acceptance


@frozen
class Verdict:
    """What was seen of a stage and what follows from it."""

    observed: Observation
    past: Past
    decision: Decision
    #: The observation's name in the run cache.
    key: str
    #: What is wrong with the stage's code, though it can be run.
    complaints: tuple[str, ...] = ()


class Judge:
    """Judges the stages of one run."""

    def __init__(
        self, workspace: Workspace, observer: Observer, forced: Collection[str] = ()
    ) -> None:
        self._workspace = workspace
        self._observer = observer
        self._forced = frozenset(forced)
        #: Stage -> its lock and what is wrong with it, read for who will judge next.
        self._read: dict[str, tuple[Lock | None, str | None]] = {}
        #: Stage -> the keys of the facts in its lock.
        self.facts: dict[str, tuple[str, ...]] = {}
        #: Stage -> the changes in its lock of which a person said that they make no difference.
        self.accepted: dict[str, tuple[Acceptance, ...]] = {}

    def artifacts(self, stage: Stage) -> list[str]:
        """Give the paths that `judge` will look at: what is declared, and what else was read."""
        lock, _ = self._read[stage.name] = self.lock(stage.name)
        read = (key.partition(":") for key in lock.traced) if lock else ()
        paths = [artifact.path for artifact in (*stage.deps, *stage.outs)]
        return paths + [path for kind, _, path in read if kind == "file"]

    def missing_directories(self, stage: Stage) -> list[Content]:
        """Give what `judge` may look for in the cache that has many files; after `artifacts`."""
        lock, _ = self._read[stage.name]
        records = [one for one in lock.outs if one.content.directory] if lock else []
        there = (self._workspace.root / one.path for one in records)
        return [one.content for one, path in zip(records, there, strict=True) if not path.exists()]

    def judge(
        self,
        stage: Stage,
        *,
        assumed: Mapping[str, Content] | None = None,
        pending: Collection[str] = (),
    ) -> Verdict:
        """Look at a stage and decide; see `Observer.observe` for `assumed` and `pending`."""
        lock, problem = self._read.pop(stage.name, None) or self.lock(stage.name)
        traced = tuple(lock.traced) if lock else ()
        self.facts[stage.name] = traced
        if lock is not None and lock.accepted:
            self.accepted[stage.name] = lock.accepted
        observed = self._observer.observe(stage, assumed=assumed, pending=pending, traced=traced)
        key = run_key(stage, observed, lock)
        recalled = None if pending else self._recall(key, stage, observed.traced)
        if lock is not None and pending:
            known = tuple(record for record in lock.deps if record.path not in pending)
            lock = dataclasses.replace(lock, deps=known)
        past = Past(lock, problem, recalled, self._available(observed, lock, recalled))
        if lock is not None:
            self._observer.stability.compare(stage.name, lock.code, observed.code)
        decision = decide(observed, past, force=stage.name in self._forced)
        return Verdict(observed, past, decision, key, self._complaints(stage))

    def _complaints(self, stage: Stage) -> tuple[str, ...]:
        keys = sorted(self._observer.stability.unstable(stage.name))
        symbols = self._observer.symbols(stage) if keys else {}
        return tuple(complaint(key, symbols.get(key)) for key in keys)

    def lock(self, name: str) -> tuple[Lock | None, str | None]:
        """Give the lock of a stage, and what is wrong with it if it can't be read."""
        try:
            return read_lock(self._workspace.layout.lock_file(name)), None
        except BrokenLockError as error:
            return None, error.message

    def _recall(self, key: str, stage: Stage, traced: Mapping[str, str]) -> Result | None:
        declared = [(out.name, out.path) for out in stage.outs]
        for result in decode_results(self._workspace.state.recall(key)):
            if not result.outs or [(out.name, out.path) for out in result.outs] != declared:
                continue
            if self._counts(result.traced) == self._counts(traced):
                return result
            if self._holds(stage, result.traced):
                return result
        return None

    def _holds(self, stage: Stage, traced: Mapping[str, str]) -> bool:
        facts = self._observer.facts.current(stage, traced.keys())
        return self._counts(facts.texts) == self._counts(traced) and not facts.unknown

    def _counts(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        return counted(texts, self._workspace.settings.fingerprint_packages)

    def _available(
        self, observed: Observation, lock: Lock | None, recalled: Result | None
    ) -> frozenset[Content]:
        """Ask the cache only about contents that do not lie in their place anyway."""
        present = {state.path: state.content for state in observed.outs}
        records = (*(lock.outs if lock else ()), *(recalled.outs if recalled else ()))
        wanted = {
            record.content for record in records if present.get(record.path) != record.content
        }
        return frozenset(content for content in wanted if self._workspace.holds(content))


def lock_key(lock: Lock, packages: str) -> str:
    """Name the observation by which a lock was made, as `run_key` does.

    `packages` says how much of the versions of libraries counts.
    """
    facts = [
        lock.algorithm,
        sorted(counted(lock.code, packages).items()),
        lock.params,
        [(dep.name, dep.path, *dataclasses.astuple(dep.content)) for dep in lock.deps],
        [(out.name, out.path) for out in lock.outs],
        {record.name: dataclasses.astuple(record.content) for record in lock.base},
    ]
    return _key(facts)


def run_key(stage: Stage, observed: Observation, lock: Lock | None) -> str:
    """Name an observation, with the versions that incremental outputs would grow from.

    The state of the outputs does not count; how they are declared does.
    """
    bases = {record.name: dataclasses.astuple(record.content) for record in growing(stage, lock)}
    facts = [
        observed.algorithm,
        sorted(counted(observed.code, observed.packages).items()),
        observed.params,
        [(dep.name, dep.path, *dataclasses.astuple(dep.content)) for dep in observed.deps],
        [(out.name, out.path) for out in observed.outs],
        bases,
    ]
    return _key(facts)


def _key(facts: list[object]) -> str:
    return hash_text(json.dumps(facts, sort_keys=True), "xxh3_128")
