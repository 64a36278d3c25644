"""What Pivot remembers to save time, in an LMDB environment that may be deleted at any moment.

Its memories: `files` (path -> hash) and `blobs` (hash -> hash), each with the signature that makes
the answer trustworthy; `symbols`, what source files define; the run cache (`recall`, `remember`);
how long stages took; the last runs (`history`); what code looked like (`samples`, `texts`: see
`pivot.store.archive`), and under what it was imported (`imports`); what `remotes` hold. What is put
is readable at once, and is written in one transaction now and then, at `flush` and at `close`. An
environment that is damaged is thrown away and made anew. Example::

    state = State.open(layout.state)
    state.files.put("data.csv", signature, "d24ec4f1a98c6e5b")
    state.close()

Several processes may use an environment at once; LMDB forbids to open it twice in one, so that all
`State`s of a path share it. No key holds an absolute path. Tests: tests/store/test_state.py.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from typing import TYPE_CHECKING, Self

import lmdb

from pivot.errors import StorageError
from pivot.hashing import hash_bytes
from pivot.store.atomic import beside
from pivot.store.content import Signature
from pivot.store.faults import storage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_FIRST_MAP = 1 << 24
_READERS = 1024
# LMDB refuses keys of more than 511 bytes.
_LONGEST_KEY = 511
_BUFFERED = 4096

#: What LMDB says of files that are not, or not any more, an environment.
_BROKEN = (
    lmdb.InvalidError,
    lmdb.CorruptedError,
    lmdb.VersionMismatchError,
    lmdb.PageNotFoundError,
    lmdb.PanicError,
    lmdb.IncompatibleError,
)
#: With what the system refuses, for reasons that a person can mend.
_REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)
_ODD_FILE_SYSTEM = (
    "it can be deleted without harm; if that doesn't help, move the project to a local disk: "
    "LMDB needs a file system with locks and memory maps"
)


class State:
    """A handle on the state of one project; see the module."""

    def __init__(self, environment: _Environment) -> None:
        self._environment = environment
        self._is_open = True
        self.files = KnownHashes(environment, b"f")
        self.blobs = KnownHashes(environment, b"b")
        #: What source files define; what is in it is the affair of who puts it there.
        self.symbols = Memory(environment, b"s")
        self.samples = Memory(environment, b"y")
        self.texts = Memory(environment, b"t")
        self.imports = Memory(environment, b"i")
        #: What remotes hold; see `pivot.sync.memory`.
        self.remotes = Memory(environment, b"m")
        #: The runs that are over.
        self.history = Ring(environment, b"h")
        self._runs = Memory(environment, b"r")
        self._durations = Memory(environment, b"d")

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the environment in the directory `path`, which is made if it's missing.

        Raises `StorageError` if it can't be made, or its file system can't hold one.
        """
        return cls(_share(path))

    @property
    def rebuilt(self) -> bool:
        """Whether what was there before was damaged, and is gone."""
        return self._environment.rebuilt

    def close(self) -> None:
        """Write what waits, and let go; doing so twice is no error. Raises `StorageError`."""
        if self._is_open:
            self._is_open = False
            _let_go(self._environment)

    def flush(self) -> None:
        """Write what waits; raise `StorageError` if that can't be done."""
        if self._is_open:
            self._environment.flush()

    def recall(self, key: str) -> bytes | None:
        """Give what was remembered under a key of the run cache, or None."""
        return self._runs.get(key)

    def remember(self, key: str, value: bytes) -> None:
        """Put a value into the run cache, in place of an earlier one."""
        self._runs.put(key, value)

    def duration(self, stage: str) -> float | None:
        """Give the seconds that a stage took when it ran last, or None."""
        value = self._durations.get(stage)
        with contextlib.suppress(ValueError):
            return float(value) if value else None
        return None

    def record_duration(self, stage: str, seconds: float) -> None:
        """Note the seconds that a stage took."""
        self._durations.put(stage, repr(seconds).encode())


class Memory:
    """The entries of one kind: bytes by text."""

    def __init__(self, environment: _Environment, kind: bytes) -> None:
        self._environment = environment
        self._kind = kind

    def get(self, key: str) -> bytes | None:
        """Give what was put, or None."""
        return self._environment.get(self._key(key))

    def get_all(self, keys: Iterable[str]) -> list[bytes | None]:
        """Give what was put for each of the keys, or None, in one transaction."""
        return self._environment.get_all([self._key(key) for key in keys])

    def put(self, key: str, value: bytes) -> None:
        """Remember a value, in place of an earlier one."""
        self._environment.put(self._key(key), value)

    def _key(self, key: str) -> bytes:
        encoded = b"%s:%s" % (self._kind, key.encode("utf-8", "surrogatepass"))
        if len(encoded) <= _LONGEST_KEY:
            return encoded
        # Another separator, so that no short key looks like the hash of a long one.
        return b"%s#%s" % (self._kind, hash_bytes(encoded, "xxh3_128").encode())


class Ring:
    """The last so many values of those that were ever added, each with its number from 1 on."""

    def __init__(self, environment: _Environment, kind: bytes) -> None:
        self._environment = environment
        self._kind = kind

    def add(self, value: bytes, most: int) -> None:
        """Keep a value; the oldest may go for it. It gets its number when it is written."""
        self._environment.append(b"%s:last" % self._kind, self._slot, value, most)

    def all(self, most: int) -> list[tuple[int, bytes]]:
        """Give at most so many values with their numbers, the one that was added last first."""
        self._environment.flush()
        last = _integer(self._environment.get(b"%s:last" % self._kind))
        numbers = range(last, max(0, last - most), -1)
        values = self._environment.get_all([self._slot(number % most) for number in numbers])
        return [
            (number, value.partition(b" ")[2])
            for number, value in zip(numbers, values, strict=True)
            # What is left of a ring of another size has another number.
            if value is not None and _integer(value.partition(b" ")[0]) == number
        ]

    def _slot(self, place: int) -> bytes:
        return b"%s:%d" % (self._kind, place)


def _integer(value: bytes | None) -> int:
    with contextlib.suppress(ValueError):
        return int(value) if value else 0
    return 0


class KnownHashes:
    """Hashes with the signature that the file had; a `Known`."""

    def __init__(self, environment: _Environment, kind: bytes) -> None:
        self._memory = Memory(environment, kind)

    def get(self, path: str) -> tuple[Signature, str] | None:
        """Give what was put, or None."""
        return _decoded(self._memory.get(path))

    def get_all(self, paths: Iterable[str]) -> list[tuple[Signature, str] | None]:
        """Give what was put for each of the paths, or None."""
        return [_decoded(value) for value in self._memory.get_all(paths)]

    def put(self, path: str, signature: Signature, hash: str) -> None:  # noqa: A002 - `Known`'s name
        """Remember a hash."""
        s = signature
        text = f"{s.mtime_ns} {s.size} {s.inode} {s.ctime_ns} {hash}"
        self._memory.put(path, text.encode())


def _decoded(value: bytes | None) -> tuple[Signature, str] | None:
    if value is None:
        return None
    try:
        mtime, size, inode, ctime, hash_ = value.decode().split(" ")
        return Signature(int(mtime), int(size), int(inode), int(ctime)), hash_
    except ValueError:  # of another format, or damaged
        return None


class _Environment:
    """An open LMDB environment and what waits to be written to it; shared in the process."""

    def __init__(self, path: Path) -> None:
        self.users = 0
        #: Whether what was there was damaged, and is gone.
        self.rebuilt = False
        #: What tells its file from every other.
        self.identity = (0, 0)
        self._path = path
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._waiting: dict[bytes, bytes] = {}
        #: What is to be written by what is there by then.
        self._appended: list[Callable[[lmdb.Transaction], None]] = []
        try:
            self._lmdb = self._open()
        except _BROKEN:
            self._lmdb = self._open_anew()

    def _open(self) -> lmdb.Environment:
        data = self._path / "data.mdb"
        if self._path.is_file() or data.is_dir():
            raise lmdb.InvalidError(f"{self._path} is something else")
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            opened = lmdb.open(
                str(self._path),
                map_size=_FIRST_MAP,
                max_readers=_READERS,
                max_spare_txns=4,
                # A power cut may cost the last transaction, not the environment.
                metasync=False,
            )
            # Before its size: another process may write meanwhile, and the file only grows.
            pages = opened.info()["last_pgno"] + 1
            status = data.stat()
        except OSError as error:
            raise storage_error(error, "open", self._path) from error
        except _BROKEN:
            raise
        except lmdb.Error as error:
            if getattr(error, "code", None) == 0:
                # Not the system's refusal but the binding's: a format it was built without.
                raise lmdb.VersionMismatchError(str(error)) from error
            raise self._fault(error) from error
        if status.st_size < pages * opened.stat()["psize"]:
            # Reading beyond a file's end kills the process (SIGBUS).
            opened.close()
            raise lmdb.CorruptedError(f"{data} is truncated")
        opened.reader_check()
        self.identity = status.st_dev, status.st_ino
        return opened

    def _open_anew(self) -> lmdb.Environment:
        damaged = beside(self._path)
        try:
            with contextlib.suppress(FileNotFoundError):  # another process was faster
                self._path.rename(damaged)
        except OSError as error:
            raise storage_error(error, "move away the damaged", self._path) from error
        import shutil  # for this sad case only

        shutil.rmtree(damaged, ignore_errors=True)
        damaged.unlink(missing_ok=True)
        self.rebuilt = True
        try:
            return self._open()
        except _BROKEN as error:
            raise self._fault(error) from error

    def _fault(self, error: lmdb.Error) -> StorageError:
        number = getattr(error, "code", 0) or _number_in(str(error))
        if number == errno.EIO:  # also what LMDB makes of a write that was cut short
            number = errno.ENOSPC
        if number in _REFUSALS:
            reason = OSError(number, os.strerror(number))
            return storage_error(reason, "use", self._path)
        return StorageError(f"can't use {self._path}: {error}", hint=_ODD_FILE_SYSTEM)

    def get(self, key: bytes) -> bytes | None:
        with self._lock:
            self._be_own()
            value = self._waiting.get(key)
            return value if value is not None else self._do(lambda: self._read(key))

    def _read(self, key: bytes) -> bytes | None:
        with self._lmdb.begin() as transaction:
            return transaction.get(key)

    def get_all(self, keys: list[bytes]) -> list[bytes | None]:
        with self._lock:
            self._be_own()
            values = [self._waiting.get(key) for key in keys]
            if None not in values:
                return values
            return self._do(lambda: self._read_all(keys, values))

    def _read_all(self, keys: list[bytes], values: list[bytes | None]) -> list[bytes | None]:
        with self._lmdb.begin() as transaction:
            return [
                transaction.get(key) if value is None else value
                for key, value in zip(keys, values, strict=True)
            ]

    def put(self, key: bytes, value: bytes) -> None:
        with self._lock:
            self._be_own()
            self._waiting[key] = value
            if len(self._waiting) >= _BUFFERED:
                self.flush()

    def append(self, counter: bytes, slot: Callable[[int], bytes], value: bytes, most: int) -> None:
        """Put a value into the slot of the next number."""

        def write(transaction: lmdb.Transaction) -> None:
            number = _integer(bytes(transaction.get(counter) or b"0")) + 1
            transaction.put(counter, b"%d" % number)
            transaction.put(slot(number % most), b"%d %s" % (number, value))

        with self._lock:
            self._be_own()
            self._appended.append(write)

    def flush(self) -> None:
        with self._lock:
            self._be_own()
            if self._waiting or self._appended:
                self._do(self._write)
                self._waiting.clear()
                self._appended.clear()

    def _write(self) -> None:
        with self._lmdb.begin(write=True) as transaction:
            for key, value in self._waiting.items():
                transaction.put(key, value)
            for write in self._appended:
                write(transaction)

    def _do[T](self, act: Callable[[], T]) -> T:
        """Do something with the environment, which is mended and asked again when need be."""
        while True:
            try:
                return act()
            except lmdb.Error as error:
                self._mend(error)

    def _mend(self, error: lmdb.Error) -> None:
        try:
            if isinstance(error, lmdb.MapFullError):
                self._lmdb.set_mapsize(2 * self._lmdb.info()["map_size"])
            elif isinstance(error, lmdb.MapResizedError):  # by another process
                self._lmdb.set_mapsize(0)
            elif isinstance(error, _BROKEN) and not self.rebuilt:
                self._lmdb.close()
                self._lmdb = self._open_anew()
            else:
                raise self._fault(error) from error
        except lmdb.Error as second:
            raise self._fault(second) from error

    def _be_own(self) -> None:
        """After a fork, open the environment again: LMDB's handles stay with the parent."""
        if os.getpid() != self._process:
            self._process = os.getpid()
            self._waiting.clear()  # the parent writes it
            self._appended.clear()
            self._lmdb.close()
            self._lmdb = self._open()

    def close(self) -> None:
        try:
            self.flush()
        finally:
            self._lmdb.close()


_open: dict[tuple[int, int], _Environment] = {}
_open_lock = threading.Lock()


def _share(path: Path) -> _Environment:
    with _open_lock:
        found = _identity(path)
        environment = _open.get(found) if found else None
        if environment is None:
            environment = _Environment(path)
            _open[environment.identity] = environment
        environment.users += 1
        return environment


def _let_go(environment: _Environment) -> None:
    with _open_lock:
        environment.users -= 1
        if environment.users:
            environment.flush()
            return
        for identity in [key for key, value in _open.items() if value is environment]:
            del _open[identity]
        environment.close()


def _identity(path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        status = (path / "data.mdb").stat()
        return status.st_dev, status.st_ino
    return None


def _number_in(text: str) -> int:
    """Give the number of the system's error that a text ends with: lmdb < 3 has no more."""
    numbers = (errno.EIO, *_REFUSALS)
    return next((number for number in numbers if text.endswith(os.strerror(number))), 0)
