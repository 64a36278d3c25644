"""A remote that an fsspec driver reaches; each transfer takes a thread.

Tests: tests/test_remote.py, and a file for each kind of server beside it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import fsspec

from pivot.errors import RemoteError, UnlistedError, UsageError
from pivot.interfaces import Moved, Stored
from pivot.remotes.names import folders, key_of, name_of
from pivot.remotes.spreading import spread
from pivot_fsspec.faults import explaining, no_place

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from pivot.remotes.spreading import Tell
    from pivot_fsspec.address import Address

#: From this number of keys on, a listing is taken for cheaper than asking for each.
_WORTH_LISTING = 32
_EXTRAS = {
    "abfs": "azure",
    "az": "azure",
    "gcs": "gcs",
    "gs": "gcs",
    "http": "http",
    "https": "http",
    "sftp": "ssh",
    "ssh": "ssh",
    "webdav": "webdav",
    "webdavs": "webdav",
}
_GOOGLE = ("gcs", "gs")
#: How many directories a name has.
_DEPTH = 1
_WEBDAV = {"webdav": "http", "webdavs": "https"}
#: What drivers call the time since when a file is there.
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "modified", "created")


class FsspecRemote:
    """Blobs where fsspec reaches."""

    def __init__(self, address: Address) -> None:
        self._address = address
        #: Channels of the connection that nobody uses now, of a driver that needs one per thread.
        self._idle: list[Any] = []

    @functools.cached_property
    def _place(self) -> tuple[Any, str]:
        """The file system, and the path in it; connected when it is first used."""
        address = self._address
        try:
            with explaining(address):
                found, path = _opened(address)
        except ImportError as error:
            extra = _EXTRAS.get(address.scheme)
            raise UsageError(
                f"the driver for {address.scheme}:// is not installed ({error.name})",
                hint=f"pip install 'pivot[{extra}]'",
            ) from None
        return found, path.rstrip("/")

    @contextlib.contextmanager
    def _files(self) -> Iterator[Any]:
        """Give the file system, for one thread."""
        files = self._place[0]
        if not self._address.one_each:
            yield files
            return
        try:
            own = self._idle.pop()
        except IndexError:
            with explaining(self._address):
                own = _with_channel(files)
        try:
            yield own
        finally:
            self._idle.append(own)

    def _name(self, key: str) -> str:
        return f"{self._place[1]}/{name_of(key)}"

    def missing(self, keys: Collection[str]) -> set[str]:
        """Give those of the keys that the place doesn't hold."""
        if len(keys) >= _WORTH_LISTING and not self._address.read_only:
            return set(keys) - {stored.key for stored in self.list()}
        absent: set[str] = set()
        if keys:
            # What a driver remembers of directories may be out of date.
            self._place[0].invalidate_cache()

        def look(key: str, _: Tell) -> None:
            name = self._name(key)
            try:
                # A driver's `exists` takes whatever fails for an absence.
                with self._files() as files, explaining(self._address):
                    files.info(name)
            except FileNotFoundError:
                absent.add(key)

        self._spread(keys, look, lambda _: None)
        return self._checked(absent)

    def upload(self, blobs: Mapping[str, Path], tell: Callable[[Moved], None]) -> None:
        """Store files."""
        self._check_writable()

        def send(item: tuple[str, Path], tell: Tell) -> None:
            key, file = item
            try:
                with self._files() as files, explaining(self._address):
                    self._send(files, file, self._name(key))
            except FileNotFoundError:
                if not file.exists():
                    raise
                raise no_place(self._address) from None
            tell(Moved(key, file.stat().st_size, whole=True))

        self._spread(blobs.items(), send, tell)

    def _send(self, files: Any, file: Path, name: str) -> None:
        if self._address.whole_at_once:
            files.put_file(str(file), name)
            return
        directory, _, last = name.rpartition("/")
        _make(files, directory)
        temporary = f"{directory}/.{last}.{os.urandom(8).hex()}.part"
        try:
            files.put_file(str(file), temporary)
            _rename(files, temporary, name)
        except BaseException:
            with contextlib.suppress(Exception):
                files.rm_file(temporary)
            raise

    def download(self, files: Mapping[str, Path], tell: Callable[[Moved], None]) -> set[str]:
        """Fetch blobs."""
        absent: set[str] = set()

        def get(item: tuple[str, Path], tell: Tell) -> None:
            key, file = item
            temporary = file.with_name(f".{os.urandom(8).hex()}.part")
            try:
                with self._files() as place, explaining(self._address):
                    place.get_file(self._name(key), str(temporary))
                temporary.replace(file)
            except FileNotFoundError:
                absent.add(key)
                return
            finally:
                temporary.unlink(missing_ok=True)
            tell(Moved(key, file.stat().st_size, whole=True))

        self._spread(files.items(), get, tell)
        return self._checked(absent)

    def list(self, beginnings: Collection[str] = ("",)) -> Iterator[Stored]:
        """Give what there is; it is asked for when the first is wanted."""
        self._check_writable(UnlistedError)
        wanted = {name for beginning in beginnings for name in folders(beginning)}
        found: dict[str, Stored] = {}
        for directory in {name.rpartition("/")[0] for name in wanted}:
            for name, facts in self._below(directory):
                key = key_of(name)
                if key is not None and name.startswith(tuple(wanted)):
                    found[key] = Stored(key, int(facts["size"]), _since(facts))
        self._checked(set() if found else wanted)
        yield from found.values()

    def _below(self, directory: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the names and the facts of all files in a directory, and in those in it."""
        files, place = self._place
        files.invalidate_cache()
        if self._address.whole_at_once:
            for path, facts in self._listed(files.find, directory).items():
                yield path.removeprefix(f"{place}/"), facts
        else:
            yield from self._walked(directory)

    def _walked(self, directory: str) -> Iterator[tuple[str, dict[str, Any]]]:
        # The drivers' own walks pass over what they may not read.
        for facts in self._listed(self._place[0].ls, directory):
            name = f"{directory}/{facts['name'].rstrip('/').rpartition('/')[2]}"
            if facts["type"] != "directory":
                yield name, facts
            elif name.count("/") <= _DEPTH:
                yield from self._walked(name)

    def _listed(self, look: Callable[..., Any], directory: str) -> Any:
        """Give what a driver's method says of a directory, nothing if there is none."""
        try:
            with explaining(self._address):
                return look(f"{self._place[1]}/{directory}", detail=True)
        except FileNotFoundError:
            return {}

    def _checked[T](self, absent: set[T]) -> set[T]:
        """Give what is absent, if there is a place for it at all; raise `RemoteError`."""
        if absent and self._address.whole_at_once:
            _ = self._bucket
        return absent

    @functools.cached_property
    def _bucket(self) -> str:
        """The bucket or container; there is no other place that isn't made by storing in it."""
        files, place = self._place
        bucket = place.strip("/").partition("/")[0]
        try:
            with explaining(self._address):
                if self._address.scheme in _GOOGLE:
                    # Whoever may read and write what is in a bucket may not read its properties.
                    files.ls(bucket, max_results=1)
                else:
                    files.info(bucket)
        except FileNotFoundError:
            raise no_place(self._address) from None
        return bucket

    def delete(self, keys: Collection[str]) -> None:
        """Forget blobs."""
        self._check_writable()

        def remove(key: str, _: Tell) -> None:
            with (
                contextlib.suppress(FileNotFoundError),
                self._files() as files,
                explaining(self._address),
            ):
                files.rm_file(self._name(key))

        self._spread(keys, remove, lambda _: None)

    def close(self) -> None:
        """Let go of channels; fsspec keeps its connections for the next who needs them."""
        while self._idle:
            self._idle.pop().ftp.close()

    def _spread[T](
        self, items: Collection[T], do: Callable[[T, Tell], None], tell: Callable[[Moved], None]
    ) -> None:
        if items:
            _ = self._place  # one thread connects
            spread(items, do, tell, min(self._address.jobs, len(items)))

    def _check_writable(self, error: type[RemoteError] = RemoteError) -> None:
        if self._address.read_only:
            raise error(
                f"the remote {self._address} can only be read",
                hint="by http results can be fetched; push them by another way to the same place",
            )


def _opened(address: Address) -> tuple[Any, str]:
    if address.scheme not in _WEBDAV:
        return fsspec.url_to_fs(address.url, **address.options)
    # This driver takes the server apart from the path.
    parts = urlsplit(address.url)
    base = f"{_WEBDAV[address.scheme]}://{parts.netloc}"
    found = fsspec.filesystem("webdav", base_url=base, auth=_netrc(), **address.options)
    return found, parts.path.strip("/")


def _netrc() -> Any:
    # Late: it comes with the driver.
    import httpx

    return httpx.NetRCAuth() if Path("~/.netrc").expanduser().is_file() else None


def _with_channel(files: Any) -> Any:
    """Give the same file system by another channel of its connection.

    Of two threads that share a channel, one may take the other's answer, and both wait for ever.
    """
    own = object.__new__(type(files))
    own.__dict__.update(files.__dict__)
    own.ftp = files.client.open_sftp()
    return own


def _make(files: Any, directory: str) -> None:
    """Make a directory and those around it, of which others may make some at the same time."""
    for _ in range(_DEPTH + 1):
        with contextlib.suppress(Exception):
            files.makedirs(directory, exist_ok=True)
            return
    files.makedirs(directory, exist_ok=True)


def _rename(files: Any, temporary: str, name: str) -> None:
    try:
        files.mv(temporary, name)
    except Exception:
        # Some servers put nothing in the place of what is there, which is the same blob.
        if not files.exists(name):
            raise
        files.rm_file(temporary)


def _since(facts: Mapping[str, Any]) -> float | None:
    for name in _TIMES:
        value = facts.get(name)
        with contextlib.suppress(ValueError):
            if isinstance(value, str):
                value = dt.datetime.fromisoformat(value)
        if isinstance(value, dt.datetime):
            aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
            return aware.timestamp()
        if isinstance(value, int | float):
            return float(value)
    return None
