"""The files of the cache by the hash of their content, and whether each is what its name says.

A *blob* is a read-only file at `ab/cdef...`, named by its hash. It gets that name when it is whole
(see `intake`) and is never written to again. A blob is *vouched for* while its stat signature is
the one it had when its hash was known; any other is hashed before it is used, and one that isn't
what its name says goes to the *quarantine*. That finds whatever is written to a file. What a disk
loses without anybody writing is found by looking closer, as `cache.verify` says: with `sample`,
parts of a vouched blob are hashed before each use, with `full`, all of it. Example::

    blobs.check("ef46db3751d8e999", 0)  # the stat result of a sound blob, or an error

Tests: tests/store/test_blobs.py.
"""

from __future__ import annotations

import contextlib
import re
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pivot.errors import CorruptionError, StorageError
from pivot.hashing import hash_file
from pivot.signature import is_fresh
from pivot.store.content import Signature
from pivot.store.faults import storage_error

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from pivot.hashing import Algorithm
    from pivot.store.content import Content
    from pivot.store.files import Known
    from pivot.store.layout import Layout

type Verification = Literal["stat", "sample", "full"]

_NAME = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")
# Between a hash and that of a sample, in what is remembered of a blob.
_AND_PARTS = "+"


class MissingBlobError(StorageError):
    """The cache doesn't hold what is asked of it; `hash` is the blob's name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the cache doesn't hold {name}", hint="run the stage that makes it once more"
        )
        self.hash = name


class CorruptBlobError(CorruptionError):
    """A blob is not what its name, `hash`, says; `reason` says how that was seen."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"the cache's blob {name} is corrupt: {reason}",
            hint="run the stage that makes it once more",
        )
        self.hash = name
        self.reason = reason


class Blobs:
    """The blobs of one project."""

    def __init__(
        self, layout: Layout, vouched: Known | None, verify: Verification = "stat"
    ) -> None:
        self._directory = layout.blobs
        self._prefix = str(layout.blobs)
        self._quarantine = layout.quarantine
        self._vouched = vouched
        self._verify: Verification = verify
        #: Those that were found corrupt and moved away, by their names.
        self.condemned: dict[str, CorruptBlobError] = {}

    def path(self, name: str) -> Path:
        """Give the place of a blob, there or not; raise `CorruptionError` for what is no hash."""
        if not _NAME.fullmatch(name):
            raise CorruptionError(f"{name!r:.80} is not the name of a blob")
        return Path(f"{self._prefix}/{name[:2]}/{name[2:]}")

    def size(self, name: str) -> int | None:
        """Give the size of a blob in bytes, or None if it isn't there."""
        status = self._status(name)
        return status.st_size if status else None

    def _status(self, name: str) -> os.stat_result | None:
        try:
            status = self.path(name).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise storage_error(error, "look at", self.path(name)) from error
        return status if stat.S_ISREG(status.st_mode) else None

    def check(self, name: str, size: int | None = None) -> os.stat_result:
        """Give the stat result of a blob that was found to be what it should be.

        Raises `MissingBlobError`, or moves it to the quarantine and raises `CorruptBlobError`.
        """
        status = self._status(name)
        if status is None:
            raise MissingBlobError(name)
        if size is not None and status.st_size != size:
            reason = f"it has {status.st_size} bytes and should have {size}"
            raise self._condemn(name, reason, status)
        if not self._is_vouched(name, status):
            self._check_hash(name, status)
        return status

    def _is_vouched(self, name: str, status: os.stat_result) -> bool:
        """Say whether a blob that looks like this needs not be hashed as a whole."""
        known = None if self._vouched is None else self._vouched.get(name)
        if known is None or known[0] != Signature.of(status):
            return False
        hash_, _, parts = known[1].partition(_AND_PARTS)
        match self._verify:
            case "stat":
                return hash_ == name
            case "sample":
                return hash_ == name and parts == self._sample(name, status)
            case "full":
                return False

    def _sample(self, name: str, status: os.stat_result) -> str | None:
        from pivot.store.sampling import sample  # few ask for it

        try:
            return sample(self.path(name), status.st_size)
        except OSError:
            return None  # hashing all of it tells why

    def _check_hash(self, name: str, status: os.stat_result) -> None:
        started = time.time_ns()
        try:
            found = self.hash(self.path(name), name)
        except FileNotFoundError:
            raise MissingBlobError(name) from None
        except OSError as error:
            raise storage_error(error, "read", self.path(name)) from error
        if found != name:
            raise self._condemn(name, f"its content has the hash {found}", status)
        self.vouch(name, status, started)

    @staticmethod
    def hash(file: Path, name: str) -> str:
        """Give the hash of a file by the algorithm that made `name`; raise `OSError`."""
        # A project may have changed its algorithm; what was stored before is still good.
        algorithm: Algorithm = "xxh64" if len(name) == 16 else "xxh3_128"
        return hash_file(file, algorithm)[0]

    def vouch(self, name: str, status: os.stat_result, started: int) -> None:
        """Remember that a blob which looks like this was found sound, by a look begun at `started`.

        Only the time of its bytes counts: the other one is that of a link, or of a rename.
        """
        if self._vouched is None or is_fresh(status.st_mtime_ns, started):
            return
        parts = self._sample(name, status) if self._verify == "sample" else None
        text = f"{name}{_AND_PARTS}{parts}" if parts else name
        self._vouched.put(name, Signature.of(status), text)

    def is_sound(self, content: Content) -> bool:
        """Say whether the cache holds a file's content; a corrupt blob is moved out of the way.

        Raises `CorruptionError` if a blob of this name has another size.
        """
        name, size = content.hash, content.size
        status = self._status(name)
        if status is None:
            return False
        if status.st_size != size:
            if not self._is_itself(name, status):
                return False
            raise CorruptionError(
                f"two contents, of {status.st_size} and {size} bytes, have one hash, {name}",
                hint='set hash = "xxh3_128" in [tool.pivot] of pyproject.toml',
            )
        try:
            self.check(name)
        except (CorruptBlobError, MissingBlobError):
            return False
        return True

    def holds(self, content: Content) -> bool:
        """Say whether there is a blob of a file's size; one whose size is wrong is looked at."""
        status = self._status(content.hash)
        if status is not None and status.st_size != content.size:
            self._is_itself(content.hash, status)
        return status is not None and status.st_size == content.size

    def _is_itself(self, name: str, status: os.stat_result) -> bool:
        """Say whether a blob has the hash in its name; if not, it's moved out of the way."""
        try:
            if not self._is_vouched(name, status):
                self._check_hash(name, status)
        except (CorruptBlobError, MissingBlobError):
            return False
        return True

    def _condemn(self, name: str, reason: str, status: os.stat_result) -> CorruptBlobError:
        """Move a blob that looked like this to the quarantine, and give the error that says so."""
        moved = self._quarantine / name
        now = self._status(name)
        if now is None or not Signature.of(now).same_data(Signature.of(status)):
            # Another process has moved it away already, and may have put a good one in its place.
            return CorruptBlobError(name, reason)
        try:
            self._quarantine.mkdir(parents=True, exist_ok=True)
            self.path(name).replace(moved)
        except OSError as error:
            fault = storage_error(error, "move it to", moved)
            return CorruptBlobError(name, f"{reason}; {fault.message}")
        self.condemned[name] = CorruptBlobError(name, f"{reason}; it was moved to {moved}")
        return self.condemned[name]

    def all(self) -> Iterator[tuple[str, os.stat_result]]:
        """Give the name and the stat result of every blob, sorted by name."""
        for file in sorted(self._directory.glob("??/*")):
            name = file.parent.name + file.name
            # Anything else is a temporary of a process that runs or was killed.
            if _NAME.fullmatch(name):
                with contextlib.suppress(FileNotFoundError):
                    yield name, file.lstat()

    def leftovers(self) -> Iterator[Path]:
        """Give the temporary files of processes that run or were killed, and damaged blobs."""
        for file in sorted(self._directory.glob("??/*")):
            if not _NAME.fullmatch(file.parent.name + file.name) and not file.is_dir():
                yield file
        if self._quarantine.is_dir():
            yield from sorted(self._quarantine.iterdir())

    def rehash(self, name: str) -> None:
        """Hash a blob; raise `MissingBlobError`, or `CorruptBlobError` after moving it away."""
        try:
            status = self.path(name).lstat()
        except FileNotFoundError:
            raise MissingBlobError(name) from None
        self._check_hash(name, status)

    def verify(self) -> Iterator[CorruptBlobError]:
        """Hash every blob, and give an error for each corrupt one, after moving it away."""
        for name, _ in self.all():
            try:
                self.rehash(name)
            except MissingBlobError:
                continue  # it was removed meanwhile
            except CorruptBlobError as problem:
                yield problem

    def remove(self, name: str) -> None:
        """Remove a blob; one that is not there is no error."""
        try:
            self.path(name).unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error, "remove", self.path(name)) from error
