"""Where downloads wait to be checked: a directory for one process, beside the blobs.

What a killed process has left behind is removed by the next one that comes. Tests:
tests/test_sync.py.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from pivot.store.faults import storage_error
from pivot.store.hold import Hold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot.store.layout import Layout

_HOLD = "hold"


@contextlib.contextmanager
def staging(layout: Layout) -> Iterator[Path]:
    """Give an empty directory in the cache's file system; it is gone afterwards."""
    place = layout.dot / "cache/incoming"
    _sweep(place)
    directory = place / os.urandom(8).hex()
    hold = Hold.try_acquire(directory / _HOLD)
    # Only a sweep that takes it for a leftover could have it, and then it's as good as gone.
    while hold is None:
        directory = place / os.urandom(8).hex()
        hold = Hold.try_acquire(directory / _HOLD)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        hold.release()


def _sweep(place: Path) -> None:
    try:
        leftovers = list(place.iterdir()) if place.is_dir() else []
    except OSError as error:
        raise storage_error(error, "look at", place) from error
    for directory in leftovers:
        hold = Hold.try_acquire(directory / _HOLD)
        if hold is not None:
            shutil.rmtree(directory, ignore_errors=True)
            hold.release()
