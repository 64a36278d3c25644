"""What the command line asks of a run, as one value.

Tests: tests/cli/commands/test_run.py, tests/cli/test_watching.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.api import Question


@frozen
class Wish:
    """What the command line asks of a run."""

    targets: tuple[str, ...]
    settings: tuple[str, ...]
    force: bool
    keep_going: bool | None
    jobs: int | None
    executor: str | None
    strict: bool | None = None
    #: Whether to get from the remote what somebody else has run.
    pull: bool = False
    #: By what to know the same wish again, and to answer it if there's nothing to do.
    question: Callable[[int], Question] | None = None
    #: Of a watch: see `pivot.watch`.
    restart: bool = False
    globs: tuple[str, ...] = ()
    debounce: float | None = None

    @property
    def options(self) -> dict[str, Any]:
        """What `pivot.run` and `pivot.watch` both take."""
        return {
            "targets": self.targets,
            "params": self.settings,
            "executor": self.executor,
            "jobs": self.jobs,
            "force": self.force,
            "keep_going": self.keep_going,
            "strict": self.strict,
        }
