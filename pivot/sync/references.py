"""What must be kept: the contents that a branch, a tag, a stash or a recent run refers to.

They are named by the stages' locks, at the tips of everything that git knows and in the
workspace, and by the history of runs. If one lock can't be read, nothing is known of what it
names: then there is no answer. Tests: tests/cli/commands/test_gc.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pivot.engine.history import History
from pivot.engine.judge import lock_key
from pivot.errors import CorruptionError
from pivot.frozen import frozen
from pivot.store.lock import BrokenLockError, decode_lock, read_lock
from pivot.vcs import NoRepositoryError, Repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.session import Session
    from pivot.store.lock import Lock

_SUFFIX = ".lock"


@frozen
class References:
    """What is referred to."""

    #: The hashes of files.
    files: frozenset[str]
    #: The hashes of directories' listings.
    listings: frozenset[str]
    #: The names, in the run cache, of the runs whose locks were found.
    runs: frozenset[str]
    #: Whether the project is in a git repository.
    versioned: bool


def references(session: Session) -> References:
    """Gather all that is referred to; raise `CorruptionError` if a lock can't be read."""
    repository = _repository(session.root)
    files: set[str] = set()
    listings: set[str] = set()
    runs: set[str] = set()
    for lock in _locks(session, repository):
        runs.add(lock_key(lock.as_made, session.settings.fingerprint_packages))
        for record in (*lock.outs, *lock.base):
            (listings if record.content.directory else files).add(record.content.hash)
    for text in _recent(session):
        (listings if text.endswith("/") else files).add(text.rstrip("/"))
    return References(
        frozenset(files), frozenset(listings), frozenset(runs), repository is not None
    )


def _repository(root: Path) -> Repository | None:
    try:
        return Repository.find(root)
    except NoRepositoryError:
        return None


def _locks(session: Session, repository: Repository | None) -> Iterator[Lock]:
    directory = session.workspace.layout.stages
    for file in sorted(directory.glob(f"*{_SUFFIX}")):
        try:
            lock = read_lock(file)
        except BrokenLockError as error:
            raise _unknown(error) from error
        if lock is not None:
            yield lock
    if repository is None:
        return
    names = repository.list_tips()
    for revision, name, data in repository.read_versions(names.values(), ".pivot/stages"):
        if name.endswith(_SUFFIX):
            where = next(tip for tip, commit in names.items() if commit == revision)
            try:
                yield decode_lock(data, Path(f"{where}:.pivot/stages/{name}"))
            except BrokenLockError as error:
                raise _unknown(error) from error


def _unknown(error: BrokenLockError) -> CorruptionError:
    return CorruptionError(
        f"{error.message}; so nobody knows what it refers to, and nothing was removed",
        hint="mend or delete it; of a branch or a stash that nobody needs, delete that",
    )


def _recent(session: Session) -> Iterator[str]:
    ring = session.workspace.state.history
    for run in History(ring, session.settings.history_runs).runs():
        for stage in run.stages:
            yield from stage.contents
