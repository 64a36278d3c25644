"""Who made a file, from what: the stage, its code, parameters and inputs, and so on upstream.

A *step* is a run of a stage, as a lock tells of it: what it consisted of, and what it made. An
input that a later run of its stage has replaced leads to the step that made it, if a commit has
that one's lock. A *link* is an input of a step; what no stage made is a *source*, which is looked
for in git by its content. Example::

    found = Tracer(session, repository, revision=None).trace("model.bin")
    [step] = (step for step in found.steps if step.id in found.artifact.makers)
    step.lock.code  # {"func:pipeline:train": "5995c853a1b2c3d4", ...}

Tests: tests/cli/commands/test_blame.py.
"""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pivot.errors import CorruptionError, PivotError, UsageError
from pivot.frozen import frozen
from pivot.hashing import hash_bytes
from pivot.past.commits import changes, read_each
from pivot.past.revision import STAGES, read_locks
from pivot.stage_def.leaves import leaves, untagged
from pivot.store.cache import MissingBlobError
from pivot.store.listing import FileEntry
from pivot.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pivot.past.commits import Commit
    from pivot.past.revision import Revision
    from pivot.session import Session
    from pivot.stage_def.leaves import Leaf
    from pivot.store.content import Content
    from pivot.store.listing import Entry
    from pivot.store.lock import BrokenLockError, Lock
    from pivot.vcs import Repository

    type Kind = Literal["code", "traced", "params"]
    #: A symbol or a parameter of a step, by its kind and name.
    type Fact = tuple[Kind, str]

#: Raised with every change of the document that `to_json` gives.
FORMAT_VERSION = 1
#: How many commits are looked through for a content that isn't the last one.
_FAR = 200
_SHORT = 10


@frozen
class Link:
    """An artifact, and who made it."""

    path: str
    #: None if nobody recorded what it held.
    content: Content | None
    #: The ids of the steps that made it, or what is in it; none of a source.
    makers: tuple[str, ...] = ()
    #: Of a source: the commit that brought it into git as it was read.
    commit: Commit | None = None
    #: Whether a stage makes it, but not the step that made this content is known.
    lost: bool = False
    #: Whether the workspace still has it so: `same`, `changed` or `absent`; None: not looked at.
    now: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Give plain values."""
        content = self.content
        return {
            "path": self.path,
            "hash": content.hash if content else None,
            "size": content.size if content else None,
            "directory": bool(content and content.directory),
            "made_by": list(self.makers),
            "lost": self.lost,
            "commit": commit_json(self.commit),
            "now": self.now,
        }


@frozen
class Step:
    """A run of a stage."""

    #: The stage's name; of a run that isn't the last one, with its commit.
    id: str
    lock: Lock
    #: The commit that has its lock; None if it isn't committed.
    commit: Commit | None
    inputs: tuple[Link, ...]
    #: For each symbol and each parameter the commit that has the first of the locks, without a gap
    #: up to this one, in which it was as it is.
    since: Mapping[Fact, Commit] = field(default_factory=dict["Fact", "Commit"])

    @property
    def params(self) -> dict[str, Leaf]:
        """The values of the parameters by their dotted names."""
        return {leaf.name: leaf for leaf in leaves(self.lock.params)}

    def to_json(self) -> dict[str, Any]:
        """Give plain values."""
        lock = self.lock
        return {
            "id": self.id,
            "stage": lock.stage,
            "commit": commit_json(self.commit),
            "algorithm": lock.algorithm,
            "code": self._code("code", lock.code),
            "traced": self._code("traced", lock.traced),
            "params": {
                name: {
                    "value": untagged(leaf.value)[1],
                    "commit": commit_json(self.since.get(("params", name))),
                }
                for name, leaf in self.params.items()
            },
            "inputs": [link.to_json() for link in self.inputs],
            "outputs": [
                {
                    "path": out.path,
                    "hash": out.content.hash,
                    "size": out.content.size,
                    "directory": out.content.directory,
                }
                for out in lock.outs
            ],
            "grew_from": [{"path": out.path, "hash": out.content.hash} for out in lock.base],
        }

    def _code(self, kind: Kind, code: Mapping[str, str]) -> dict[str, Any]:
        return {
            name: {"hash": hash_, "commit": commit_json(self.since.get((kind, name)))}
            for name, hash_ in code.items()
        }


@frozen
class Provenance:
    """How an artifact came to be."""

    artifact: Link
    #: As it was asked for; None: the workspace.
    revision: str | None
    #: The nearest first.
    steps: tuple[Step, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Give the documented form."""
        return {
            "version": FORMAT_VERSION,
            "revision": self.revision,
            "artifact": self.artifact.to_json(),
            "steps": [step.to_json() for step in self.steps],
        }


def commit_json(commit: Commit | None) -> dict[str, Any] | None:
    """Give a commit as JSON values."""
    if commit is None:
        return None
    return {"hash": commit.hash, "time": commit.time.isoformat(), "subject": commit.subject}


def _facts(lock: Lock) -> dict[Fact, str]:
    """Give what a step consisted of besides its inputs, as texts."""
    facts: dict[Fact, str] = {("code", name): hash_ for name, hash_ in lock.code.items()}
    facts |= {("traced", name): hash_ for name, hash_ in lock.traced.items()}
    facts.update({("params", leaf.name): leaf.text for leaf in leaves(lock.params)})
    return facts


class Tracer:
    """Follows artifacts of the workspace, or of a revision, to where they come from."""

    def __init__(
        self, session: Session, repository: Repository | None, revision: Revision | None
    ) -> None:
        self._session = session
        self._repository = repository
        self._revision = revision
        self._locks = self._read()
        #: Steps that were found, by id: the lock and its commit.
        self._found: dict[str, tuple[Lock, Commit | None]] = {}
        self._logs: dict[str, tuple[Commit, ...]] = {}
        #: By path: what a file held at the commits of its log.
        self._texts: dict[str, dict[str, bytes]] = {}

    def trace(self, path: str) -> Provenance:
        """Give how an artifact came to be; raise `UsageError` if nobody knows of it."""
        path = path.rstrip("/")
        artifact = self._artifact(path)
        steps: dict[str, Step] = {}
        waiting = list(artifact.makers)
        while waiting:
            id_ = waiting.pop(0)
            if id_ in steps:
                continue
            lock, commit = self._found[id_]
            links = tuple(self._link(dep.path, dep.content, lock.algorithm) for dep in lock.deps)
            steps[id_] = Step(id_, lock, commit, links, self._since(lock, commit))
            waiting += [maker for link in links for maker in link.makers]
        name = self._revision.name if self._revision else None
        return Provenance(artifact, name, tuple(steps.values()))

    def _read(self) -> Mapping[str, Lock]:
        if self._revision is not None:
            return self._revision.locks
        directory = self._session.workspace.layout.stages
        files = {f"{STAGES}/{f.name}": f.read_bytes() for f in sorted(directory.glob("*.lock"))}
        return {lock.stage: lock for lock in read_locks(files, "workspace", [])}

    def _artifact(self, path: str) -> Link:
        for lock in self._locks.values():
            for out in lock.outs:
                own = out.path.rstrip("/")
                if own == path:
                    return self._link(path, out.content, lock.algorithm)
                if path.startswith(f"{own}/") and (inner := self._inside(out.content, own, path)):
                    return self._link(path, inner, lock.algorithm)
        makers = [stage for stage in self._makers(path) if self._may_hold(stage, path)]
        if makers:
            return Link(path, None, tuple(map(self._current, makers)))
        content = self._workspace_content(path)
        tracked = self._log(path)
        if content is None and not tracked:
            known = [out.path for lock in self._locks.values() for out in lock.outs]
            known += [dep.path for lock in self._locks.values() for dep in lock.deps]
            where = f" at {self._revision.name}" if self._revision else ""
            hint = suggestion(path, dict.fromkeys(known), "files that the locks name")
            raise UsageError(f"nobody knows of {path!r}{where}: no stage, and not git", hint=hint)
        return self._link(path, content, self._session.settings.hash)

    def _inside(self, directory: Content, own: str, path: str) -> Content | None:
        """Give what a file of a directory held, if its listing is here."""
        entries = self._entries(directory) or ()
        found = (e for e in entries if isinstance(e, FileEntry) and f"{own}/{e.path}" == path)
        return next((entry.content for entry in found), None)

    def _entries(self, directory: Content) -> tuple[Entry, ...] | None:
        """Give what a directory held; None if its listing isn't here."""
        if not directory.directory:
            return ()
        try:
            return self._session.workspace.cache.read_listing(directory.hash)
        except (MissingBlobError, CorruptionError):
            return None

    def _may_hold(self, stage: str, path: str) -> bool:
        """Say whether something of this path is, as far as can be known, in what a stage made."""
        for out in self._locks[stage].outs:
            own = out.path.rstrip("/")
            if own.startswith(f"{path}/"):
                return True
            if path.startswith(f"{own}/"):
                entries = self._entries(out.content)
                inner = path.removeprefix(f"{own}/")
                if entries is None or any(f"{e.path}/".startswith(f"{inner}/") for e in entries):
                    return True
        return False

    def _link(self, path: str, content: Content | None, algorithm: str) -> Link:
        path = path.rstrip("/")
        now = self._now(path, content)
        makers = self._makers(path)
        if not makers:
            return Link(path, content, commit=self._source(path, content, algorithm), now=now)
        ids = [self._maker(stage, path, content) for stage in makers]
        known = tuple(id_ for id_ in ids if id_ is not None)
        return Link(path, content, known, lost=len(known) < len(ids), now=now)

    def _makers(self, path: str) -> list[str]:
        """Give the stages that make an artifact, a directory around it, or something in it."""
        found: dict[str, None] = {}
        for stage, lock in self._locks.items():
            for out in lock.outs:
                own = out.path.rstrip("/")
                if own == path or path.startswith(f"{own}/") or own.startswith(f"{path}/"):
                    found[stage] = None
        return list(found)

    def _maker(self, stage: str, path: str, content: Content | None) -> str | None:
        """Give the step of a stage that made a content; None if nobody knows which it was."""
        if content is None or self._made(self._locks[stage], path, content) is not False:
            return self._current(stage)
        for lock, commit in self._past(stage):
            if self._made(lock, path, content):
                id_ = f"{stage}@{commit.hash[:_SHORT]}"
                self._found[id_] = lock, commit
                return id_
        return None

    def _made(self, lock: Lock, path: str, content: Content) -> bool | None:
        """Say whether a step made a content; None if that can't be known."""
        for out in lock.outs:
            own = out.path.rstrip("/")
            if own == path:
                return out.content.hash == content.hash
            if path.startswith(f"{own}/"):
                inner = self._inside(out.content, own, path)
                return None if inner is None else inner.hash == content.hash
        return None

    def _current(self, stage: str) -> str:
        if stage not in self._found:
            self._found[stage] = self._locks[stage], self._recorded(stage)
        return stage

    def _recorded(self, stage: str) -> Commit | None:
        """Give the commit that brought the lock of a stage as it is."""
        last = next(self._past(stage), None)
        return last[1] if last is not None and last[0] == self._locks[stage] else None

    def _past(self, stage: str) -> Iterator[tuple[Lock, Commit]]:
        """Give the locks that a stage had, each with the commit that brought it, newest first."""
        path = f"{STAGES}/{self._session.workspace.layout.lock_file(stage).name}"
        log = self._log(path)
        data = self._contents(path, log)
        for commit in log:
            broken: list[BrokenLockError] = []
            text = data.get(commit.hash)
            for lock in read_locks({path: text}, commit.hash, broken) if text else ():
                yield lock, commit

    def _since(self, lock: Lock, commit: Commit | None) -> dict[Fact, Commit]:
        """Give for each symbol and parameter of a step since when it has been as it is."""
        waiting = _facts(lock)
        found: dict[Fact, Commit] = {}
        begun = commit is None
        for older, at in self._past(lock.stage):
            begun = begun or at == commit
            if begun:
                before = _facts(older)
                waiting = {fact: text for fact, text in waiting.items() if before.get(fact) == text}
                found |= dict.fromkeys(waiting, at)
        return found

    def _source(self, path: str, content: Content | None, algorithm: str) -> Commit | None:
        """Give the commit that brought a source as it was read; None if it isn't in git so."""
        log = self._log(path)
        if not log or content is None:
            return log[0] if log and content is None else None
        if content.directory:
            # Git knows nothing of its hash: the last commit counts, if nothing has changed since.
            return log[0] if self._now(path, content) == "same" and not self._dirty(path) else None
        data = self._contents(path, log)
        same = [
            hash_bytes(data[commit.hash], algorithm) == content.hash  # pyright: ignore[reportArgumentType] - a lock has no other
            if commit.hash in data
            else False
            for commit in log
        ]
        if True not in same:
            return None
        # The oldest one since when it has been so.
        first = same.index(True)
        while first + 1 < len(same) and same[first + 1]:
            first += 1
        return log[first]

    def _dirty(self, path: str) -> bool:
        if self._repository is None or self._revision is not None:
            return False
        return bool(self._repository.ask("status", "--porcelain", "--", path).stdout)

    def _log(self, path: str) -> tuple[Commit, ...]:
        if self._repository is None:
            return ()
        if path not in self._logs:
            since = self._revision.commit if self._revision else "HEAD"
            try:
                self._logs[path] = changes(self._repository, [path], since=since, limit=_FAR)
            except PivotError:  # there is no commit yet
                self._logs[path] = ()
        return self._logs[path]

    def _contents(self, path: str, log: Sequence[Commit]) -> dict[str, bytes]:
        if self._repository is None or not log:
            return {}
        if path not in self._texts:
            found = read_each(self._repository, [(commit.hash, path) for commit in log])
            self._texts[path] = {commit: data for (commit, _), data in found.items()}
        return self._texts[path]

    def _now(self, path: str, content: Content | None) -> str | None:
        if self._revision is not None or content is None:
            return None
        here = self._workspace_content(path)
        if here is None:
            return "absent"
        if len(here.hash) != len(content.hash):
            return None  # by another algorithm
        return "same" if here.hash == content.hash else "changed"

    def _workspace_content(self, path: str) -> Content | None:
        if self._revision is not None or not Path(self._session.root / path).exists():
            return None
        return self._session.workspace.content(path)
