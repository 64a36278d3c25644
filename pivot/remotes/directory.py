"""A remote that is a directory: a network drive, or another disk.

Blobs lie as they do in the cache, in `files/ab/cdef...`, and get their names when they are whole.
Of a drive that is slow to answer, `jobs` copies are made at once. Example:
`open_directory("file:///mnt/share/pivot", {})`. Tests: tests/remotes/test_directory.py.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pivot.errors import RemoteError, UsageError
from pivot.interfaces import Moved, Stored
from pivot.remotes.names import folders, key_of, name_of
from pivot.remotes.spreading import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from pivot.remotes.spreading import Tell

_CHUNK = 4 * 1024 * 1024
_MOST_JOBS = 256


def open_directory(url: str, options: Mapping[str, str]) -> DirectoryRemote:
    """Give the remote of a `file://` URL; raise `UsageError` if there can't be one."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise UsageError(
            f"the remote {url!r} names the host {parts.netloc!r}",
            hint="a path on this machine has three slashes: file:///mnt/share",
        )
    others = options.keys() - {"jobs"}
    if others:
        raise UsageError(
            f"the remote {url!r} has the unknown option {min(others)!r}",
            hint="a directory takes only the option 'jobs'",
        )
    return DirectoryRemote(Path(unquote(parts.path)), jobs_of(options))


def jobs_of(options: Mapping[str, str], default: int = 1) -> int:
    """Give how many transfers at a time the options ask for; raise `UsageError`."""
    text = options.get("jobs", str(default))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= _MOST_JOBS):
        raise UsageError(f"the option 'jobs' is {text!r:.40}, and takes a number from 1 to 256")
    return int(text)


class DirectoryRemote:
    """Blobs in a directory, which is made when the first is stored."""

    def __init__(self, directory: Path, jobs: int = 1) -> None:
        self._directory = directory
        self._jobs = jobs

    def missing(self, keys: Collection[str]) -> set[str]:
        """Give those of the keys that the directory doesn't hold."""
        return {key for key in keys if self._status(self._file(key)) is None}

    def upload(self, blobs: Mapping[str, Path], tell: Callable[[Moved], None]) -> None:
        """Copy files into the directory."""

        def send(item: tuple[str, Path], tell: Tell) -> None:
            key, source = item
            target = self._file(key)
            with self._explaining("written"):
                target.parent.mkdir(parents=True, exist_ok=True)
                _copy(key, source, target, tell)

        spread(blobs.items(), send, tell, self._jobs)

    def download(self, files: Mapping[str, Path], tell: Callable[[Moved], None]) -> set[str]:
        """Copy blobs out of the directory."""
        if not self._directory.is_dir():
            raise RemoteError(
                f"the remote {self._directory} is not there", hint="is the drive mounted?"
            )
        absent: set[str] = set()

        def get(item: tuple[str, Path], tell: Tell) -> None:
            key, target = item
            source = self._file(key)
            if self._status(source) is None:
                absent.add(key)
                return
            with self._explaining("read"):
                _copy(key, source, target, tell)

        spread(files.items(), get, tell, self._jobs)
        return absent

    def list(self, beginnings: Collection[str] = ("",)) -> Iterator[Stored]:
        """Give what there is, with the time of each file."""
        names = {name for beginning in beginnings for name in folders(beginning)}
        with self._explaining("read"):
            found = {file for name in names for file in self._matching(name)}
        for file in sorted(found):
            key = key_of(file.relative_to(self._directory).as_posix())
            status = self._status(file) if key else None
            if key and status:
                yield Stored(key, status.st_size, status.st_mtime)

    def _matching(self, beginning: str) -> Iterator[Path]:
        folder, *rest = beginning.split("/")
        shard, name = (*rest, "", "")[:2]
        around = self._directory / folder
        for one in [shard] if name else _names(around, shard):
            for last in _names(around / one, name):
                yield around / one / last

    def _status(self, file: Path) -> os.stat_result | None:
        """Look at a blob; what may not be looked at is not absent."""
        with self._explaining("read"):
            try:
                return file.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def delete(self, keys: Collection[str]) -> None:
        """Remove blobs."""
        with self._explaining("changed"):
            for key in keys:
                self._file(key).unlink(missing_ok=True)

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def _file(self, key: str) -> Path:
        return self._directory / name_of(key)

    @contextlib.contextmanager
    def _explaining(self, verb: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RemoteError(
                f"the remote {self._directory} can't be {verb}: {error.strerror}",
                hint="is the drive mounted and not full, and may you use it?",
            ) from error


def _names(directory: Path, beginning: str) -> list[str]:
    try:
        return [one.name for one in directory.iterdir() if one.name.startswith(beginning)]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _copy(key: str, source: Path, target: Path, tell: Callable[[Moved], None]) -> None:
    """Copy a file by way of a temporary one, which is gone whatever happens."""
    temporary = target.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        with source.open("rb") as reader, temporary.open("xb") as writer:
            while chunk := reader.read(_CHUNK):
                writer.write(chunk)
                tell(Moved(key, len(chunk), whole=False))
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    tell(Moved(key, 0, whole=True))
