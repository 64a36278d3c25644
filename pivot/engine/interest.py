"""Which changes of files can affect a pipeline? What it was seen to depend on tells.

While nobody runs it, any change may be meant for it: a stage that failed may have looked for just
this file. While its stages run, they write files themselves, and only what the pipeline is known to
depend on counts; else a stage that leaves a log behind would run for ever. What stages make never
counts. Tests: tests/engine/test_interest.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pivot.stage import Stage

#: Files that say what a pipeline is, there or not.
_DEFINING = frozenset({"pyproject.toml", "params.yaml", "pivot.yaml", ".pivotignore"})
_FILE_FACTS = frozenset({"file", "list", "look"})


@frozen
class Interest:
    """What a pipeline depends on, and what it makes: relative paths without a `/` at the end."""

    needs: frozenset[str] = frozenset()
    makes: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        root: Path,
        stages: Iterable[Stage],
        sources: Iterable[str],
        facts: Mapping[str, Sequence[str]],
    ) -> Interest:
        """Give the interest of some stages.

        Args:
            root: the project's directory.
            stages: all stages of the pipeline.
            sources: absolute paths of the files that the stages came from.
            facts: stage -> keys of what it was seen to depend on.
        """
        base = f"{root}/"
        listed = list(stages)
        needs = {dep.path.rstrip("/") for stage in listed for dep in stage.deps}
        needs |= {file.removeprefix(base) for file in sources if file.startswith(base)}
        pairs = (key.partition(":") for keys in facts.values() for key in keys)
        needs |= {path for kind, _, path in pairs if kind in _FILE_FACTS}
        makes = {out.path.rstrip("/") for stage in listed for out in stage.outs}
        return cls(frozenset(needs - makes), frozenset(makes))

    def is_made(self, path: str) -> bool:
        """Say whether a stage makes what is at a path."""
        return any(part in self.makes for part in _with_parents(path))

    def is_needed(self, path: str) -> bool:
        """Say whether the pipeline is known to depend on what is at a path."""
        if path.endswith(".py") or path in _DEFINING:
            return True
        # A file that comes or goes changes the listing of its directory.
        return any(part in self.needs for part in _with_parents(path))


def _with_parents(path: str) -> Iterable[str]:
    parts = path.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
