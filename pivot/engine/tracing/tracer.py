"""One tracer for one worker: switched on around a stage, it gives a `Trace`.

Left out at once is what can be no input: what lies in `.pivot`, in version control, in an
environment or in a cache of bytecode, and temporary files. What is declared is told apart later, by
whoever knows the stage. Tests: tests/engine/tracing/test_tracer.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pivot.engine.tracing.environment import EnvironmentRecorder
from pivot.engine.tracing.execution import ExecutionRecorder
from pivot.engine.tracing.files import FileRecorder
from pivot.interfaces import Opened, Trace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pivot.errors import Place

_NO_INPUT = re.compile(
    r"""(^|/)(\.pivot|\.git|\.hg|\.svn|\.venv|venv|\.tox|\.nox|site-packages|node_modules
        |__pycache__|\.ipynb_checkpoints|\.mypy_cache|\.pytest_cache|\.ruff_cache)(/|$)
        |\.py[cod]$|\.sw[po]$|~$|(^|/)\.\#""",
    re.VERBOSE,
)


class Tracer:
    """Records what stages of the project at `root` do in this process."""

    def __init__(self, root: Path) -> None:
        self._prefix = f"{root}/"
        self._execution = ExecutionRecorder(root)
        self._files = FileRecorder(root)
        self._environment = EnvironmentRecorder(root)

    def start(self) -> None:
        """Begin to record."""
        self._files.start()
        self._environment.start()
        self._execution.start()

    def stop(self) -> Trace:
        """Stop, and give what was recorded since `start`."""
        code = self._execution.stop()
        environment = self._environment.stop()
        files = self._files.stop()
        reads = (
            Opened(path.removeprefix(self._prefix), place, signature)
            for path, (place, signature) in sorted(files.reads.items())
        )
        return Trace(
            code=tuple(sorted(code)),
            reads=tuple(one for one in reads if not _NO_INPUT.search(one.path)),
            writes=self._opened(files.writes),
            listed=self._opened(files.listed),
            environment=tuple(sorted(environment)),
            complete=self._execution.available,
        )

    def close(self) -> None:
        """Give back what only one can have in a process."""
        self._execution.close()

    def _opened(self, places: Mapping[str, Place | None]) -> tuple[Opened, ...]:
        found = (
            Opened(path.removeprefix(self._prefix), place) for path, place in sorted(places.items())
        )
        return tuple(one for one in found if not _NO_INPUT.search(one.path))
