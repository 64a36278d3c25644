"""What the engine works with in one project: where things lie, and how content is told apart.

A plain bundle that the session opens and closes. `fresh` remembers the contents of outputs that
this very run has made, so that a stage downstream need not read them again. Tests: tests/engine/.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pivot.paths import inside
from pivot.store.content import Content, Signature

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.config import Settings
    from pivot.store.archive import Archive
    from pivot.store.cache import Cache
    from pivot.store.layout import Layout
    from pivot.store.state import State
    from pivot.store.tree import Tree


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

    def content(self, artifact: str) -> Content | None:
        """Give what lies at an artifact's path now, or None if nothing does."""
        known = self.fresh.get(artifact)
        if known is not None and self._signature(artifact) == known[0]:
            return known[1]
        return self.tree.content(artifact)

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
