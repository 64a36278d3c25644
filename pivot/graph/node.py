"""What the graph needs to know of a stage. Tests: tests/graph/test_build.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot.errors import Place


class Artifact(Protocol):
    """A dep or an out: something with the project-relative path of a file or directory."""

    @property
    def path(self) -> str:
        """The path in POSIX form, as `pivot.paths.artifact_path` gives it."""
        ...


class Node(Protocol):
    """A stage as the graph sees it."""

    @property
    def name(self) -> str:
        """The stage's unique name."""
        ...

    @property
    def deps(self) -> Sequence[Artifact]:
        """What the stage reads."""
        ...

    @property
    def outs(self) -> Sequence[Artifact]:
        """What the stage writes."""
        ...

    @property
    def defined(self) -> Place:
        """Where the stage's name and paths are written."""
        ...
