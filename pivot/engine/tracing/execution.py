"""Which project functions were executed, by `sys.monitoring` (PEP 669).

Each code object tells of its first start and is then silent, so that a hot loop costs nothing. One
of the interpreter's six tool ids is needed; where none is free (a debugger and a coverage tool may
have some), nothing is recorded and `available` says so. Tests: tests/engine/tracing/.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pivot.paths import is_project_file

if TYPE_CHECKING:
    from pathlib import Path
    from types import CodeType

# 0 to 5; debuggers, coverage, profilers and optimisers have claims on 0, 1, 2 and 5 (PEP 669).
_WANTED_IDS = (4, 3, 5, 2, 1, 0)


class ExecutionRecorder:
    """Records the project's code objects that start while it is on."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._prefix = f"{root}/"
        self._started: set[CodeType] = set()
        self._tool = _take_tool_id()
        if self._tool is not None:
            starts = sys.monitoring.events.PY_START
            sys.monitoring.register_callback(self._tool, starts, self._on_start)

    @property
    def available(self) -> bool:
        """Whether code can be recorded at all."""
        return self._tool is not None

    def start(self) -> None:
        """Begin with an empty record."""
        self._started.clear()
        if self._tool is not None:
            sys.monitoring.set_events(self._tool, sys.monitoring.events.PY_START)
            sys.monitoring.restart_events()

    def stop(self) -> frozenset[tuple[str, str]]:
        """Stop, and give (file relative to the root, qualified name) of what was executed."""
        if self._tool is not None:
            # First of all: while events are on, the record changes under whoever reads it.
            sys.monitoring.set_events(self._tool, 0)
        started, self._started = self._started, set()
        return frozenset(
            (code.co_filename.removeprefix(self._prefix), code.co_qualname)
            for code in started
            if is_project_file(self._root, code.co_filename)
        )

    def close(self) -> None:
        """Give the tool id back."""
        if self._tool is not None:
            sys.monitoring.set_events(self._tool, 0)
            sys.monitoring.free_tool_id(self._tool)
            self._tool = None

    def _on_start(self, code: CodeType, _offset: int) -> Any:
        if code.co_filename.startswith(self._prefix):
            self._started.add(code)
        return sys.monitoring.DISABLE


def _take_tool_id() -> int | None:
    for number in _WANTED_IDS:
        try:
            sys.monitoring.use_tool_id(number, "pivot")
        except ValueError:
            continue
        return number
    return None
