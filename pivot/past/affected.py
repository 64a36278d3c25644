"""Which stages does a change touch? Those that are not made of the same at a revision and now.

Both versions of the project are written to temporary directories, with what git has of them (and,
of now, what it doesn't ignore), and described by a process each; so neither data nor results are
needed, and both are looked at in the same surroundings. Then each stage is decided on as if the
revision's description were the lock of its last run. An input that git doesn't have counts by what
the locks of both sides say of it. Example::

    [one.stage for one in affected(root, "origin/main").stages]

Tests: tests/cli/commands/test_affected.py.
"""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.decide import Observation, OutState, Past, Reason, Run, decide
from pivot.frozen import frozen
from pivot.past.apart import Asked
from pivot.past.describing import nothing
from pivot.past.revision import Revision
from pivot.store.faults import storage_error
from pivot.store.layout import Layout
from pivot.store.lock import BrokenLockError, decode_lock, read_lock
from pivot.vcs import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pivot.store.lock import Lock, Record

_NOW = "the working tree"


@frozen
class AffectedStage:
    """A stage that a change touches."""

    stage: str
    #: "new", "removed", "changed", or "downstream": it reads, at whatever distance, from one that
    #: is new or changed.
    how: str
    #: What differs, of one that changed.
    reasons: tuple[Reason, ...] = ()
    #: Of one that is downstream, or also downstream: the stages next to it that are affected.
    after: tuple[str, ...] = ()


@frozen
class Affected:
    """What a change set touches."""

    since: str
    commit: str
    #: In topological order; those that are gone at the end.
    stages: tuple[AffectedStage, ...]
    #: How many stages there are now.
    total: int

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`."""
        return {
            "since": self.since,
            "commit": self.commit,
            "total": self.total,
            "stages": [
                {
                    "stage": one.stage,
                    "how": one.how,
                    "reasons": [_plain(reason) for reason in one.reasons],
                    "after": list(one.after),
                }
                for one in self.stages
            ],
        }


def _plain(reason: Reason) -> dict[str, Any]:
    return {**dataclasses.asdict(reason), "kind": str(reason.kind), "summary": reason.summary}


def affected(root: Path, since: str) -> Affected:
    """Give the stages that differ between a revision and the working tree.

    Raises:
        GitError: there is no repository, or no such revision.
        UnansweredError: one of the two pipelines can't be imported.
        StorageError: there is no room for the copies.
    """
    repository = Repository.find(root)
    revision = Revision(repository, since)
    locks = (dict(revision.locks), dict(_locks_now(root)))
    facts: dict[str, list[str]] = {}
    for side in locks:
        for name, lock in side.items():
            facts[name] = sorted({*facts.get(name, ()), *lock.traced})
    with tempfile.TemporaryDirectory(prefix="pivot-affected-") as directory:
        # Where a link leads to is what the modules' files are called.
        place = Path(directory).resolve()
        try:
            before = repository.check_out(revision.commit, place / "before")
            now = _copy(repository, root, place / "now")
        except OSError as error:
            raise storage_error(error, "copy the project to", place) from error
        asked = [
            Asked("pivot.past.describing", one, root, {"facts": facts}) for one in (before, now)
        ]
        old, new = (one.answer(label) for one, label in zip(asked, (since, _NOW), strict=True))
    return Affected(since, revision.commit, tuple(_compare(old, new, locks)), len(new["order"]))


def _locks_now(root: Path) -> Iterator[tuple[str, Lock]]:
    for file in sorted(Layout(root).stages.glob("*.lock")):
        try:
            lock = read_lock(file)
        except BrokenLockError:
            continue  # nothing is known from it; a run says so
        if lock is not None:
            yield lock.stage, lock


def _copy(repository: Repository, root: Path, target: Path) -> Path:
    """Copy what git has, or would take; give the copy of the project."""
    target.mkdir()
    for path in repository.list_present():
        source, copy = root / path, target / path
        # A file that git has may be deleted; what is a directory is a repository of its own.
        if source.is_symlink() or source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
    return target


def _compare(
    old: dict[str, Any], new: dict[str, Any], locks: tuple[Mapping[str, Lock], Mapping[str, Lock]]
) -> Iterator[AffectedStage]:
    touched: set[str] = set()
    for name in new["order"]:
        after = tuple(one for one in new["upstream"][name] if one in touched)
        reasons: tuple[Reason, ...] = ()
        if name in old["locks"]:
            reasons = _reasons(name, old, new, locks)
            how = "changed" if reasons else "downstream"
        else:
            how = "new"
        if how != "downstream" or after:
            touched.add(name)
            yield AffectedStage(name, how, reasons, after)
    for name in old["order"]:
        if name not in new["locks"]:
            yield AffectedStage(name, "removed")


def _reasons(
    name: str,
    old: dict[str, Any],
    new: dict[str, Any],
    locks: tuple[Mapping[str, Lock], Mapping[str, Lock]],
) -> tuple[Reason, ...]:
    """Say what of a stage differs, by the one function that decides what must run."""
    before, now = (
        decode_lock(side["locks"][name].encode(), Path(f"{name}.lock")) for side in (old, new)
    )
    absent = [set(side["absent"][name]) for side in (old, new)]
    recorded = [side.get(name) for side in locks]
    sides = [
        {dep.path: _recorded(dep, gone, lock) for dep in described.deps}
        for described, gone, lock in zip((before, now), absent, recorded, strict=True)
    ]
    unseen = nothing(now.algorithm)
    unknown = {path for side in sides for path, dep in side.items() if dep.content == unseen}
    before, now = (
        dataclasses.replace(
            described,
            deps=tuple(
                dataclasses.replace(dep, content=unseen) if dep.path in unknown else side[dep.path]
                for dep in described.deps
            ),
        )
        for described, side in zip((before, now), sides, strict=True)
    )
    observed = Observation(
        stage=name,
        algorithm=now.algorithm,
        code=now.code,
        params=now.params,
        deps=now.deps,
        outs=tuple(OutState(out.name, out.path, out.content) for out in now.outs),
        traced=now.traced,
        packages=new["packages"],
    )
    found = decide(observed, Past(before))
    return found.reasons if isinstance(found, Run) else ()


def _recorded(dep: Record, absent: set[str], lock: Lock | None) -> Record:
    """Give an input as a lock has it, if git doesn't have the file."""
    if dep.path not in absent or lock is None:
        return dep
    known = {one.path: one.content for one in lock.deps}
    return dataclasses.replace(dep, content=known.get(dep.path, dep.content))
