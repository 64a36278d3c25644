"""Landlock, by which a Linux process gives up rights to files, for itself and all that it starts.

No library for it is maintained, and it's three system calls. Rights are given to files and to
directories with all that is below them; what they are given to can't be taken back again further
down. Source of numbers and structures: `include/uapi/linux/landlock.h` and the kernel's
documentation, userspace-api/landlock.rst. Example::

    rules = Ruleset()
    rules.allow("/usr", READ)
    rules.enforce()

Tests: tests/confinement/test_landlock.py.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import stat
import struct
import sys

from pivot.errors import UsageError

# The same on all architectures.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_FOR_VERSION = 1
_PATH_BENEATH = 1
_SET_NO_NEW_PRIVILEGES = 38

_WRITE_FILE, _READ_FILE = 1 << 1, 1 << 2
#: Removing and making what a directory holds, of every kind there is.
_CHANGE_DIRECTORY = sum(1 << bit for bit in range(4, 13))
#: Moving and linking from one directory to another.
_REFER, _REFER_SINCE = 1 << 13, 2
_TRUNCATE, _TRUNCATE_SINCE = 1 << 14, 3

#: To read files.
READ = _READ_FILE
#: To read files and to write to them.
WRITE = READ | _WRITE_FILE | _TRUNCATE
#: All that, and to make, move and remove files.
CHANGE = WRITE | _CHANGE_DIRECTORY | _REFER


class UnavailableError(UsageError):
    """This system can't confine a process."""


def require() -> int:
    """Give the version of Landlock that the kernel has; raise `UnavailableError` if none."""
    if sys.platform != "linux":
        raise _unavailable("it is part of Linux, and this is another system")
    try:
        return _call(_CREATE_RULESET, None, 0, _ASK_FOR_VERSION)
    except OSError as error:
        if error.errno == errno.EOPNOTSUPP:
            raise _unavailable(
                "the kernel was started without it (see its parameter lsm=)"
            ) from None
        release = os.uname().release
        raise _unavailable(f"it came with Linux 5.13, and this is {release}") from None


def _unavailable(reason: str) -> UnavailableError:
    return UnavailableError(
        f"strict needs Landlock, by which a process gives up rights to files: {reason}",
        hint="without it, what Python itself opens is checked if 'undeclared' is set to 'error'",
    )


class Ruleset:
    """Rights to files that a process is going to keep; those that have none are given up."""

    def __init__(self) -> None:
        version = require()
        self._rights = CHANGE
        if version < _REFER_SINCE:
            self._rights &= ~_REFER
        if version < _TRUNCATE_SINCE:
            self._rights &= ~_TRUNCATE
        rights = ctypes.create_string_buffer(struct.pack("=Q", self._rights), 8)
        self._descriptor = _call(_CREATE_RULESET, rights, len(rights), 0)

    def allow(self, path: str, rights: int) -> None:
        """Keep rights to a file, or to a directory and all below; nothing if it isn't there.

        A symbolic link is none of both: what it leads to is allowed where it is.
        """
        try:
            descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return
        try:
            mode = os.fstat(descriptor).st_mode
            if stat.S_ISLNK(mode):
                return
            if not stat.S_ISDIR(mode):
                rights &= WRITE
            rule = struct.pack("=Qi", rights & self._rights, descriptor)
            rule_buffer = ctypes.create_string_buffer(rule, len(rule))
            _call(_ADD_RULE, self._descriptor, _PATH_BENEATH, rule_buffer, 0)
        finally:
            os.close(descriptor)

    def enforce(self) -> None:
        """Give up all other rights: for this thread, what it starts from now on, and for good."""
        if _libc().prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        _call(_RESTRICT_SELF, self._descriptor, 0)
        os.close(self._descriptor)


@functools.cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def _call(number: int, *arguments: object) -> int:
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result: int = _libc().syscall(ctypes.c_long(number), *given)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
