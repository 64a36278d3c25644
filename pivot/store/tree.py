"""What the files and directories of the project hold right now.

`Tree` hashes artifacts. A *look* at an artifact is its `Content`, for a file the stat signature
that it had while it was hashed, and for a directory its listing. `Known` is a memory of earlier
hashes by project-relative path; a file is read again only when its signature has changed, so that a
directory that is looked at again is listed, and not read. Example::

    Tree(root, "xxh64", known).content("data/raw.csv")  # Content("d24ec4f1a98c6e5b", 4)

Everything in a directory counts, whatever its name, but Pivot's own temporaries.
Tests: tests/store/test_tree.py.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.errors import PathError, StorageError
from pivot.frozen import frozen
from pivot.hashing import hash_bytes
from pivot.store.atomic import is_temporary
from pivot.store.content import Content, Signature
from pivot.store.faults import storage_error
from pivot.store.files import Files
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
    from collections.abc import Iterator

    from pivot.hashing import Algorithm
    from pivot.store.files import Found, Hashed, Known

_ATTEMPTS = 5
# Enough for one question to the memory to cost nothing; what `stat` says of more takes memory.
_AT_ONCE = 1024


class OutsideLinkError(PathError):
    """A symbolic link leads out of the project, or out of the directory that is an artifact."""


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
        self._files = Files(str(root), algorithm, known)
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
        path = f"{self._root}/{name}"
        try:
            self._check_parents(name)
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                check_link(Path(path), self._root, artifact)
                status = os.stat(path)  # noqa: PTH116 - as everywhere here: some thousands of them
            if stat.S_ISDIR(status.st_mode):
                return self._look_at_directory(path, name)
            return _look(self._files.look(name, status))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise storage_error(error, "read", error.filename or artifact) from error

    def _check_parents(self, name: str) -> None:
        end = name.find("/")
        while end >= 0:
            parent = f"{self._root}/{name[:end]}"
            if os.path.islink(parent):  # noqa: PTH114 - as above
                check_link(Path(parent), self._root, name[:end])
            end = name.find("/", end + 1)

    def _look_at_directory(self, path: str, name: str) -> Look:
        for _ in range(_ATTEMPTS):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                entries = self._entries(path, name)
                listing = encode_listing(entries)
                size = sum(entry.size for entry in entries if isinstance(entry, FileEntry))
                hash_ = hash_bytes(listing, self._algorithm)
                return Look(Content(hash_, size, directory=True), listing=listing)
            os.lstat(path)  # raises if the directory itself is what disappeared
        raise StorageError(
            f"files of the directory {name!r} go on disappearing while it is read",
            hint="wait until whatever writes there is done",
        )

    def _entries(self, top: str, name: str) -> list[Entry]:
        entries: list[Entry] = []
        files: list[Found] = []
        waiting = [""]
        while waiting:
            directory = waiting.pop()
            empty = bool(directory)
            for item in self._scan(top, name, directory):
                empty = False
                relative = f"{directory}{item.name}"
                if item.is_dir(follow_symlinks=False):
                    waiting.append(f"{relative}/")
                elif item.is_symlink():
                    entries.append(_link(top, name, relative))
                else:
                    files.append((f"{name}/{relative}", item.stat(follow_symlinks=False)))
                    if len(files) == _AT_ONCE:
                        entries += self._file_entries(files, name)
                        files = []
            if empty:
                entries.append(EmptyEntry(directory.removesuffix("/")))
        return entries + self._file_entries(files, name)

    def _scan(self, top: str, name: str, directory: str) -> Iterator[os.DirEntry[str]]:
        """Give what counts of a directory of `top`, which is `name` to the project."""
        prefix = f"{name}/{directory}"
        with os.scandir(f"{top}/{directory}") as scan:
            for item in scan:
                if not is_temporary(item.name) and not self._ignores(
                    f"{prefix}{item.name}", directory=item.is_dir(follow_symlinks=False)
                ):
                    yield item

    def _file_entries(self, files: list[Found], name: str) -> list[Entry]:
        start = len(name) + 1
        return [
            FileEntry(each[start:], found.hash, found.status.st_size, _is_executable(found.status))
            for each, found in self._files.look_at_all(files)
        ]


def _link(top: str, name: str, relative: str) -> LinkEntry:
    path = Path(top, relative)
    target = str(path.readlink())
    if not stays_inside(relative, target):
        raise _outside(f"{name}/{relative}", target)
    check_link(path, Path(top), f"{name}/{relative}")
    return LinkEntry(relative, target)


def _look(found: Hashed) -> Look:
    status = found.status
    content = Content(found.hash, status.st_size, _is_executable(status))
    return Look(content, None if found.fresh else Signature.of(status))


def _is_executable(status: os.stat_result) -> bool:
    return bool(status.st_mode & stat.S_IXUSR)


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
