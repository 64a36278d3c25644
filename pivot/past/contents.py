"""Getting contents that locks name into the cache: they are there, or a remote has them.

What neither has is told, each with what was found where. Example::

    lacking = Contents(session).bring([Wanted("scores.json", "v1", content)])
    data = session.workspace.cache.blob(content.hash).read_bytes()  # unless it's in lacking

Tests: tests/past/test_contents.py.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pivot.errors import CorruptionError, PivotError, RemoteError, UsageError
from pivot.frozen import frozen
from pivot.store.cache import MissingBlobError
from pivot.store.listing import FileEntry
from pivot.sync.opening import choose_remote, open_remote
from pivot.sync.synchronizer import Synchronizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pivot.interfaces import Remote
    from pivot.session import Session
    from pivot.store.cache import Cache
    from pivot.store.content import Content
    from pivot.sync.report import Progress

_NO_REMOTE = (
    "run its stage at that revision, or, if another machine has it, name the remote it pushes to: "
    "pivot config set remotes.origin URL"
)


@frozen
class Wanted:
    """A content that is wanted."""

    path: str
    #: As a person calls it.
    revision: str
    content: Content


class MissingContentError(PivotError):
    """Neither the cache nor a remote has a content; `remote` names the one that was asked."""

    def __init__(
        self, what: str, content: Content, where: str, remote: str | None, hint: str | None
    ) -> None:
        super().__init__(
            f"{what}: the cache doesn't hold it ({content.hash}), and {where}", hint=hint
        )
        self.hash = content.hash
        self.remote = remote


class Contents:
    """Looks in the cache first, then in a remote: that of a name, or the default one."""

    def __init__(
        self,
        session: Session,
        remote: str | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._session = session
        self._remote = remote
        self._on_progress = on_progress
        self._fetched: set[Content] = set()

    def source(self, content: Content | None) -> str:
        """Say where a content came from: `remote`, or `cache` if it was there."""
        return "remote" if content in self._fetched else "cache"

    def bring(self, wanted: Iterable[Wanted]) -> dict[Content, MissingContentError]:
        """See to it that the cache has contents; give those that it hasn't.

        What the workspace still holds is taken from there. Raises `UsageError` if there is no
        remote of the name that was given.
        """
        return self._bring(wanted, is_whole, Synchronizer.fetch)

    def bring_listings(self, wanted: Iterable[Wanted]) -> dict[Content, MissingContentError]:
        """Do the same only for what directories consist of, and not for the files in them."""
        return self._bring(wanted, _is_listed, Synchronizer.fetch_listings)

    def _bring(
        self,
        wanted: Iterable[Wanted],
        is_there: Callable[[Cache, Content], bool],
        move: Callable[..., object],
    ) -> dict[Content, MissingContentError]:
        workspace = self._session.workspace
        lacking: dict[Content, str] = {}
        for one in wanted:
            if is_there(workspace.cache, one.content):
                continue
            if self._is_here(one):
                workspace.cache.add(workspace.path(one.path), one.content, apart=True)
            else:
                lacking[one.content] = f"{one.path} at {one.revision}"
        return self._fetch(lacking, move) if lacking else {}

    def _is_here(self, one: Wanted) -> bool:
        try:
            return self._session.workspace.content(one.path) == one.content
        except PivotError:  # whatever lies there, it isn't this
            return False

    def _fetch(
        self, lacking: Mapping[Content, str], move: Callable[..., object]
    ) -> dict[Content, MissingContentError]:
        if self._remote is None and not self._session.settings.remotes:
            return _all(lacking, "there is no remote to get it from", None, _NO_REMOTE)
        try:
            chosen = choose_remote(self._session.settings, self._remote)
        except UsageError as error:
            if self._remote is not None:
                raise
            return _all(lacking, error.message, None, error.hint)
        try:
            with contextlib.closing(open_remote(self._session, chosen)) as remote:
                problems = self._problems(lacking, remote, move)
        except RemoteError as error:
            where = f"the remote {chosen.name!r} can't be asked: {error.message}"
            return _all(lacking, where, chosen.name, error.hint)
        return {
            content: _lacks(lacking[content], content, chosen.name, damaged=damaged)
            for content, damaged in problems.items()
        }

    def _problems(
        self, lacking: Iterable[Content], remote: Remote, move: Callable[..., object]
    ) -> dict[Content, bool]:
        """Fetch, and give what did not come, each with whether that's since it's damaged."""
        workspace = self._session.workspace
        mover = Synchronizer(workspace.layout, workspace.cache, remote, self._on_progress)
        move(mover, lacking, dry_run=False)
        self._fetched.update(lacking)
        found = mover.tally.problems
        kinds = {c: {found[key] for key in mover.keys(c) if key in found} for c in lacking}
        return {content: "corrupt" in kind for content, kind in kinds.items() if kind}


def _all(
    lacking: Mapping[Content, str], where: str, remote: str | None, hint: str | None
) -> dict[Content, MissingContentError]:
    return {
        content: MissingContentError(what, content, where, remote, hint)
        for content, what in lacking.items()
    }


def _lacks(what: str, content: Content, remote: str, *, damaged: bool) -> MissingContentError:
    if damaged:
        where = f"what the remote {remote!r} has is damaged"
        return MissingContentError(what, content, where, remote, None)
    where = f"neither does the remote {remote!r}"
    hint = "if another machine has it: 'pivot push' there; or run its stage at that revision"
    return MissingContentError(what, content, where, remote, hint)


def _is_listed(cache: Cache, content: Content) -> bool:
    try:
        cache.read_listing(content.hash)
    except (MissingBlobError, CorruptionError):
        return False
    return True


def is_whole(cache: Cache, content: Content) -> bool:
    """Say whether the cache has all of a content, and nothing of it is damaged."""
    try:
        if not content.directory:
            cache.sound_blob(content.hash, content.size)
            return True
        for entry in cache.read_listing(content.hash):
            if isinstance(entry, FileEntry):
                cache.sound_blob(entry.hash, entry.size)
    except (MissingBlobError, CorruptionError):
        return False
    return True
