"""Looking after the cache: how large it is, whether it is sound, and what may go.

Example: `verify_cache().sound`. Tests: tests/cli/commands/test_cache.py and test_gc.py.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from pivot.api.opening import open_session
from pivot.frozen import frozen
from pivot.store.cache import CorruptBlobError, MissingBlobError
from pivot.sync import Cleaning, Progress, clean, clean_remote

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pivot.api.opening import Root
    from pivot.plugins import PluginHost


@frozen
class CacheSize:
    """How much the cache of a project holds."""

    #: Where it is.
    directory: str
    #: How many files, and their bytes; those that share them with a file of the project, too.
    files: int
    size: int
    #: What was found damaged and moved aside.
    damaged_files: int
    damaged_size: int

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`."""
        return dataclasses.asdict(self)


@frozen
class CacheCheck:
    """What hashing the whole cache came to."""

    files: int
    size: int
    #: What was wrong with each damaged file; it is out of the way now.
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every file was what its name says."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`."""
        return {**dataclasses.asdict(self), "sound": self.sound}


def cache_size(root: Root = None) -> CacheSize:
    """Say how much the cache holds."""
    with open_session(root, None, {}) as session:
        workspace = session.workspace
        sizes = [status.st_size for _, status in workspace.cache.blobs()]
        damaged = _sizes(workspace.layout.quarantine)
        place = str(workspace.layout.blobs)
    return CacheSize(place, len(sizes), sum(sizes), len(damaged), sum(damaged))


def _sizes(directory: Path) -> list[int]:
    files = directory.iterdir() if directory.is_dir() else ()
    return [file.lstat().st_size for file in files]


def verify_cache(
    root: Root = None, *, on_progress: Callable[[Progress], None] | None = None
) -> CacheCheck:
    """Hash every file of the cache; what is not what its name says is moved out of the way.

    `on_progress` is called after each file.
    """
    problems: list[str] = []
    with open_session(root, None, {}) as session:
        cache = session.workspace.cache
        blobs = dict(cache.blobs())
        total = sum(status.st_size for status in blobs.values())
        files = size = 0
        for name, status in blobs.items():
            try:
                cache.rehash(name)
            except MissingBlobError:
                continue  # it was removed meanwhile
            except CorruptBlobError as problem:
                problems.append(problem.message)
            files, size = files + 1, size + status.st_size
            if on_progress is not None:
                on_progress(Progress(files, size, len(blobs), total))
    return CacheCheck(files, size, tuple(problems))


def collect_garbage(
    root: Root = None, *, grace: float | None = None, remove: bool = False
) -> Cleaning:
    """Find in the cache what nothing refers to, and with `remove` remove it.

    Kept is what a branch, a tag, a stash, the workspace or a recent run refers to, and what is
    younger than `grace`, in seconds (by default a day).

    Raises:
        CorruptionError: a lock can't be read, so that nobody knows what is needed.
    """
    with open_session(root, None, {}) as session:
        return clean(session, grace=grace, remove=remove)


def collect_remote_garbage(
    root: Root = None,
    *,
    remote: str | None = None,
    grace: float | None = None,
    remove: bool = False,
    others_gone: bool = False,
    plugins: PluginHost | None = None,
) -> Cleaning:
    """Do with a remote what `collect_garbage` does with the cache; `grace` is 14 days by default.

    With `others_gone`, what other projects have pushed to it may go, too.

    Raises:
        UsageError: the project is in no git repository, or others push there, too.
        RemoteError: the remote can't be reached, or refuses.
        CorruptionError: a lock can't be read, or a directory's listing.
    """
    with open_session(root, None, {}, plugins) as session:
        return clean_remote(session, remote, grace=grace, remove=remove, others_gone=others_gone)
