"""A remote that is a directory: a network drive, or another disk.

Blobs lie as they do in the cache, in `files/ab/cdef...`, and get their names when they are whole.
Example: `open_directory("file:///mnt/share/pivot", {})`. Tests: tests/remotes/test_directory.py.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pivot.errors import RemoteError, UsageError
from pivot.interfaces import Moved

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

_KEY = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")
_CHUNK = 4 * 1024 * 1024


def open_directory(url: str, options: Mapping[str, str]) -> DirectoryRemote:
    """Give the remote of a `file://` URL; raise `UsageError` if there can't be one."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise UsageError(
            f"the remote {url!r} names the host {parts.netloc!r}",
            hint="a path on this machine has three slashes: file:///mnt/share",
        )
    if options:
        raise UsageError(f"the remote {url!r} takes no options, and has {', '.join(options)}")
    return DirectoryRemote(Path(unquote(parts.path)))


class DirectoryRemote:
    """Blobs in a directory, which is made when the first is stored."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def missing(self, keys: Collection[str]) -> set[str]:
        """Give those of the keys that the directory doesn't hold."""
        with self._explaining("read"):
            return {key for key in keys if not self._blob(key).is_file()}

    def upload(self, blobs: Mapping[str, Path], tell: Callable[[Moved], None]) -> None:
        """Copy files into the directory."""
        for key, file in blobs.items():
            blob = self._blob(key)
            with self._explaining("written"):
                blob.parent.mkdir(parents=True, exist_ok=True)
                _copy(key, file, blob, tell)

    def download(self, files: Mapping[str, Path], tell: Callable[[Moved], None]) -> set[str]:
        """Copy blobs out of the directory."""
        if not self._directory.is_dir():
            raise RemoteError(
                f"the remote {self._directory} is not there", hint="is the drive mounted?"
            )
        absent: set[str] = set()
        for key, file in files.items():
            blob = self._blob(key)
            with self._explaining("read"):
                if blob.is_file():
                    _copy(key, blob, file, tell)
                else:
                    absent.add(key)
        return absent

    def list(self) -> Iterator[str]:
        """Give the keys of all blobs."""
        with self._explaining("read"):
            found = sorted(self._directory.glob("files/??/*"))
        for file in found:
            key = file.parent.name + file.name
            if _KEY.fullmatch(key):
                yield key

    def delete(self, keys: Collection[str]) -> None:
        """Remove blobs."""
        with self._explaining("changed"):
            for key in keys:
                self._blob(key).unlink(missing_ok=True)

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def _blob(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise UsageError(f"{key!r:.80} is not the name of a blob")
        return self._directory / "files" / key[:2] / key[2:]

    @contextlib.contextmanager
    def _explaining(self, verb: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RemoteError(
                f"the remote {self._directory} can't be {verb}: {error.strerror}",
                hint="is the drive mounted and not full, and may you use it?",
            ) from error


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
