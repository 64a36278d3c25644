"""What the engine works with in one project: where things lie, and how content is told apart.

A plain bundle that the session opens and closes. `fresh` remembers the contents of outputs that
this very run has made, so that a stage downstream need not read them again. Tests: tests/engine/.
"""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pivot.errors import PivotError
from pivot.frozen import frozen
from pivot.paths import inside
from pivot.store.content import Content, Signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pivot.config import Settings
    from pivot.store.archive import Archive
    from pivot.store.cache import Cache
    from pivot.store.layout import Layout
    from pivot.store.state import State
    from pivot.store.tree import Tree

#: In bytes: what can be hashed or copied before anybody would notice.
LARGE = 1 << 22


@frozen
class Seen:
    """What lay at some paths, and which contents the cache held, a moment ago."""

    contents: Mapping[str, Content] = field(default_factory=dict[str, "Content"])
    held: frozenset[Content] = frozenset()


@dataclass(slots=True)
class Workspace:
    """The services of one project, open."""

    root: Path
    settings: Settings
    layout: Layout
    state: State
    cache: Cache
    tree: Tree
    archive: Archive
    fresh: dict[str, tuple[Signature, Content]] = field(
        default_factory=dict[str, tuple[Signature, Content]]
    )

    #: What a thread has just found, while that is being used.
    _seen: Seen = field(default_factory=Seen)

    def content(self, artifact: str) -> Content | None:
        """Give what lies at an artifact's path now, or None if nothing does."""
        found = self._seen.contents.get(artifact)
        if found is not None:
            return found
        known = self.fresh.get(artifact)
        if known is not None and self._signature(artifact) == known[0]:
            return known[1]
        return self.tree.content(artifact)

    def slow(self, artifacts: Iterable[str]) -> list[str]:
        """Give those artifacts that may take long to look at: a lot to hash, or to list."""
        return [artifact for artifact in artifacts if self._is_slow(artifact)]

    def _is_slow(self, artifact: str) -> bool:
        try:
            status = os.stat(f"{self.root}/{artifact.rstrip('/')}")  # noqa: PTH116 - for each artifact of a run
        except OSError:
            return False
        if stat.S_ISDIR(status.st_mode):
            return True
        if not stat.S_ISREG(status.st_mode) or status.st_size < LARGE:
            return False
        found, made = self.state.files.get(artifact), self.fresh.get(artifact)
        now = Signature.of(status)
        return not (found and found[0] == now) and not (made and made[0] == now)

    def holds(self, content: Content) -> bool:
        """Say whether the cache has all of a content."""
        return content in self._seen.held or self.cache.holds(content)

    def look(self, artifacts: Iterable[str], wanted: Iterable[Content] = ()) -> Seen:
        """Look at artifacts, and for contents in the cache, in any thread.

        What is wrong with one, who asks for it will see.
        """
        found: dict[str, Content] = {}
        held: set[Content] = set()
        for artifact in artifacts:
            with contextlib.suppress(PivotError):
                content = self.tree.content(artifact)
                if content is not None:
                    found[artifact] = content
        for content in wanted:
            with contextlib.suppress(PivotError):
                if self.cache.holds(content):
                    held.add(content)
        return Seen(found, frozenset(held))

    @contextlib.contextmanager
    def given(self, seen: Seen) -> Iterator[None]:
        """Take what `look` found for what there is now, as long as the context lasts."""
        self._seen = seen
        try:
            yield
        finally:
            self._seen = Seen()

    def note(self, artifact: str, content: Content) -> None:
        """Remember for this run what was just put at a path, as long as it isn't touched."""
        signature = None if content.directory else self._signature(artifact)
        if signature is not None:
            self.fresh[artifact] = (signature, content)

    def _signature(self, artifact: str) -> Signature | None:
        try:
            return Signature.of(os.lstat(f"{self.root}/{artifact.rstrip('/')}"))
        except OSError:
            return None

    def path(self, artifact: str) -> Path:
        """Give an artifact's absolute path; raise `PathError` if links lead it out."""
        return inside(self.root, artifact)
