"""Which code was executed that may be the project's, by `sys.monitoring` (PEP 669).

Each code object tells of its first start and is then silent, so that a hot loop costs nothing. The
one that is never silent is `importlib.import_module`: it tells the names it was given. One of
the interpreter's six tool ids is needed; where none is free (a debugger and a coverage tool may
have some), nothing is recorded and `available` says so. Tests: tests/tracing/.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.interfaces import Site

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType, FrameType

# 0 to 5; debuggers, coverage, profilers and optimisers have claims on 0, 1, 2 and 5 (PEP 669).
_WANTED_IDS = (4, 3, 5, 2, 1, 0)
_MODULE = "<module>"
_PIVOT = f"{Path(__file__).resolve().parent.parent.parent}{os.sep}"
_PATHS = ("stdlib", "platstdlib", "purelib", "platlib")
#: Where code of others lies; what is left is told apart later.
_FOREIGN = ("<", _PIVOT, *(f"{sysconfig.get_path(name)}{os.sep}" for name in _PATHS))
_SITE = f"{os.sep}site-packages{os.sep}"


class ExecutionRecorder:
    """Records the code objects that start while it is on."""

    def __init__(self) -> None:
        self._started: dict[CodeType, str] = {}
        self._imports: set[str] = set()
        self._probed: set[str] = set()
        self._asking = {
            importlib.import_module.__code__: self._imports,
            importlib.util.find_spec.__code__: self._probed,
        }
        self._tool = _take_tool_id()
        if self._tool is not None:
            starts = sys.monitoring.events.PY_START
            sys.monitoring.register_callback(self._tool, starts, self._on_start)

    @property
    def available(self) -> bool:
        """Whether code can be recorded at all."""
        return self._tool is not None

    @property
    def sites(self) -> tuple[Site, ...]:
        """The code that was executed, sorted."""
        return tuple(
            sorted(
                Site(code.co_filename, module, code.co_qualname, code.co_firstlineno)
                for code, module in self._started.items()
                # The body of a class is no function: it runs with what is around it.
                if code.co_flags & inspect.CO_OPTIMIZED or code.co_name == _MODULE
            )
        )

    @property
    def imports(self) -> tuple[str, ...]:
        """The modules that were asked for by name, sorted."""
        return tuple(sorted(self._imports))

    @property
    def probed(self) -> tuple[str, ...]:
        """The modules that were looked for, sorted."""
        return tuple(sorted(self._probed))

    def start(self) -> None:
        """Begin."""
        if self._tool is not None:
            sys.monitoring.set_events(self._tool, sys.monitoring.events.PY_START)
            sys.monitoring.restart_events()

    def stop(self) -> None:
        """Stop, and give the tool id back."""
        if self._tool is not None:
            # First of all: while events are on, the record changes under whoever reads it.
            sys.monitoring.set_events(self._tool, 0)
            sys.monitoring.register_callback(self._tool, sys.monitoring.events.PY_START, None)
            sys.monitoring.free_tool_id(self._tool)

    def _on_start(self, code: CodeType, _offset: int) -> Any:
        file = code.co_filename
        if not file.startswith(_FOREIGN) and _SITE not in file:
            self._started[code] = str(sys._getframe(1).f_globals.get("__name__", ""))  # noqa: SLF001 - the only way to the frame that starts
            return sys.monitoring.DISABLE
        names = self._asking.get(code)
        if names is None:
            return sys.monitoring.DISABLE
        name = _asked_name(sys._getframe(1))  # noqa: SLF001 - as above
        if name is not None:
            names.add(name)
        return None


def _asked_name(frame: FrameType) -> str | None:
    """Give the full name that `import_module` or `find_spec` was called with."""
    given: Mapping[str, Any] = frame.f_locals
    name, package = given.get("name"), given.get("package")
    if not isinstance(name, str):
        return None
    try:
        return importlib.util.resolve_name(name, package)
    except (ImportError, ValueError, TypeError, AttributeError):
        return None


def _take_tool_id() -> int | None:
    for number in _WANTED_IDS:
        try:
            sys.monitoring.use_tool_id(number, "pivot")
        except ValueError:
            continue
        return number
    return None
