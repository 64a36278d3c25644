"""What the system's errors mean to a person."""

from __future__ import annotations

import errno
import os

import pytest

from pivot.errors import StorageError
from pivot.store.faults import storage_error


def fault(number: int) -> StorageError:
    return storage_error(OSError(number, os.strerror(number)), "write", "data/x.csv")


def test_the_message_names_the_file_and_what_failed():
    assert fault(errno.ENOSPC).message == "can't write data/x.csv: No space left on device"


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EDQUOT, "quota"),
        (errno.EACCES, "owns"),
        (errno.EROFS, "read-only"),
        (errno.ENOTDIR, "where a directory should be"),
        (errno.EISDIR, "where a file should be"),
        (errno.EMFILE, "ulimit"),
        (errno.ENOLCK, "local disk"),
    ],
)
def test_the_hint_says_how_to_mend_it(number, word):
    assert word in (fault(number).hint or "")


def test_an_error_that_is_rare_has_no_hint():
    assert fault(errno.EDOM).hint is None


def test_an_error_without_a_number_keeps_its_text():
    assert storage_error(OSError("odd"), "read", "x").message == "can't read x: odd"
