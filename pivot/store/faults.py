"""What an `OSError` under the store means to a person: which file, what failed, how to mend it.

Every module of the store turns the errors of the operating system into `StorageError` through
here, so that a full disk reads the same wherever it is met. Example::

    try:
        path.unlink()
    except OSError as error:
        raise storage_error(error, "remove", path) from error

Tests: tests/store/test_faults.py.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from pivot.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

_HINTS = {
    errno.ENOSPC: "the disk is full: free some space, then run again",
    errno.EDQUOT: "your disk quota is used up: free some space, then run again",
    errno.EFBIG: "the file is larger than the system or 'ulimit -f' allows",
    errno.EACCES: "check who owns it and its directory, and what they may do with it",
    errno.EPERM: "check who owns it and its directory, and what they may do with it",
    errno.EROFS: "the file system is mounted read-only; work on a writable copy of the project",
    errno.ENOTDIR: "there is a file where a directory should be: move it out of the way",
    errno.EEXIST: "there is a file where a directory should be: move it out of the way",
    errno.EISDIR: "there is a directory where a file should be: move it out of the way",
    errno.ENAMETOOLONG: "use a shorter name",
    errno.EMFILE: "too many files are open: raise the limit with 'ulimit -n'",
    errno.ENFILE: "too many files are open on this machine",
    errno.ENOLCK: "this file system has no locks: keep the project's .pivot on a local disk",
    errno.EIO: "the disk or its file system is failing: check the system's log",
}


def storage_error(error: OSError, action: str, path: Path | str) -> StorageError:
    """Give the error to raise (`from error`) when `action`, a verb, failed on `path`."""
    reason = error.strerror or str(error)
    return StorageError(f"can't {action} {path}: {reason}", hint=_HINTS.get(error.errno or 0))
