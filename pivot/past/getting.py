"""Getting what was at a revision into the project, or to anywhere else.

All that can go wrong is found out before anything is written: what targets mean, where it goes,
whether something is there already, and whether git, the cache or a remote has it. Example::

    getter = Getter(session, Revision(repository, "v1"), Contents(session))
    getter.get(["model.bin"], Destination(Path("/tmp/old.bin")))

Tests: tests/cli/commands/test_data.py.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.errors import PathError, PivotError, UsageError
from pivot.frozen import frozen
from pivot.past.choosing import Piece, choose
from pivot.past.contents import Wanted
from pivot.paths import inside
from pivot.store.atomic import beside, removing, swap_in
from pivot.store.cache import Cache
from pivot.store.faults import storage_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot.past.choosing import Chosen
    from pivot.past.contents import Contents
    from pivot.past.revision import Item, Revision
    from pivot.session import Session
    from pivot.store.listing import Entry

#: Raised with every change of the document that `to_json` gives.
FORMAT_VERSION = 1
_EXECUTABLE = b"100755"


@frozen
class Destination:
    """Where to."""

    #: An absolute path; None: everything goes to its own place in the project.
    path: Path | None = None
    #: Whether the path was written with a slash at its end.
    directory: bool = False


@frozen
class Got:
    """One file or directory that was got."""

    #: What it is in the project.
    path: str
    target: Path
    #: `git`, `cache`, or `remote`.
    source: str
    hash: str | None
    size: int | None

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`."""
        return {
            "path": self.path,
            "target": str(self.target),
            "source": self.source,
            "hash": self.hash,
            "size": self.size,
        }


@frozen
class Getting:
    """What was got, from which revision."""

    revision: str
    commit: str
    files: tuple[Got, ...]
    #: What was there before and is kept in the cache: the path, and the hash of its content.
    saved: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the documented form."""
        return {
            "version": FORMAT_VERSION,
            "revision": self.revision,
            "commit": self.commit,
            "files": [one.to_json() for one in self.files],
            "saved": [{"path": path, "hash": hash_} for path, hash_ in self.saved],
        }


class NotGotError(PivotError):
    """Some of what was wanted can't be had; `problems` say why."""

    def __init__(self, problems: Sequence[PivotError]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class Getter:
    """Gets artifacts of one revision."""

    def __init__(self, session: Session, revision: Revision, contents: Contents) -> None:
        self._session = session
        self._revision = revision
        self._contents = contents
        self._saved: list[tuple[str, str]] = []

    def get(
        self, targets: Sequence[str], destination: Destination, *, force: bool = False
    ) -> Getting:
        """Get what targets mean; raise `PivotError` for whatever is wrong, and leave all as it was.

        Nothing is replaced without `force`.
        """
        chosen = choose(self._revision, targets, self._read)
        places = self._places(chosen, destination)
        for piece, place in places.items():
            self._check(piece, place, force=force)
        self._bring([piece for piece in places if piece.content])
        # Links come last, so that nothing is written through one.
        ordered = sorted(places.items(), key=lambda item: item[0].link is not None)
        got = [self._put(piece, place) for piece, place in ordered]
        return Getting(self._revision.name, self._revision.commit, tuple(got), tuple(self._saved))

    def _read(self, directory: Item) -> Sequence[Entry]:
        """Give what is in a directory that is an output, after getting its listing."""
        if directory.content is None:
            return ()
        wanted = Wanted(directory.path, self._revision.name, directory.content)
        if lacking := self._contents.bring_listings([wanted]):
            raise NotGotError(list(lacking.values()))
        return self._session.workspace.cache.read_listing(directory.content.hash)

    def _bring(self, pieces: Sequence[Piece]) -> None:
        wanted = [
            Wanted(piece.path, self._revision.name, piece.content)
            for piece in pieces
            if piece.content
        ]
        if lacking := self._contents.bring(wanted):
            raise NotGotError(list(lacking.values()))

    def _places(self, chosen: Sequence[Chosen], destination: Destination) -> dict[Piece, Path]:
        """Give where each piece goes; one that is a part of another goes with that."""
        pieces = {piece.path: piece for one in chosen for piece in one.pieces}
        whole = [
            piece
            for path, piece in pieces.items()
            if not any(parent.as_posix() in pieces for parent in Path(path).parents)
        ]
        to, base = destination.path, chosen[0].path
        if to is None:
            return {piece: inside(self._session.root, piece.path) for piece in whole}
        if len(chosen) > 1 or base is None:
            if to.exists() and not to.is_dir():
                raise UsageError(
                    f"{to} is a file, and several things were asked for", hint="name a directory"
                )
            return {piece: within(to, piece.path) for piece in whole}
        # A single path gets the name, or goes into the directory of that name.
        top = to / Path(base).name if destination.directory or to.is_dir() else to
        return {piece: within(top, os.path.relpath(piece.path, base)) for piece in whole}

    def _check(self, piece: Piece, place: Path, *, force: bool) -> None:
        """Raise `PathError` or `UsageError` if something can't, or mustn't, go to a place."""
        root = self._session.root.resolve()
        real = place.parent.resolve() / place.name
        dot = self._session.workspace.layout.dot.resolve()
        if real == dot or real.is_relative_to(dot):
            raise PathError(f"{place} is inside .pivot, which belongs to Pivot itself")
        if root.is_relative_to(real):
            raise PathError(f"{place} holds the project, and can't be replaced")
        for parent in place.parents:
            if parent.exists():
                if not parent.is_dir():
                    raise UsageError(f"{place} can't be made: {parent} is a file")
                break
        directory = piece.content is not None and piece.content.directory
        if force and place.is_dir() and not place.is_symlink() and not directory:
            raise UsageError(f"{self._shown(place)} is a directory", hint="remove it first")
        if os.path.lexists(place) and not force:
            raise UsageError(
                f"{self._shown(place)} is there already",
                hint="get it elsewhere with '-o PATH', or replace it with --force",
            )

    def _shown(self, place: Path) -> str:
        root = self._session.root
        return place.relative_to(root).as_posix() if place.is_relative_to(root) else str(place)

    def _put(self, piece: Piece, place: Path) -> Got:
        self._save(place)
        source = "git" if piece.committed else self._contents.source(piece.content)
        content = piece.content
        if content is not None:
            self._cache.restore(content, place, writable=True)
        else:
            self._make(piece, place)
        size = content.size if content else None
        return Got(piece.path, place, source, content.hash if content else None, size)

    @property
    def _cache(self) -> Cache:
        """The cache, which is not to remember files that may lie outside of the project."""
        workspace = self._session.workspace
        settings = workspace.settings
        vouched = workspace.state.blobs
        link, verify = settings.cache_link, settings.cache_verify
        return Cache(workspace.layout, settings.hash, link, vouched, verify=verify)

    def _make(self, piece: Piece, place: Path) -> None:
        """Make what is not in the cache: a file that git has, a link, an empty directory."""
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            temporary = beside(place)
            with removing(temporary):
                if piece.committed:
                    self._copy_committed(piece.path, temporary)
                elif piece.link is not None:
                    temporary.symlink_to(piece.link)
                else:
                    temporary.mkdir()
                swap_in(temporary, place)
        except OSError as error:
            raise storage_error(error, "write", place) from error

    def _copy_committed(self, path: str, target: Path) -> None:
        repository, commit = self._revision.repository, self._revision.commit
        repository.copy(commit, path, target)
        mode = repository.ask("ls-tree", commit, "--", path).stdout.partition(b" ")[0]
        if mode == _EXECUTABLE:
            target.chmod(target.stat().st_mode | 0o111)

    def _save(self, place: Path) -> None:
        """Keep in the cache what is about to be replaced in the project."""
        root = self._session.root
        if not place.is_relative_to(root) or not os.path.lexists(place) or place.is_symlink():
            return
        workspace, path = self._session.workspace, place.relative_to(root).as_posix()
        content = workspace.content(path)
        if content is not None and not workspace.cache.holds(content):
            workspace.cache.add(place, content, apart=True)
            self._saved.append((path, content.hash))


def within(directory: Path, path: str) -> Path:
    """Give a path in a directory that may not be there yet; raise `PathError` if links lead out."""
    place = Path(os.path.normpath(directory / path))
    if place != directory and not place.parent.resolve().is_relative_to(directory.resolve()):
        raise PathError(f"{place} leads outside {directory}, to {place.parent.resolve()}")
    return place
