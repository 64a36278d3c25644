"""What regular files hold, without reading again what was read.

`Files` looks at them by their path from the project's root. `Known` is a memory of earlier hashes;
a file is read again only when its stat signature has changed. Example::

    files = Files(root, "xxh64", known)
    files.look("data.csv", os.stat(root / "data.csv"))  # Hashed("d24ec4f1a98c6e5b", status, False)

A signature can't vouch for a file that was written within a tick of the clock before it was hashed:
a second write in the same tick would look the same. Such a file is *fresh*: it is not put into
`Known`. Of many files the large ones are hashed in threads: both reading and hashing leave the
interpreter to others. Tests: tests/store/test_files.py and tests/store/test_tree.py.
"""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pivot.errors import PathError, StorageError
from pivot.hashing import hash_bytes, hash_file
from pivot.signature import TICK_NS, Signature, is_fresh

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pivot.hashing import Algorithm

# Hashing this much takes longer than waiting for the clock to tick, so that it's hashed just once.
_WORTH_WAITING = 1 << 26
# Hashing this much takes longer than it takes to hand it to a thread.
_WORTH_A_THREAD = 1 << 18
_ATTEMPTS = 5

type Found = tuple[str, os.stat_result]


class Known(Protocol):
    """A memory of hashes, each with the signature that the file had; forgetting is allowed."""

    def get(self, path: str) -> tuple[Signature, str] | None:
        """Give what was put for a path, or None."""
        ...

    def get_all(self, paths: Sequence[str]) -> Sequence[tuple[Signature, str] | None]:
        """Give what was put for each of the paths, or None."""
        ...

    def put(self, path: str, signature: Signature, hash: str) -> None:  # noqa: A002 - the contract's name
        """Remember that the file had this hash when it looked like this."""
        ...


class SpecialFileError(PathError):
    """An artifact is a device, a pipe or a socket: nothing that has a content."""


class Hashed(NamedTuple):
    """A file as it was found."""

    hash: str
    #: What `stat` said of it when it held this.
    status: os.stat_result
    #: Whether it may be written again and look the same.
    fresh: bool


class Files:
    """The regular files below the directory `root`, by content."""

    def __init__(self, root: str, algorithm: Algorithm, known: Known | None = None) -> None:
        self._root = root
        self._algorithm: Algorithm = algorithm
        self._known = known
        self._digits = len(hash_bytes(b"", algorithm))

    def look(self, name: str, status: os.stat_result) -> Hashed:
        """Give what the file `name` holds, of which `stat` says this just now.

        Raises `SpecialFileError`, `StorageError` if it goes on changing, and `OSError`.
        """
        [(_, hashed)] = self.look_at_all([(name, status)])
        return hashed

    def look_at_all(self, found: Sequence[Found]) -> Iterator[tuple[str, Hashed]]:
        """Give what each of the files holds, not in their order; raises as `look` does."""
        unknown = found
        if self._known is not None:
            unknown = []
            for file, known in zip(
                found, self._known.get_all([name for name, _ in found]), strict=True
            ):
                if known and self._vouches(known, file[1]):
                    yield file[0], Hashed(known[1], file[1], fresh=False)
                else:
                    unknown.append(file)
        for name, hashed in self._hash_all(unknown):
            if self._known is not None and not hashed.fresh:
                self._known.put(name, Signature.of(hashed.status), hashed.hash)
            yield name, hashed

    def _vouches(self, known: tuple[Signature, str], status: os.stat_result) -> bool:
        signature, hash_ = known
        return (
            signature.mtime_ns == status.st_mtime_ns
            and signature.size == status.st_size
            and signature.inode == status.st_ino
            and signature.ctime_ns == status.st_ctime_ns
            and len(hash_) == self._digits
            and stat.S_ISREG(status.st_mode)
        )

    def _hash_all(self, found: Sequence[Found]) -> Iterator[tuple[str, Hashed]]:
        large = [file for file in found if file[1].st_size >= _WORTH_A_THREAD]
        if len(large) < 2:
            for file in found:
                yield file[0], self._hash(*file)
            return
        # Late: most projects have no directory of large files that are new.
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(min(len(large), os.process_cpu_count() or 1)) as pool:
            waiting = [pool.submit(self._hash, *file) for file in large]
            try:
                for name, status in found:
                    if status.st_size < _WORTH_A_THREAD:
                        yield name, self._hash(name, status)
                for (name, _), future in zip(large, waiting, strict=True):
                    yield name, future.result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _hash(self, name: str, status: os.stat_result) -> Hashed:
        if not stat.S_ISREG(status.st_mode):
            raise _special(name, status.st_mode)
        path = f"{self._root}/{name}"
        for _ in range(_ATTEMPTS):
            started = _start(status)
            hash_, size = hash_file(path, self._algorithm)
            before, status = status, os.stat(path)  # noqa: PTH116 - for each file of a directory
            if Signature.of(before) == Signature.of(status) and size == status.st_size:
                return Hashed(hash_, status, is_fresh(_last_change(status), started))
        raise StorageError(
            f"the file {name!r} goes on changing while it is read",
            hint="wait until whatever writes it is done",
        )


def _start(status: os.stat_result) -> int:
    """Give the time at which hashing starts, after a tick if the file is large and fresh."""
    now = time.time_ns()
    late = _last_change(status) + TICK_NS - now
    if status.st_size < _WORTH_WAITING or not 0 <= late <= TICK_NS:
        return now
    time.sleep((late + 1) / 1e9)
    return time.time_ns()


def _last_change(status: os.stat_result) -> int:
    return max(status.st_mtime_ns, status.st_ctime_ns)


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
