"""What must happen with a stage, and why: a pure function of what is and what was.

`decide` compares an `Observation` (everything as it is now) with the `Lock` of the last good run
and gives `Skip`, `Restore` or `Run`. Each difference is a `Reason`, recorded in the branch that
found it, so that what is explained and what is done can't disagree. There is no I/O and no clock
here. Example: a changed helper gives `Run((Reason(CODE_CHANGED, "func:m:helper", old, new),))`.
Tests: tests/test_decide.py.
"""

from __future__ import annotations

import enum
import json
from dataclasses import field
from typing import TYPE_CHECKING

from pivot.fingerprint.precision import counted
from pivot.frozen import frozen
from pivot.stage_def.leaves import leaves
from pivot.store.runs import Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pivot.stage_def.encoding import Json
    from pivot.store.content import Content
    from pivot.store.lock import Lock, Record


class ReasonKind(enum.StrEnum):
    """What kind of difference was found."""

    FORCED = "forced"
    NEVER_RUN = "never_run"
    LOCK_UNREADABLE = "lock_unreadable"
    ALGORITHM_CHANGED = "algorithm_changed"
    CODE_ADDED = "code_added"
    CODE_CHANGED = "code_changed"
    CODE_REMOVED = "code_removed"
    CODE_UNKNOWN = "code_unknown"
    PARAM_ADDED = "param_added"
    PARAM_CHANGED = "param_changed"
    PARAM_REMOVED = "param_removed"
    DEP_ADDED = "dep_added"
    DEP_CHANGED = "dep_changed"
    DEP_REMOVED = "dep_removed"
    FILE_CHANGED = "file_changed"
    LISTING_CHANGED = "listing_changed"
    PRESENCE_CHANGED = "presence_changed"
    VARIABLE_CHANGED = "variable_changed"
    IMPORT_CHANGED = "import_changed"
    OUT_ADDED = "out_added"
    OUT_REMOVED = "out_removed"
    OUT_MISSING = "out_missing"
    OUT_CHANGED = "out_changed"
    UPSTREAM = "upstream"


_SUMMARIES = {
    ReasonKind.FORCED: "Forced",
    ReasonKind.NEVER_RUN: "Never run before",
    ReasonKind.LOCK_UNREADABLE: "Lock file can't be read",
    ReasonKind.ALGORITHM_CHANGED: "Hash algorithm changed",
    ReasonKind.CODE_ADDED: "Code dependency added",
    ReasonKind.CODE_CHANGED: "Code dependency changed",
    ReasonKind.CODE_REMOVED: "Code dependency removed",
    ReasonKind.CODE_UNKNOWN: "Code can't be determined",
    ReasonKind.PARAM_ADDED: "Parameter added",
    ReasonKind.PARAM_CHANGED: "Parameter changed",
    ReasonKind.PARAM_REMOVED: "Parameter removed",
    ReasonKind.DEP_ADDED: "Input added",
    ReasonKind.DEP_CHANGED: "Input changed",
    ReasonKind.DEP_REMOVED: "Input removed",
    ReasonKind.FILE_CHANGED: "Undeclared input changed",
    ReasonKind.LISTING_CHANGED: "Files of a listed directory changed",
    ReasonKind.PRESENCE_CHANGED: "A file that was looked for came or went",
    ReasonKind.VARIABLE_CHANGED: "Environment variable changed",
    ReasonKind.IMPORT_CHANGED: "Something else is imported",
    ReasonKind.OUT_ADDED: "Output added",
    ReasonKind.OUT_REMOVED: "Output removed",
    ReasonKind.OUT_MISSING: "Output missing",
    ReasonKind.OUT_CHANGED: "Output changed",
    ReasonKind.UPSTREAM: "Depends on a stage that will run",
}


#: What is only about the outputs as they lie there.
OUT_KINDS = frozenset({ReasonKind.OUT_MISSING, ReasonKind.OUT_CHANGED})

#: The first word of a fact's key -> what it is if the fact is different; else it is code.
_FACTS = {
    "file": ReasonKind.FILE_CHANGED,
    "list": ReasonKind.LISTING_CHANGED,
    "look": ReasonKind.PRESENCE_CHANGED,
    "env": ReasonKind.VARIABLE_CHANGED,
    "import": ReasonKind.IMPORT_CHANGED,
}


@frozen
class Reason:
    """One difference: its kind, what differs, and the old and the new value as short texts."""

    kind: ReasonKind
    name: str = ""
    old: str | None = None
    new: str | None = None

    @property
    def summary(self) -> str:
        """The kind in words."""
        return _SUMMARIES[self.kind]

    def __str__(self) -> str:
        return f"{self.summary}: {self.name}" if self.name else self.summary


@frozen
class OutState:
    """An output as it lies in the workspace; `content` is None when it isn't there."""

    name: str
    path: str
    content: Content | None
    cache: bool = True


@frozen
class Observation:
    """Everything that a stage's result depends on, and its outputs, as they are now."""

    stage: str
    algorithm: str
    code: Mapping[str, str]
    params: Mapping[str, Json]
    deps: tuple[Record, ...]
    outs: tuple[OutState, ...]
    #: Keys of code symbols whose value could not be determined; they count as changed.
    unknown: tuple[str, ...] = ()
    #: What is now the case of all that the last run depended on without declaring it.
    traced: Mapping[str, str] = field(default_factory=dict[str, str])
    #: How much of the versions of libraries counts; see `pivot.fingerprint.precision`.
    packages: str = "version"


@frozen
class Past:
    """What is known of earlier runs, and what the cache still holds of it."""

    lock: Lock | None
    #: Why the lock file could not be read, if it is there and could not.
    problem: str | None = None
    #: An earlier run with exactly this observation, from the run cache.
    recalled: Result | None = None
    #: Those of the contents named by `lock` and `recalled` that the cache holds whole.
    available: frozenset[Content] = frozenset()


@frozen
class Skip:
    """The outputs are what a run would make."""

    reasons: tuple[Reason, ...] = ()


@frozen
class Restore:
    """The outputs `outs` come from the cache: they are what a run would make."""

    reasons: tuple[Reason, ...]
    outs: tuple[Record, ...]
    #: What they depend on without declaring it.
    traced: Mapping[str, str] = field(default_factory=dict[str, str])


@frozen
class Run:
    """The function must be called."""

    reasons: tuple[Reason, ...]


@frozen
class MayRun:
    """Not known before the stages in `because` have run: their outputs may come out the same."""

    because: tuple[str, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """One reason per stage that must run first."""
        return tuple(Reason(ReasonKind.UPSTREAM, name) for name in self.because)


type Decision = Skip | Restore | Run
type Forecast = Decision | MayRun


def decide(observed: Observation, past: Past, *, force: bool = False) -> Decision:
    """Decide what happens with a stage."""
    if force:
        return Run((Reason(ReasonKind.FORCED),))
    changes = tuple(_changes(observed, past))
    if not changes and past.lock is not None:
        made = Result(past.lock.outs, past.lock.traced)
        return _with_outputs(observed, made, past.available)
    # Of code that can't be determined nobody knows whether it made what is recalled.
    if past.recalled is not None and not observed.unknown:
        found = _with_outputs(observed, past.recalled, past.available)
        if not isinstance(found, Run):
            return Restore(changes, past.recalled.outs, past.recalled.traced)
    return Run(changes)


def _with_outputs(observed: Observation, made: Result, available: frozenset[Content]) -> Decision:
    """Decide for a stage of whose last result everything is known but whether it is there."""
    states = {state.name: state for state in observed.outs}
    reasons: list[Reason] = []
    lost = False
    for record in made.outs:
        state = states[record.name]
        if state.content == record.content:
            continue
        kind = ReasonKind.OUT_MISSING if state.content is None else ReasonKind.OUT_CHANGED
        new = state.content.hash if state.content else None
        reasons.append(Reason(kind, record.path, record.content.hash, new))
        lost |= not state.cache or record.content not in available
    if not reasons:
        return Skip()
    if lost:
        return Run(tuple(reasons))
    return Restore(tuple(reasons), made.outs, made.traced)


def _changes(observed: Observation, past: Past) -> Iterator[Reason]:
    if past.problem is not None:
        yield Reason(ReasonKind.LOCK_UNREADABLE, past.problem)
        return
    lock = past.lock
    if lock is None:
        yield Reason(ReasonKind.NEVER_RUN)
        return
    for key in observed.unknown:
        yield Reason(ReasonKind.CODE_UNKNOWN, key)
    if lock.algorithm != observed.algorithm:
        yield Reason(ReasonKind.ALGORITHM_CHANGED, "", lock.algorithm, observed.algorithm)
        return
    code = {key: value for key, value in observed.code.items() if key not in observed.unknown}
    yield from _compare(
        counted(lock.code, observed.packages),
        counted(code, observed.packages),
        (ReasonKind.CODE_ADDED, ReasonKind.CODE_CHANGED, ReasonKind.CODE_REMOVED),
        ignore=frozenset(observed.unknown),
    )
    yield from _compare(
        {leaf.name: leaf.text for leaf in leaves(lock.params)},
        {leaf.name: leaf.text for leaf in leaves(observed.params)},
        (ReasonKind.PARAM_ADDED, ReasonKind.PARAM_CHANGED, ReasonKind.PARAM_REMOVED),
    )
    yield from _compare(
        _contents(lock.deps),
        _contents(observed.deps),
        (ReasonKind.DEP_ADDED, ReasonKind.DEP_CHANGED, ReasonKind.DEP_REMOVED),
    )
    yield from _fact_changes(lock.traced, observed)
    old, new = (
        {(out.name, out.path) for out in lock.outs},
        {(o.name, o.path) for o in observed.outs},
    )
    yield from (Reason(ReasonKind.OUT_ADDED, path) for _, path in sorted(new - old))
    yield from (Reason(ReasonKind.OUT_REMOVED, path) for _, path in sorted(old - new))


def _fact_changes(old: Mapping[str, str], observed: Observation) -> Iterator[Reason]:
    code = (ReasonKind.CODE_ADDED, ReasonKind.CODE_CHANGED, ReasonKind.CODE_REMOVED)
    before, now = counted(old, observed.packages), counted(observed.traced, observed.packages)
    for reason in _compare(before, now, code, ignore=frozenset(observed.unknown)):
        word, _, name = reason.name.partition(":")
        kind = _FACTS.get(word)
        yield Reason(kind, name, reason.old, reason.new) if kind else reason


def _compare(
    old: Mapping[str, str],
    new: Mapping[str, str],
    kinds: tuple[ReasonKind, ReasonKind, ReasonKind],
    ignore: frozenset[str] = frozenset(),
) -> Iterator[Reason]:
    added, changed, removed = kinds
    for key in sorted(old.keys() | new.keys()):
        if key in ignore:
            continue
        if key not in old:
            yield Reason(added, key, None, new[key])
        elif key not in new:
            yield Reason(removed, key, old[key], None)
        elif old[key] != new[key]:
            yield Reason(changed, key, old[key], new[key])


def _contents(records: Iterable[Record]) -> dict[str, str]:
    """Map each dep to a text that is equal exactly when its content and its role are."""
    texts: dict[str, str] = {}
    for record in records:
        content = record.content
        flags = f"{' executable' if content.executable else ''}{'/' if content.directory else ''}"
        texts[_dep_key(record)] = f"{content.hash}{flags} {content.size} bytes"
    return texts


def _dep_key(record: Record) -> str:
    """Give a text that differs between deps: one file, read under two names, is two of them."""
    if "(" in record.path + record.name:
        return json.dumps([record.path, record.name], ensure_ascii=False)
    return record.path if record.name == record.path else f"{record.path} ({record.name})"
