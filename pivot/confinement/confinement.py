"""What a confined stage may read and write, as a value, and as rights that the kernel knows.

Rights can only be given, to a file or to a directory with all below; so what lies beside the
project, and beside each directory above it, is given whole, and below the root only what a
`Confinement` names. Names can be listed and looked for everywhere; what files hold can't be read.
Tests: tests/confinement/test_confinement.py.
"""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING

from pivot.confinement.landlock import CHANGE, READ, WRITE, Ruleset
from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator


@frozen
class Confinement:
    """What one stage may do below the root of its project. Paths are relative to the root."""

    #: Absolute, canonical.
    root: str
    #: Files, and directories with all below, that it may read.
    reads: tuple[str, ...] = ()
    #: Outputs that are files. They are there, perhaps empty, when the stage starts.
    files: tuple[str, ...] = ()
    #: Outputs that are directories; likewise.
    directories: tuple[str, ...] = ()
    #: What else it may change in every way, if it is there.
    free: tuple[str, ...] = ()

    def permits(self, path: str, *, writing: bool) -> bool:
        """Say whether a path, relative to the root, may be read or written."""
        if path in self.files or _lies_in(path, (*self.directories, *self.free)):
            return True
        return not writing and _lies_in(path, (*self.reads, *self._environments))

    @property
    def _environments(self) -> tuple[str, ...]:
        """The directories below the root that hold libraries and programs of this process."""
        places = {sys.prefix, sys.exec_prefix, *(one for one in sys.path if "-packages" in one)}
        base = f"{self.root}/"
        inside = (
            one.removeprefix(base) for one in map(os.path.realpath, places) if one.startswith(base)
        )
        return tuple(sorted(inside))

    def enforce(self, log: str | None) -> None:
        """Confine this process for good; `log` is what takes its output."""
        rules = Ruleset()
        for place in _beside(self.root):
            rules.allow(place, CHANGE)
        for path in (*self.reads, *self._environments):
            self._allow(rules, path, READ)
        for path in self.files:
            self._allow(rules, path, WRITE)
        for path in (*self.directories, *self.free):
            self._allow(rules, path, CHANGE)
        if log is not None:
            rules.allow(log, WRITE)
        rules.enforce()

    def _allow(self, rules: Ruleset, path: str, rights: int) -> None:
        # An input may be a link into the cache, say.
        rules.allow(os.path.realpath(os.path.join(self.root, path)), rights)  # noqa: PTH118 - text only

    def needs_scratch(self) -> bool:
        """Say whether temporary files would lie directly above the project, where none can be."""
        return f"{self.root}/".startswith(f"{os.path.realpath(tempfile.gettempdir())}/")


def _lies_in(path: str, places: tuple[str, ...]) -> bool:
    if path in places:
        return True
    return any(path.startswith(f"{one.rstrip('/')}/") or path == one.rstrip("/") for one in places)


def _beside(root: str) -> Iterator[str]:
    """Give all that lies neither on the way to a directory nor below it."""
    while root != os.sep:
        root, name = os.path.split(root)
        try:
            names = os.listdir(root)  # noqa: PTH208 - the names are all that counts
        except OSError:
            continue
        yield from (os.path.join(root, other) for other in names if other != name)  # noqa: PTH118 - text only
