"""How a file gets into the cache: by reference, by a second name, or by copying.

Whichever way, the blob has the hash it claims: the file still looks as it did when it was hashed,
or it is hashed again. A file is made read-only together with its blob only when it has no other
name: a hard link's mode is never changed, since whoever made it didn't ask for that. Example::

    Intake(blobs, ("hardlink", "copy"), "xxh64").add(root / "model.pkl", content, signature)

Tests: tests/store/test_intake.py.
"""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING

from pivot.errors import CorruptionError, StorageError
from pivot.frozen import frozen
from pivot.hashing import hash_bytes
from pivot.signature import is_fresh
from pivot.store.atomic import beside, create, making_parent, removing, write_all
from pivot.store.clone import copy, is_closed, reflink
from pivot.store.content import Content, Signature
from pivot.store.faults import storage_error

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.hashing import Algorithm
    from pivot.store.blobs import Blobs
    from pivot.store.clone import Way, Ways

_A_SECOND = 1_000_000_000


class ChangedError(StorageError):
    """A file, `file`, is no longer what it was when it was hashed."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"the file {file} changed after it was hashed, so the cache doesn't take it",
            hint="wait until whatever writes it is done, then run again",
        )
        self.file = file


@frozen
class _Offer:
    """A file that is to become a blob: open, and with what is known about it."""

    file: Path
    descriptor: int
    status: os.stat_result
    content: Content
    #: Whether it looks as it did when it was hashed.
    trusted: bool
    #: The time at which all this was found out, in nanoseconds.
    started: int
    #: Whether the file must stay one of its own, since it may be changed in place.
    apart: bool = False

    @property
    def mode(self) -> int:
        """The blob's: nobody may write it, and nobody may read it who couldn't read the file."""
        readable = self.status.st_mode & 0o444 | stat.S_IRUSR
        if not self.content.executable:
            return readable
        return readable | self.status.st_mode & 0o111 | stat.S_IXUSR


class Intake:
    """The way into the cache."""

    def __init__(self, blobs: Blobs, ways: Ways, algorithm: Algorithm) -> None:
        self._blobs = blobs
        self._ways = ways
        self._algorithm: Algorithm = algorithm

    def add_bytes(self, data: bytes) -> str:
        """Put bytes into the cache, if they aren't there, and give their hash."""
        name = hash_bytes(data, self._algorithm)
        if self._blobs.is_sound(Content(name, len(data))):
            return name
        blob = self._blobs.path(name)
        try:
            temporary = beside(blob)
            with removing(temporary):
                descriptor = create(temporary)
                try:
                    write_all(descriptor, data)
                    os.fchmod(descriptor, os.fstat(descriptor).st_mode & 0o444)
                finally:
                    os.close(descriptor)
                temporary.replace(blob)
        except OSError as error:
            raise storage_error(error, "write to the cache", blob) from error
        return name

    def add(
        self,
        file: Path,
        content: Content,
        signature: Signature | None,
        *,
        apart: bool = False,
    ) -> Signature | None:
        """Put a file into the cache, if its content isn't there.

        `signature` is by what the file can be known to have this content still; without one, it
        is hashed. With `apart` the file stays writable and shares nothing with the blob that a
        write would reach. Gives the signature by which it can be known from now on, if there is
        one.

        Raises `ChangedError` if the file hasn't this content, `CorruptionError` if the cache has
        a blob of its name with another size, `StorageError` if the cache can't be written.
        """
        try:
            if self._blobs.is_sound(content):
                return signature if signature == Signature.of(file.stat()) else None
            started = time.time_ns()
            # Without waiting: a pipe may have taken the file's place.
            descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            try:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    raise ChangedError(file)
                trusted = signature == Signature.of(status)
                return self._take(
                    _Offer(file, descriptor, status, content, trusted, started, apart)
                )
            finally:
                os.close(descriptor)
        except OSError as error:
            if not file.exists():
                raise ChangedError(file) from error
            raise storage_error(error, "put into the cache", file) from error

    def adopt(self, file: Path, name: str, size: int | None) -> None:
        """Make a file the blob of a hash, if it has this hash and size; see `Cache.adopt`."""
        blob = self._blobs.path(name)
        try:
            status = file.stat()
            found = self._blobs.hash(file, name)
            if found != name or size not in (None, status.st_size):
                raise CorruptionError(
                    f"what should be {name} has the hash {found} and {status.st_size} bytes"
                )
            if self._blobs.is_sound(Content(name, status.st_size)):
                file.unlink()  # another process was faster
                return
            file.chmod(0o444)
            started = time.time_ns()
            # Of an older time, a later write shows even within this tick.
            os.utime(file, ns=(started, started - _A_SECOND))
            making_parent(blob, lambda: file.replace(blob))
            self._blobs.vouch(name, blob.lstat(), started)
        except OSError as error:
            raise storage_error(error, "write to the cache", blob) from error

    def _take(self, offer: _Offer) -> Signature | None:
        if offer.status.st_size != offer.content.size:
            raise ChangedError(offer.file)
        # Until one way is open, which copying always is.
        ways = self._ways.between(offer.status.st_dev)
        any(self._take_by(way, offer) for way in ways if way != "hardlink" or not offer.apart)
        name = offer.content.hash
        self._blobs.vouch(name, self._blobs.path(name).lstat(), offer.started)
        after = Signature.of(os.fstat(offer.descriptor))
        known = after.same_data(Signature.of(offer.status))
        return after if known and not is_fresh(after.mtime_ns, offer.started) else None

    def _take_by(self, way: Way, offer: _Offer) -> bool:
        return self._take_link(offer) if way == "hardlink" else self._take_copy(offer, way)

    def _take_link(self, offer: _Offer) -> bool:
        """Give the file a second name in the cache; say whether that could be done."""
        here = offer.file.lstat()
        if offer.status.st_nlink != 1 or here.st_ino != offer.status.st_ino:
            return False
        if not offer.trusted:
            self._check_hash(offer, offer.file)
        blob = self._blobs.path(offer.content.hash)
        os.fchmod(offer.descriptor, offer.mode)
        try:
            making_parent(blob, lambda: blob.hardlink_to(offer.file))
        except OSError as error:
            os.fchmod(offer.descriptor, stat.S_IMODE(offer.status.st_mode))
            if is_closed(error) or isinstance(error, FileExistsError):
                return False
            raise
        if not Signature.of(blob.lstat()).same_data(Signature.of(offer.status)):
            blob.unlink(missing_ok=True)
            raise ChangedError(offer.file)
        return True

    def _take_copy(self, offer: _Offer, way: Way) -> bool:
        """Fill a new blob from the file; say whether that could be done."""
        blob = self._blobs.path(offer.content.hash)
        temporary = beside(blob)
        with removing(temporary):
            descriptor = create(temporary)
            try:
                if way == "copy":
                    copy(offer.descriptor, descriptor)
                elif not reflink(offer.descriptor, descriptor):
                    self._ways.no_sharing(offer.status.st_dev)
                    temporary.unlink()
                    return False
                self._seal(offer, descriptor, temporary)
            finally:
                os.close(descriptor)
            temporary.replace(blob)
        return True

    def _seal(self, offer: _Offer, descriptor: int, temporary: Path) -> None:
        """Make sure that a new blob is what it claims, and make it read-only."""
        unchanged = Signature.of(os.fstat(offer.descriptor)) == Signature.of(offer.status)
        if os.fstat(descriptor).st_size != offer.content.size:
            raise ChangedError(offer.file)
        if not (offer.trusted and unchanged):
            self._check_hash(offer, temporary)
        os.fchmod(descriptor, offer.mode)
        # With the time of what it was copied from, a later write shows even within this tick.
        os.utime(descriptor, ns=(offer.status.st_atime_ns, offer.status.st_mtime_ns))

    def _check_hash(self, offer: _Offer, file: Path) -> None:
        if self._blobs.hash(file, offer.content.hash) != offer.content.hash:
            raise ChangedError(offer.file)
