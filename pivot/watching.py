"""Which files of a project change, as they change: told by the operating system.

A `Watcher` notes changes from the moment that it is entered, in threads of its own, so that none
gets lost while the caller is busy. Directories that can hold no input (environments, caches, git's)
are not watched at all: they would be the most of it. Example::

    with Watcher(root, lambda path: path.endswith(".py"), quiet=0.05) as watcher:
        watcher.wait(1.0)    # {"steps/train.py"} if that was saved within a second

Tests: tests/test_watching.py.
"""

from __future__ import annotations

import os
import queue
import threading
from typing import TYPE_CHECKING, Self

from pivot.errors import UsageError
from pivot.store.ignore import Ignore
from pivot.tracing import is_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

    from watchfiles import Change as FileChange

#: In milliseconds: how long a thread waits for a change before it looks whether it should end.
_TURN = 100
#: In milliseconds: the longest time for which changes that follow each other are gathered.
_LONGEST = 1600


class Watcher:
    """Notes the changes of a project's files by their paths, relative to the root."""

    def __init__(
        self,
        root: Path,
        matters: Callable[[str], bool],
        quiet: float,
        on_change: Callable[[frozenset[str]], None] | None = None,
    ) -> None:
        """Prepare to watch.

        Args:
            root: the project's directory.
            matters: says of a path whether a change there is to be noted; asked in any thread.
            quiet: how many seconds after a change nothing must follow for it to be told.
            on_change: is told of changes at once, in any thread.
        """
        # Its change times are those of the project, whatever link leads there.
        self._root = root.resolve()
        self._matters = matters
        self._step = max(1, round(quiet * 1000))
        self._on_change = on_change
        self._ignore = Ignore(self._root)
        self._changes: queue.SimpleQueue[frozenset[str]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        #: The directories right below the root that are watched.
        self._watched: set[str] = set()

    def __enter__(self) -> Self:
        """Watch from now on. Raises `UsageError` if what it takes is not installed."""
        try:
            import watchfiles  # noqa: F401 # pyright: ignore[reportUnusedImport] - late: few runs watch
        except ImportError:
            raise UsageError(
                "watching files takes the package watchfiles, which is not installed",
                hint="pip install watchfiles",
            ) from None
        self._start([str(self._root)], recursive=False)
        self._watch_directories()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait(self, patience: float) -> set[str]:
        """Give what has changed since the last call; if nothing did, wait so many seconds."""
        found: set[str] = set()
        try:
            found |= self._changes.get(timeout=patience)
            while True:
                found |= self._changes.get_nowait()
        except queue.Empty:
            return found

    def _watch_directories(self) -> list[str]:
        """Watch the directories right below the root that aren't watched yet, and name them."""
        with os.scandir(self._root) as entries:
            new = [
                entry.name
                for entry in entries
                if entry.name not in self._watched
                and entry.is_dir(follow_symlinks=False)
                and self._can_matter(f"{entry.name}/")
            ]
        self._watched.update(new)
        if new:
            self._start([f"{self._root}/{name}" for name in new], recursive=True)
        return new

    def _start(self, paths: list[str], *, recursive: bool) -> None:
        """Start a thread, and return when it misses nothing any more."""
        ready = threading.Event()
        thread = threading.Thread(
            target=self._watch, args=(paths, recursive, ready), name="pivot-watch", daemon=True
        )
        thread.start()
        self._threads.append(thread)
        ready.wait()

    def _watch(self, paths: list[str], recursive: bool, ready: threading.Event) -> None:
        from watchfiles import watch

        try:
            turns = watch(
                *paths,
                watch_filter=None,
                step=self._step,
                debounce=max(_LONGEST, self._step),
                rust_timeout=_TURN,
                yield_on_timeout=True,
                stop_event=self._stop,
                recursive=recursive,
                ignore_permission_denied=True,
                raise_interrupt=False,
            )
            for changes in turns:
                ready.set()  # the first turn comes when the system has been asked
                self._note(changes, recursive=recursive)
        finally:
            ready.set()

    def _note(self, changes: set[tuple[FileChange, str]], *, recursive: bool) -> None:
        from watchfiles import Change  # loaded by now

        paths = {self._relative(path) for _, path in changes}
        if not recursive:
            # One that came, or went, is not the one that is watched, even if it has its name.
            self._watched -= {
                self._relative(path) for change, path in changes if change is not Change.modified
            }
            # What came into a new directory before that was watched counts as well.
            paths |= {path for name in self._watch_directories() for path in self._below(name)}
        noted = frozenset(path for path in paths if self._can_matter(path) and self._matters(path))
        if noted:
            if self._on_change is not None:
                self._on_change(noted)
            self._changes.put(noted)

    def _below(self, name: str) -> Iterator[str]:
        for directory, _, files in os.walk(self._root / name):
            yield from (self._relative(f"{directory}/{file}") for file in files)

    def _can_matter(self, path: str) -> bool:
        return is_input(path) and not self._ignore(path.rstrip("/"), directory=path.endswith("/"))

    def _relative(self, path: str) -> str:
        return os.path.relpath(path, self._root)
