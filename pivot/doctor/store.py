"""What `.pivot` holds: whether it is whole, and what in it nobody needs any more.

Only what is disposable is ever removed, and only if no process can be using it. Tests:
tests/cli/commands/test_doctor.py.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import time
from typing import TYPE_CHECKING

from pivot.doctor.finding import error, ok, warning
from pivot.errors import PivotError
from pivot.store.atomic import beside, is_temporary, remove
from pivot.store.clone import reflink
from pivot.store.hold import holder
from pivot.store.lock import BrokenLockError, read_lock
from pivot.store.state import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from pivot.doctor.finding import Finding
    from pivot.store.layout import Layout

#: A temporary that is older than this belongs to no process that still writes it.
_STALE_SECONDS = 3600
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_NAMED = 3


def directory(layout: Layout) -> Iterator[Finding]:
    """Look whether `.pivot` is as it should be, and can be written to."""
    if not layout.dot.is_dir():
        return
    ignore = layout.dot / ".gitignore"
    if not ignore.exists():
        yield warning(
            "gitignore",
            f"{ignore} is missing: git would take the cache for files of the project",
            "'pivot doctor --fix' writes it",
            lambda: _create(layout),
        )
    trial = beside(layout.dot / "doctor")
    try:
        trial.touch()
        trial.unlink()
    except OSError as problem:
        yield error(
            "writable",
            f"{layout.dot} can't be written to: {problem.strerror}",
            "check its owner and its permissions",
        )


def _create(layout: Layout) -> None:
    layout.create()


def links(layout: Layout, wanted: Collection[str]) -> Iterator[Finding]:
    """Try how outputs can get out of the cache."""
    if not layout.dot.is_dir():
        return  # nothing has run here yet
    source = beside(layout.blobs)
    target = beside(layout.root / "doctor")
    ways: list[str] = []
    try:
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(b"pivot")
        with source.open("rb") as one, target.open("wb") as other:
            if reflink(one.fileno(), other.fileno()):
                ways.append("reflink")
        target.unlink()
        with contextlib.suppress(OSError):
            target.hardlink_to(source)
            ways.append("hardlink")
    except OSError:
        return  # what can't be written to is told of elsewhere
    finally:
        source.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
    usable = [way for way in wanted if way in (*ways, "copy")]
    yield ok("links", f"outputs leave the cache by {usable[0] if usable else 'copy'}")
    if usable[:1] in ([], ["copy"]) and wanted != ("copy",):
        yield warning(
            "links",
            "the file system has neither reflinks nor hard links between cache and project: each "
            "output takes its space twice",
            "keep project and cache on one file system, btrfs, xfs or ext4, say",
        )


def state(layout: Layout) -> Iterator[Finding]:
    """Open the state, which makes itself anew if it's damaged."""
    if not layout.state.exists():
        return
    try:
        found = State.open(layout.state)
        rebuilt = found.rebuilt
        found.close()
    except PivotError as problem:
        yield error(
            "state",
            problem.message,
            f"delete {layout.state}: it only holds what can be found out again",
            None if _any_held(layout) else lambda: shutil.rmtree(layout.state),
        )
        return
    if rebuilt:
        yield warning("state", "the state was damaged, and was made anew; nothing is lost but time")
    else:
        yield ok("state", "the state can be read")


def locks(layout: Layout, stages: Collection[str] | None) -> Iterator[Finding]:
    """Read all locks; `stages` are the names of those that there are, None if nobody knows."""
    files = lock_files(layout)
    sound = 0
    for file in files:
        try:
            lock = read_lock(file)
        except BrokenLockError as problem:
            yield error("lock", problem.message, problem.hint)
            continue
        except PivotError as problem:
            yield error("lock", problem.message, problem.hint)
            continue
        sound += 1
        if lock is not None and stages is not None and lock.stage not in stages:
            yield warning(
                "stale-lock",
                f"{file.relative_to(layout.root)} is the lock of {lock.stage!r}, and there is no "
                "such stage",
                f"if it's gone for good: git rm {file.relative_to(layout.root)}",
            )
    if files:
        yield ok("locks", f"locks that can be read: {sound} of {len(files)}")


def lock_files(layout: Layout) -> list[Path]:
    """Give the lock files."""
    return sorted(layout.stages.glob("*.lock"))


def holds(layout: Layout) -> Iterator[Finding]:
    """Say what is being run just now, and what was begun and never ended."""
    for file in sorted(layout.holds.glob("*.hold")):
        marker = file.with_suffix(".unfinished")
        if _is_held(file):
            yield ok("running", f"{file.stem} is held by {holder(file)}")
        elif marker.exists():
            yield warning(
                "unfinished",
                f"{file.stem} was begun and has not ended well: its outputs are what it left",
                f"'pivot run {file.stem}' makes them anew, 'pivot checkout {file.stem}' brings "
                "back the last good ones",
            )


def _any_held(layout: Layout) -> bool:
    return any(_is_held(file) for file in layout.holds.glob("*.hold"))


def _is_held(file: Path) -> bool:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def files(layout: Layout) -> Iterator[Finding]:
    """Look for what killed processes left behind, and for blobs that anybody could change."""
    before = time.time() - _STALE_SECONDS
    stale: list[Path] = []
    writable = number = size = 0
    for place, directories, names in os.walk(layout.dot):
        here = layout.dot / os.path.relpath(place, layout.dot)
        is_blobs = here.is_relative_to(layout.blobs)
        for name in (*names, *directories):
            # What a run beside this has just renamed or removed is no finding.
            with contextlib.suppress(FileNotFoundError):
                status = os.lstat(f"{place}/{name}")
                if is_temporary(name):
                    stale += [here / name] if status.st_mtime < before else []
                elif is_blobs and stat.S_ISREG(status.st_mode):
                    number, size = number + 1, size + status.st_size
                    writable += bool(status.st_mode & _WRITABLE)
    if stale:
        shown = ", ".join(str(one.relative_to(layout.root)) for one in stale[:_NAMED])
        more = f" and {len(stale) - _NAMED} more" if len(stale) > _NAMED else ""
        # A directory's time stays while files deep inside it are written.
        busy = _any_held(layout)
        yield warning(
            "leftovers",
            f"left behind by processes that were killed: {shown}{more}",
            "'pivot doctor --fix' removes them" + (", when nothing is run" if busy else ""),
            None if busy else lambda: _remove_all(stale),
        )
    if writable:
        yield warning(
            "writable-blobs",
            f"of the files of the cache so many can be written to, by mistake, too: {writable}",
            "look at them: pivot cache verify",
        )
    if number:
        yield ok("cache", f"files in the cache: {number}, {size / 1e6:.1f} MB")


def _remove_all(paths: list[Path]) -> None:
    for path in paths:
        remove(path)


def quarantine(layout: Layout) -> Iterator[Finding]:
    """Say what was found damaged earlier."""
    there = list(layout.quarantine.iterdir()) if layout.quarantine.is_dir() else []
    if there:
        yield warning(
            "quarantine",
            f"damaged files of the cache were put aside in {layout.quarantine}: {len(there)}",
            "delete them when you don't want to look at them any more",
        )
