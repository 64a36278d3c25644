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

    #: What a thread has just found at some paths, while that is being used.
    _found: Mapping[str, Content] = field(default_factory=dict[str, Content])

    def content(self, artifact: str) -> Content | None:
        """Give what lies at an artifact's path now, or None if nothing does."""
        found = self._found.get(artifact)
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

    def look(self, artifacts: Iterable[str]) -> dict[str, Content]:
        """Look at artifacts, in any thread; what is wrong with one, who asks for it will see."""
        found: dict[str, Content] = {}
        for artifact in artifacts:
            with contextlib.suppress(PivotError):
                content = self.tree.content(artifact)
                if content is not None:
                    found[artifact] = content
        return found

    @contextlib.contextmanager
    def given(self, found: Mapping[str, Content]) -> Iterator[None]:
        """Take what `look` found for what there is now, as long as the context lasts."""
        self._found = found
        try:
            yield
        finally:
            self._found = {}

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
