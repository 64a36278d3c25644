"""Removing from the cache, or from a remote, what nothing refers to any more.

What is younger than the *grace period* stays, whatever refers to it: another process may be about
to refer to it, and of a remote, another machine whose branch is not known here yet. Example::

    report = clean(session, grace=86_400, remove=True)
    report.files, report.size

Tests: tests/cli/commands/test_gc.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from typing import TYPE_CHECKING, Any

from pivot.errors import CorruptionError, UsageError
from pivot.frozen import frozen
from pivot.remotes.names import is_entry
from pivot.store.content import Content
from pivot.sync.memory import MARK
from pivot.sync.opening import choose_remote, open_remote
from pivot.sync.projects import PROJECT, strangers
from pivot.sync.references import references
from pivot.sync.synchronizer import Synchronizer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pivot.interfaces import Remote
    from pivot.session import Session
    from pivot.sync.references import References

_A_DAY = 86_400
#: In seconds: the grace periods if nobody names one.
HERE = 1 * _A_DAY
THERE = 14 * _A_DAY
#: In seconds: a temporary file that wasn't written to for so long is nobody's any more.
_WRITTEN = 3600


@frozen
class Cleaning:
    """What was removed or, if nothing was to be, what would be."""

    #: The remote's name in the settings; None: the cache.
    remote: str | None
    removed: bool
    #: In seconds.
    grace: float
    #: How many files, and their bytes.
    files: int
    size: int
    #: What is referred to.
    kept_files: int
    kept_size: int
    #: What isn't, but is younger than the grace period.
    young_files: int
    young_size: int

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`."""
        return dataclasses.asdict(self)


@frozen
class _Item:
    name: str
    size: int
    #: In seconds since 1970; None if it isn't known.
    since: float | None
    kept: bool


def clean(session: Session, *, grace: float | None = None, remove: bool = False) -> Cleaning:
    """Remove from the cache what nothing refers to; without `remove`, only look.

    Raises `CorruptionError`, and removes nothing, if a lock can't be read.
    """
    cache = session.workspace.cache
    kept = _kept_here(session, references(session))
    items = [
        # What was linked into the project, or out of it, has a new time.
        _Item(name, status.st_size, status.st_ctime, name in kept)
        for name, status in cache.blobs()
    ]
    leftovers = {str(file): file for file in cache.leftovers()}
    for name, file in leftovers.items():
        with contextlib.suppress(FileNotFoundError):
            status = file.lstat()
            # Whatever the grace period: somebody may be writing it right now.
            busy = time.time() - status.st_mtime < _WRITTEN
            items.append(_Item(name, status.st_size, None if busy else status.st_ctime, kept=False))
    report, names = _sorted_out(items, None, HERE if grace is None else grace, remove=remove)
    for name in names if remove else ():
        if name in leftovers:
            leftovers[name].unlink(missing_ok=True)
        else:
            cache.remove(name)
    return report


def clean_remote(
    session: Session,
    remote: str | None,
    *,
    grace: float | None = None,
    remove: bool = False,
    others_gone: bool = False,
) -> Cleaning:
    """Remove from a remote what nothing that is known here refers to; else as `clean`.

    Raises `UsageError` if nobody knows here what others need: if the project is in no git
    repository, or other projects push there, too, unless `others_gone` says that they don't any
    more. Then their registrations are removed with the rest.
    """
    chosen = choose_remote(session.settings, remote)
    found = references(session)
    if not found.versioned:
        raise UsageError(
            "the project is in no git repository, so that nobody knows what other machines need",
            hint="a remote is cleaned from a clone that has all branches: 'git fetch --all' first",
        )
    with contextlib.closing(open_remote(session, chosen)) as place:
        others = strangers(place, session.root)
        if others and not others_gone:
            raise _shared(chosen.name, len(others))
        kept = _kept_there(session, place, found)
        items = [
            _Item(
                stored.key,
                stored.size,
                stored.since,
                stored.key.partition("-")[0] in found.runs
                if is_entry(stored.key)
                else stored.key in kept,
            )
            for stored in place.list()
            if not stored.key.startswith((MARK, PROJECT))
        ]
        period = THERE if grace is None else grace
        report, names = _sorted_out(items, chosen.name, period, remove=remove)
        if remove and names:
            # First, so that nobody takes for known what is about to go.
            place.delete([stored.key for stored in place.list([MARK])])
            place.delete(names)
        if remove and others:
            place.delete(others)
    return report


def _shared(remote: str, others: int) -> UsageError:
    who = "another project pushes" if others == 1 else f"{others} other projects push"
    return UsageError(
        f"{who} to the remote {remote}, too, and what is needed there is not known here",
        hint="nothing was removed. Give each project a place of its own, such as another prefix; "
        "if what others have pushed may go, add --others-gone",
    )


def _kept_here(session: Session, found: References) -> set[str]:
    # The files of a listing that isn't here can't be told; whoever gets it, gets them, too.
    synchronizer = Synchronizer(session.workspace.layout, session.workspace.cache)
    inside = (synchronizer.keys(Content(one, 0, directory=True)) for one in found.listings)
    return set().union(found.files, *inside)


def _kept_there(session: Session, place: Remote, found: References) -> set[str]:
    """Give the keys to be kept; listings that aren't here are fetched."""
    synchronizer = Synchronizer(session.workspace.layout, session.workspace.cache, place)
    listings = [Content(one, 0, directory=True) for one in sorted(found.listings)]
    synchronizer.fetch_listings(listings)
    damaged = sorted(key for key, why in synchronizer.tally.problems.items() if why == "corrupt")
    if damaged:
        raise CorruptionError(
            f"what the remote holds of the listing {damaged[0]} is damaged, so that nobody knows "
            "the files of that directory; nothing was removed",
            hint="push it from a machine that has it, after deleting the damaged one",
        )
    return set().union(found.files, *map(synchronizer.keys, listings))


def _sorted_out(
    items: Iterable[_Item], remote: str | None, grace: float, *, remove: bool
) -> tuple[Cleaning, list[str]]:
    """Give the report, and the names of what is to be removed."""
    limit = time.time() - grace
    kept: list[_Item] = []
    young: list[_Item] = []
    gone: list[_Item] = []
    for item in items:
        old = item.since is not None and item.since <= limit
        (kept if item.kept else gone if old else young).append(item)
    report = Cleaning(
        remote=remote,
        removed=remove,
        grace=grace,
        files=len(gone),
        size=sum(item.size for item in gone),
        kept_files=len(kept),
        kept_size=sum(item.size for item in kept),
        young_files=len(young),
        young_size=sum(item.size for item in young),
    )
    return report, [item.name for item in gone]
