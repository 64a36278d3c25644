"""How Pivot names content: the hash of bytes and of files, as lower-case hexadecimal text.

`xxh64` (16 digits) is the default; `xxh3_128` (32 digits) is for projects that share one cache
widely. Neither is meant to resist an attacker: they tell changed content from unchanged.
Source: the xxHash specification, by way of the `xxhash` package. Example::

    hash_bytes(b"")  # 'ef46db3751d8e999'

Copying a large file out of the page cache would take as long as hashing it, so that it's *mapped*
where that is safe. To touch a page of a file that was cut meanwhile kills a process; under a
*lease* (Linux: fcntl(2)) whoever is about to write to the file waits, and we are told. From then on
it is read. A file that somebody has open for writing is read from the start.

Tests: tests/test_hashing.py.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Literal, get_args

import xxhash

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

type Algorithm = Literal["xxh64", "xxh3_128"]

ALGORITHMS: tuple[str, ...] = get_args(Algorithm.__value__)
DEFAULT_ALGORITHM: Algorithm = "xxh64"

_CONSTRUCTORS: dict[str, Callable[[], xxhash.xxh64 | xxhash.xxh3_128]] = {
    "xxh64": xxhash.xxh64,
    "xxh3_128": xxhash.xxh3_128,
}
# Half the time that it takes to make a hasher, feed it and ask it.
_DIGESTS: dict[str, Callable[[bytes], str]] = {
    "xxh64": xxhash.xxh64_hexdigest,
    "xxh3_128": xxhash.xxh3_128_hexdigest,
}
# Reads of this size keep the per-call cost below the cost of hashing, in a cache-friendly buffer.
_CHUNK = 1 << 20
_PAGE = 1 << 12
# How much longer a file may get while it's read: who writes faster than we read would have us go on
# for ever. What has no size at first, as in /proc, is never that long.
_GROWTH = 1 << 26
# As much as is mapped at once: whoever waits to write waits for this, and it counts as memory.
_WINDOW = 1 << 24
# Of linux/mman.h; `mmap` has no name for it. It fails where touching a page would kill.
_POPULATE_READ = 22


def hash_bytes(data: bytes, algorithm: Algorithm = DEFAULT_ALGORITHM) -> str:
    """Give the hash of some bytes."""
    return _DIGESTS[algorithm](data)


def hash_text(text: str, algorithm: Algorithm = DEFAULT_ALGORITHM) -> str:
    """Give the hash of a text, encoded as UTF-8 (lone surrogates pass through)."""
    return _DIGESTS[algorithm](text.encode("utf-8", "surrogatepass"))


def hash_file(path: str | Path, algorithm: Algorithm = DEFAULT_ALGORITHM) -> tuple[str, int]:
    """Give the hash and the size in bytes of what was read from a regular file.

    A file that goes on growing is left when it's much longer than it was at first. Raises `OSError`
    as `open` and `read` do, and for what is no regular file, without waiting for anybody.
    """
    hasher = _CONSTRUCTORS[algorithm]()
    size = 0
    with open(_opened(path), "rb", buffering=0) as stream:
        # Clearing a whole chunk would cost more than all the rest, for a small file.
        expected = os.fstat(stream.fileno()).st_size
        if expected > _CHUNK:
            size = _hash_mapped(hasher, stream.fileno())
            stream.seek(size)
        buffer = memoryview(bytearray(min(_CHUNK, max(expected - size + 1, _PAGE))))
        while count := stream.readinto(buffer):
            hasher.update(buffer[:count])
            size += count
            if size > expected + _GROWTH:
                break
    return hasher.hexdigest(), size


def _opened(path: str | Path) -> int:
    """Give a descriptor of a regular file; raise `OSError`."""
    # Without waiting: a pipe that took a file's place would wait for somebody who writes into it.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "this is no regular file", str(path))


def _hash_mapped(hasher: xxhash.xxh64 | xxhash.xxh3_128, descriptor: int) -> int:
    """Feed a hasher from the start of a file, as far as it's safe to map; give how far."""
    # Late: most runs have no large file to hash.
    import fcntl
    import mmap
    import signal

    done = 0
    try:
        # A signal that nobody notices; the default one ends the process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        # After that, since it can't be cut any more; the lease ends when the file is closed.
        size = os.fstat(descriptor).st_size
        while done < size and fcntl.fcntl(descriptor, fcntl.F_GETLEASE) == fcntl.F_RDLCK:
            length = min(_WINDOW, size - done)
            with mmap.mmap(descriptor, length, prot=mmap.PROT_READ, offset=done) as pages:
                pages.madvise(_POPULATE_READ)
                hasher.update(pages)
            done += length
    except (AttributeError, OSError):
        # Another system; or somebody writes to it, or it's not ours, or its disk can't be read.
        pass
    return done
