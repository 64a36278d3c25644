"""What is known of a remote without asking it: what this project has put there, or seen there.

A push with nothing to do then takes one request, not one for each file. What is known must be true,
though others use the remote too. So it holds together with a *mark*: bytes that chance made, under
a key like that of a run's entry, of a run that there can't be. All that is known is known under the
mark of that time. A remote that was emptied or made anew has none, or another one, and whoever
removes something (`pivot gc --remote`) removes the mark first: then nothing counts as known. What
is fetched and isn't there is forgotten, and so is what was seen more than a day ago: somebody may
have removed it by other means.
Example::

    remote = Remembering(remote, state.remote, "s3://bucket/prefix", layout)
    remote.missing(keys)

Tests: tests/sync/test_memory.py, plugins/pivot-s3/tests/test_memory.py.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Protocol

from pivot.hashing import hash_bytes, hash_text
from pivot.sync.staging import staging

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from pivot.interfaces import Moved, Remote, Stored
    from pivot.store.layout import Layout

#: What the key of a mark begins with: a run's name is a hash, and of so many zeros there is none.
MARK = f"{'0' * 32}-"
_MARK_BYTES = 32
#: For how long something that was seen counts as being there.
_TRUSTED_SECONDS = 24 * 60 * 60


class Memory(Protocol):
    """Keeps bytes by text; may forget them at any moment."""

    def get(self, key: str) -> bytes | None:
        """Give what was put, or None."""
        ...

    def get_all(self, keys: Iterable[str]) -> list[bytes | None]:
        """Give what was put for each of the keys, or None."""
        ...

    def put(self, key: str, value: bytes) -> None:
        """Keep a value, in place of an earlier one."""
        ...


class Remembering:
    """A remote, asked only for what isn't known."""

    def __init__(
        self, remote: Remote, memory: Memory, place: str, layout: Layout, *, refresh: bool = False
    ) -> None:
        """Take a remote and its address; with `refresh` nothing counts as known at first."""
        self._remote = remote
        self._memory = memory
        #: Short, and without what an address should not hold.
        self._place = hash_text(place)
        self._layout = layout
        self._refresh = refresh
        #: The mark's key, "" if there is none; None before it was asked for.
        self._mark: str | None = None

    def missing(self, keys: Collection[str]) -> set[str]:
        """Give those of the keys that the remote doesn't hold."""
        if not keys:
            return set()
        # Before anything is looked for: what is seen after the mark has gone must not count.
        mark = self._read_mark()
        known = self._known(keys, mark) if mark and not self._refresh else set[str]()
        unknown = set(keys) - known
        if not unknown:
            return set()
        lacking = self._remote.missing(unknown)
        self._note(unknown - lacking)
        return lacking

    def upload(self, blobs: Mapping[str, Path], tell: Callable[[Moved], None]) -> None:
        """Store files, and remember those that arrived."""
        self._ensure_mark()
        whole: set[str] = set()

        def count(moved: Moved) -> None:
            if moved.whole:
                whole.add(moved.key)
            tell(moved)

        try:
            self._remote.upload(blobs, count)
        finally:
            self._note(whole)

    def download(self, files: Mapping[str, Path], tell: Callable[[Moved], None]) -> set[str]:
        """Fetch blobs, and forget those that aren't there."""
        absent = self._remote.download(files, tell)
        self._forget(absent)
        return absent

    def list(self, beginnings: Collection[str] = ("",)) -> Iterator[Stored]:
        """Give what there is."""
        return self._remote.list(beginnings)

    def delete(self, keys: Collection[str]) -> None:
        """Forget blobs."""
        self._forget(keys)
        self._remote.delete(keys)

    def close(self) -> None:
        """Let go of connections."""
        self._remote.close()

    def _known(self, keys: Collection[str], mark: str) -> set[str]:
        listed, oldest = list(keys), time.time() - _TRUSTED_SECONDS
        seen = self._memory.get_all([self._name(key) for key in listed])
        return {
            key
            for key, found in zip(listed, seen, strict=True)
            if found and _is_under(found, mark, oldest)
        }

    def _note(self, keys: Iterable[str]) -> None:
        """Remember that keys are there, if there is a mark to remember it under."""
        mark = self._mark
        if mark:
            seen = f"{mark} {int(time.time())}".encode()
            for key in keys:
                self._memory.put(self._name(key), seen)

    def _forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            if self._memory.get(self._name(key)):
                self._memory.put(self._name(key), b"")

    def _name(self, key: str) -> str:
        return f"{self._place} {key}"

    def _read_mark(self) -> str:
        if self._mark is None:
            # Two that pushed at once may have left one each.
            self._mark = min((stored.key for stored in self._remote.list([MARK])), default="")
        return self._mark

    def _ensure_mark(self) -> None:
        """Leave a mark, if there is none, before the blobs that are remembered under it."""
        if self._read_mark():
            return
        data = os.urandom(_MARK_BYTES)
        key = f"{MARK}{hash_bytes(data)}"
        with staging(self._layout) as directory:
            (directory / key).write_bytes(data)
            self._remote.upload({key: directory / key}, lambda _: None)
        self._mark = key


def _is_under(seen: bytes, mark: str, oldest: float) -> bool:
    found, _, moment = seen.decode().partition(" ")
    return found == mark and moment.isdecimal() and int(moment) >= oldest
