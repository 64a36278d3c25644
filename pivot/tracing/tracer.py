"""What a stage really did while it ran: switched on around it, a tracer gives a `Trace`.

Left out at once is what can be no input: what lies in `.pivot`, in version control, in an
environment or in a cache of bytecode, and temporary files. What is declared is told apart later, by
whoever knows the stage.
Tests: tests/tracing/test_tracer.py.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from pivot.interfaces import Listed, Looked, Opened, Trace
from pivot.paths import is_project_file
from pivot.tracing.environment import EnvironmentRecorder
from pivot.tracing.execution import ExecutionRecorder
from pivot.tracing.files import FileRecorder

if TYPE_CHECKING:
    from pathlib import Path

_NO_INPUT = re.compile(
    r"""(^|/)(\.pivot|\.git|\.hg|\.svn|\.venv|venv|\.tox|\.nox|site-packages|node_modules
        |__pycache__|\.ipynb_checkpoints|\.mypy_cache|\.pytest_cache|\.ruff_cache)(/|$)
        |\.py[cod]$|\.sw[po]$|~$|(^|/)\.\#""",
    re.VERBOSE,
)


def is_input(path: str) -> bool:
    """Say whether what lies at a path of the project can be an input of a stage at all."""
    return not _NO_INPUT.search(path)


class Tracer:
    """Records what one stage of the project at `root` does in this process, once."""

    def __init__(self, root: Path) -> None:
        is_project = functools.partial(is_project_file, root)
        self._execution = ExecutionRecorder()
        self._files = FileRecorder(root, is_project)
        self._environment = EnvironmentRecorder(is_project)

    def start(self) -> None:
        """Begin to record."""
        self._files.start()
        self._environment.start()
        self._execution.start()

    def stop(self) -> Trace:
        """Stop, and give what was recorded since `start`."""
        self._execution.stop()
        self._environment.stop()
        self._files.stop()
        return Trace(
            code=self._execution.sites,
            imports=self._execution.imports,
            probed=self._execution.probed,
            reads=self._reads(),
            writes=self._writes(),
            listed=self._listed(),
            looked=self._looked(),
            environment=self._environment.asked,
            complete=self._execution.available,
        )

    def _reads(self) -> tuple[Opened, ...]:
        found = sorted(self._files.record.reads.items())
        made = (Opened(self._files.relative(path), *seen) for path, seen in found)
        return tuple(one for one in made if is_input(one.path))

    def _writes(self) -> tuple[Opened, ...]:
        found = sorted(self._files.record.writes.items())
        made = (Opened(self._files.relative(path), place) for path, place in found)
        return tuple(one for one in made if is_input(one.path))

    def _listed(self) -> tuple[Listed, ...]:
        found = sorted(self._files.record.listed.items())
        made = (Listed(self._files.relative(path), names, place) for path, (place, names) in found)
        return tuple(one for one in made if is_input(one.path))

    def _looked(self) -> tuple[Looked, ...]:
        found = sorted(self._files.record.looked.items())
        made = (Looked(self._files.relative(path), kind) for path, kind in found)
        return tuple(one for one in made if is_input(one.path))
