"""What the files and directories of the project hold right now.

`Tree` hashes artifacts. A *look* at an artifact is its `Content`, for a file the stat signature
that it had while it was hashed, and for a directory its listing. `Known` is a memory of earlier
hashes by project-relative path; a file is read again only when its signature has changed. Example::

    Tree(root, "xxh64", known).content("data/raw.csv")  # Content("d24ec4f1a98c6e5b", 4)

A signature can't vouch for a file that was written within a tick of the clock before it was hashed:
a second write in the same tick would look the same. Such a file is *fresh*: it is not put into
`Known`, and a look at it has no signature.

Everything in a directory counts, whatever its name, but Pivot's own temporaries.
Tests: tests/store/test_tree.py.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from typing import TYPE_CHECKING, Protocol

from pivot.errors import PathError, StorageError
from pivot.frozen import frozen
from pivot.hashing import hash_bytes, hash_file
from pivot.signature import TICK_NS, is_fresh
from pivot.store.atomic import is_temporary
from pivot.store.content import Content, Signature
from pivot.store.faults import storage_error
from pivot.store.ignore import Ignore
from pivot.store.listing import (
    EmptyEntry,
    Entry,
    FileEntry,
    LinkEntry,
    encode_listing,
    stays_inside,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.hashing import Algorithm

# Hashing this much takes longer than waiting for the clock to tick, so that it's hashed just once.
_WORTH_WAITING = 1 << 26
_ATTEMPTS = 5


class Known(Protocol):
    """A memory of hashes, each with the signature that the file had; forgetting is allowed."""

    def get(self, path: str) -> tuple[Signature, str] | None:
        """Give what was put for a path, or None."""
        ...

    def put(self, path: str, signature: Signature, hash: str) -> None:  # noqa: A002 - the contract's name
        """Remember that the file had this hash when it looked like this."""
        ...


class OutsideLinkError(PathError):
    """A symbolic link leads out of the project, or out of the directory that is an artifact."""


class SpecialFileError(PathError):
    """An artifact is a device, a pipe or a socket: nothing that has a content."""


@frozen
class Look:
    """An artifact as it was found."""

    content: Content
    #: Of a file: what `stat` says of it as long as it holds this. None for a directory, and for
    #: a file that's too fresh to be recognised by its looks.
    signature: Signature | None = None
    #: Of a directory: the bytes whose hash is the content's. None for a file.
    listing: bytes | None = None


class Tree:
    """The project's files below `root`, by content."""

    def __init__(self, root: Path, algorithm: Algorithm, known: Known | None = None) -> None:
        self._root = root
        self._algorithm: Algorithm = algorithm
        self._known = known
        self._digits = len(hash_bytes(b"", algorithm))
        self._ignores = Ignore(root)

    def content(self, artifact: str) -> Content | None:
        """Give what an artifact holds, or None if it isn't there; raises as `look` does."""
        found = self.look(artifact)
        return found.content if found else None

    def listing(self, artifact: str) -> bytes:
        """Give the bytes of a directory's listing, whose hash is its content's hash.

        Raises `StorageError` if there is no such directory, else as `look` does.
        """
        found = self.look(artifact)
        if found is None or found.listing is None:
            raise StorageError(f"there is no directory {artifact!r} to list")
        return found.listing

    def look(self, artifact: str) -> Look | None:
        """Give what an artifact holds and looks like, or None if it isn't there.

        Raises `OutsideLinkError` and `SpecialFileError`; `StorageError` if it can't be read, or
        goes on changing while it is.
        """
        name = artifact.rstrip("/")
        path = self._root / name
        try:
            self._check_parents(name)
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                check_link(path, self._root, artifact)
                status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                return self._look_at_directory(path, name)
            return self._look_at_file(path, name, status)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise storage_error(error, "read", error.filename or artifact) from error

    def _check_parents(self, name: str) -> None:
        end = name.find("/")
        while end >= 0:
            parent = self._root / name[:end]
            if parent.is_symlink():
                check_link(parent, self._root, name[:end])
            end = name.find("/", end + 1)

    def _look_at_file(self, path: Path, name: str, status: os.stat_result) -> Look:
        if not stat.S_ISREG(status.st_mode):
            raise _special(name, status.st_mode)
        found = self._known.get(name) if self._known is not None else None
        if found and found[0] == Signature.of(status) and len(found[1]) == self._digits:
            return _look(found[1], status, fresh=False)
        for _ in range(_ATTEMPTS):
            started = self._start(status)
            hash_, size = hash_file(path, self._algorithm)
            before, status = status, path.stat()
            if Signature.of(before) == Signature.of(status) and size == status.st_size:
                fresh = is_fresh(_last_change(status), started)
                if self._known is not None and not fresh:
                    self._known.put(name, Signature.of(status), hash_)
                return _look(hash_, status, fresh=fresh)
        raise StorageError(
            f"the file {name!r} goes on changing while it is read",
            hint="wait until whatever writes it is done",
        )

    @staticmethod
    def _start(status: os.stat_result) -> int:
        """Give the time at which hashing starts, after a tick if the file is large and fresh."""
        now = time.time_ns()
        late = _last_change(status) + TICK_NS - now
        if status.st_size < _WORTH_WAITING or not 0 <= late <= TICK_NS:
            return now
        time.sleep((late + 1) / 1e9)
        return time.time_ns()

    def _look_at_directory(self, path: Path, name: str) -> Look:
        for _ in range(_ATTEMPTS):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                entries = self._entries(path, name)
                listing = encode_listing(entries)
                size = sum(entry.size for entry in entries if isinstance(entry, FileEntry))
                hash_ = hash_bytes(listing, self._algorithm)
                return Look(Content(hash_, size, directory=True), listing=listing)
            path.lstat()  # raises if the directory itself is what disappeared
        raise StorageError(
            f"files of the directory {name!r} go on disappearing while it is read",
            hint="wait until whatever writes there is done",
        )

    def _entries(self, top: Path, name: str) -> list[Entry]:
        entries: list[Entry] = []
        waiting = [""]
        while waiting:
            directory = waiting.pop()
            prefix = f"{directory}/" if directory else ""
            found = self._scan(top / directory, f"{name}/{prefix}")
            if not found and directory:
                entries.append(EmptyEntry(directory))
            for item in found:
                relative = f"{prefix}{item.name}"
                if item.is_dir(follow_symlinks=False):
                    waiting.append(relative)
                else:
                    entries.append(self._entry(top, name, relative, item))
        return entries

    def _scan(self, directory: Path, prefix: str) -> list[os.DirEntry[str]]:
        """Give what counts of a directory; `prefix` and a name are a path from the root."""
        with os.scandir(directory) as scan:
            return [
                item
                for item in scan
                if not is_temporary(item.name)
                and not self._ignores(
                    f"{prefix}{item.name}", directory=item.is_dir(follow_symlinks=False)
                )
            ]

    def _entry(self, top: Path, name: str, relative: str, item: os.DirEntry[str]) -> Entry:
        path = top / relative
        if item.is_symlink():
            target = str(path.readlink())
            if not stays_inside(relative, target):
                raise _outside(f"{name}/{relative}", target)
            check_link(path, top, f"{name}/{relative}")
            return LinkEntry(relative, target)
        status = item.stat(follow_symlinks=False)
        content = self._look_at_file(path, f"{name}/{relative}", status).content
        return FileEntry(relative, content.hash, content.size, content.executable)


def _look(hash_: str, status: os.stat_result, *, fresh: bool) -> Look:
    content = Content(hash_, status.st_size, bool(status.st_mode & stat.S_IXUSR))
    return Look(content, None if fresh else Signature.of(status))


def _last_change(status: os.stat_result) -> int:
    return max(status.st_mtime_ns, status.st_ctime_ns)


def check_link(link: Path, inside: Path, name: str) -> None:
    """Raise `OutsideLinkError`, with `name`, if a link leads out of the directory `inside`."""
    reached = link.resolve()
    if not reached.is_relative_to(inside.resolve()):
        raise _outside(name, str(reached))


def _outside(name: str, target: str) -> OutsideLinkError:
    return OutsideLinkError(
        f"the symbolic link {name!r} leads outside, to {target}",
        hint="copy what it points to into its place, or make it a relative link that stays inside",
    )


def _special(name: str, mode: int) -> SpecialFileError:
    kinds = {
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    kind = kinds.get(stat.S_IFMT(mode), "no file")
    return SpecialFileError(
        f"{name!r} is {kind}; only files and directories can be artifacts",
        hint="remove it, or name another path",
    )
