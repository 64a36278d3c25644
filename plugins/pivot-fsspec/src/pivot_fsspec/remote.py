"""A remote that an fsspec driver reaches; each transfer takes a thread.

What a driver raises may quote anything, so that only the kind of an error is passed on. Tests:
tests/test_remote.py.
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

from pivot.errors import PivotError, RemoteError, UsageError
from pivot.interfaces import Moved, Stored
from pivot.remotes.names import folders, key_of, name_of
from pivot.remotes.spreading import spread

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
_WEBDAV = {"webdav": "http", "webdavs": "https"}
#: What drivers call the time since when a file is there.
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "modified", "created")


class FsspecRemote:
    """Blobs where fsspec reaches."""

    def __init__(self, address: Address) -> None:
        self._address = address

    @functools.cached_property
    def _place(self) -> tuple[Any, str]:
        """The file system, and the path in it; connected when it is first used."""
        address = self._address
        try:
            with self._explaining():
                found, path = _opened(address)
        except ImportError as error:
            extra = _EXTRAS.get(address.scheme)
            raise UsageError(
                f"the driver for {address.scheme}:// is not installed ({error.name})",
                hint=f"pip install 'pivot[{extra}]'",
            ) from None
        return found, path.rstrip("/")

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
            with self._explaining():
                if not self._place[0].exists(name):
                    absent.add(key)

        self._spread(keys, look, lambda _: None)
        return absent

    def upload(self, blobs: Mapping[str, Path], tell: Callable[[Moved], None]) -> None:
        """Store files."""
        self._check_writable()

        def send(item: tuple[str, Path], tell: Tell) -> None:
            key, file = item
            with self._explaining():
                self._send(file, self._name(key))
            tell(Moved(key, file.stat().st_size, whole=True))

        self._spread(blobs.items(), send, tell)

    def _send(self, file: Path, name: str) -> None:
        files = self._place[0]
        if self._address.whole_at_once:
            files.put_file(str(file), name)
            return
        directory, _, last = name.rpartition("/")
        files.makedirs(directory, exist_ok=True)
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
                with self._explaining():
                    self._place[0].get_file(self._name(key), str(temporary))
                temporary.replace(file)
            except FileNotFoundError:
                absent.add(key)
                return
            finally:
                temporary.unlink(missing_ok=True)
            tell(Moved(key, file.stat().st_size, whole=True))

        self._spread(files.items(), get, tell)
        return absent

    def list(self, beginnings: Collection[str] = ("",)) -> Iterator[Stored]:
        """Give what there is; it is asked for when the first is wanted."""
        self._check_writable()
        wanted = {name for beginning in beginnings for name in folders(beginning)}
        base = f"{self._place[1]}/"
        found: dict[str, Stored] = {}
        for directory in {name.rpartition("/")[0] for name in wanted}:
            for path, facts in self._below(base + directory).items():
                name = path.partition(base)[2]
                key = key_of(name)
                if key is not None and name.startswith(tuple(wanted)):
                    found[key] = Stored(key, int(facts["size"]), _since(facts))
        yield from found.values()

    def _below(self, directory: str) -> dict[str, dict[str, Any]]:
        try:
            with self._explaining():
                self._place[0].invalidate_cache()
                return self._place[0].find(directory, detail=True)
        except FileNotFoundError:
            return {}

    def delete(self, keys: Collection[str]) -> None:
        """Forget blobs."""
        self._check_writable()

        def remove(key: str, _: Tell) -> None:
            with contextlib.suppress(FileNotFoundError), self._explaining():
                self._place[0].rm_file(self._name(key))

        self._spread(keys, remove, lambda _: None)

    def close(self) -> None:
        """Do nothing: fsspec keeps its connections for the next who needs them."""

    def _spread[T](
        self, items: Collection[T], do: Callable[[T, Tell], None], tell: Callable[[Moved], None]
    ) -> None:
        if items:
            _ = self._place  # one thread connects
            spread(items, do, tell, min(self._address.jobs, len(items)))

    def _check_writable(self) -> None:
        if self._address.read_only:
            raise RemoteError(
                f"the remote {self._address} can only be read",
                hint="by http results can be fetched; push them by another way to the same place",
            )

    @contextlib.contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except (PivotError, ImportError, FileNotFoundError):
            raise
        except Exception as error:  # noqa: BLE001 - each driver has errors of its own
            raise RemoteError(
                f"the remote {self._address} can't be used ({type(error).__name__})",
                hint="check the network and the login; what was moved stays, so run it again",
            ) from None


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
