"""How a blob becomes a file of the project again: by a second name, by reference, or by copying.

A file that shares its blob's inode is read-only like the blob; the others have an ordinary mode.
All have the blob's modification time. Example::

    Placement(blobs, ("hardlink", "copy")).place(content, root / "new.pkl", writable=False)

Tests: tests/store/test_placement.py.
"""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING

from pivot.store.atomic import create, making_parent
from pivot.store.blobs import CorruptBlobError
from pivot.store.clone import copy, is_closed, reflink
from pivot.store.content import Signature

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.store.blobs import Blobs
    from pivot.store.clone import Way, Ways
    from pivot.store.content import Content


class Placement:
    """The way out of the cache."""

    def __init__(self, blobs: Blobs, ways: Ways) -> None:
        self._blobs = blobs
        self._ways = ways

    def place(self, content: Content, target: Path, *, writable: bool) -> Signature:
        """Make `target`, which must not be there yet, a file with this content; give its looks.

        `writable` asks for a file of its own, one that may be changed in place. Missing parent
        directories are made. Raises `MissingBlobError`, `CorruptBlobError` and `OSError`; then
        the caller removes what may be there.
        """
        status = self._blobs.check(content.hash, content.size)
        fits = bool(status.st_mode & stat.S_IXUSR) == content.executable
        tried = (
            self._copy(content, target, status, way)
            if way != "hardlink"
            else self._link(content, target, status)
            for way in self._ways.between(status.st_dev)
            if way != "hardlink" or (fits and not writable)
        )
        return next(placed for placed in tried if placed)

    def _link(self, content: Content, target: Path, status: os.stat_result) -> Signature | None:
        """Give the blob a second name, if that can be done."""
        blob = self._blobs.path(content.hash)
        started = time.time_ns()
        try:
            making_parent(target, lambda: target.hardlink_to(blob))
        except OSError as error:
            if is_closed(error):
                return None
            raise
        after = target.lstat()
        if not Signature.of(after).same_data(Signature.of(status)):
            self._confirm(content, target)
        self._blobs.vouch(content.hash, after, started)
        return Signature.of(after)

    def _copy(
        self, content: Content, target: Path, status: os.stat_result, way: Way
    ) -> Signature | None:
        """Fill a new file from the blob, if that can be done."""
        source = os.open(self._blobs.path(content.hash), os.O_RDONLY | os.O_CLOEXEC)
        try:
            descriptor = create(target, 0o777 if content.executable else 0o666)
            try:
                if way == "copy":
                    copy(source, descriptor)
                elif not reflink(source, descriptor):
                    self._ways.no_sharing(status.st_dev)
                    target.unlink()
                    return None
                same = Signature.of(os.fstat(source)).same_data(Signature.of(status))
                if not same or os.fstat(descriptor).st_size != content.size:
                    self._confirm(content, target)
                # With the blob's time, a later write shows even within this tick of the clock.
                os.utime(descriptor, ns=(status.st_atime_ns, status.st_mtime_ns))
                return Signature.of(os.fstat(descriptor))
            finally:
                os.close(descriptor)
        finally:
            os.close(source)

    def _confirm(self, content: Content, target: Path) -> None:
        """Check what was placed, since the blob isn't what it was before: changed, or replaced."""
        if self._blobs.hash(target, content.hash) != content.hash:
            raise CorruptBlobError(content.hash, "it changed while it was restored")
