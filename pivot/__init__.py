"""Pivot runs Python data pipelines: change your code, and it knows what to run.

This module is a façade: `import pivot` loads nothing but itself, and each name below is imported
when it is first used. Tests: tests/test_facade.py.
"""

from __future__ import annotations

import importlib

# What `pivot run` needs when there is nothing to do must load nothing else, `typing` included.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from pivot.api import (
        Cancellation,
        checkout,
        explain,
        export,
        fetch,
        history,
        past_run,
        plan,
        pull,
        push,
        run,
        stages,
        watch,
    )
    from pivot.commands import command
    from pivot.errors import PivotError
    from pivot.opacity import opaque
    from pivot.plugins import PluginHost, hookimpl
    from pivot.registry import REGISTRY, Registry

__version__ = "0.1.0"

_HOMES = {
    "Cancellation": "pivot.api",
    "PivotError": "pivot.errors",
    "PluginHost": "pivot.plugins",
    "REGISTRY": "pivot.registry",
    "Registry": "pivot.registry",
    "checkout": "pivot.api",
    "command": "pivot.commands",
    "explain": "pivot.api",
    "export": "pivot.api",
    "fetch": "pivot.api",
    "history": "pivot.api",
    "hookimpl": "pivot.plugins",
    "opaque": "pivot.opacity",
    "past_run": "pivot.api",
    "plan": "pivot.api",
    "pull": "pivot.api",
    "push": "pivot.api",
    "run": "pivot.api",
    "stages": "pivot.api",
    "watch": "pivot.api",
}

__all__ = [
    "REGISTRY",
    "Cancellation",
    "PivotError",
    "PluginHost",
    "Registry",
    "checkout",
    "command",
    "explain",
    "export",
    "fetch",
    "history",
    "hookimpl",
    "opaque",
    "past_run",
    "plan",
    "pull",
    "push",
    "run",
    "stages",
    "watch",
]


# Type checkers know all names from above, and shall tell of any other.
if not TYPE_CHECKING:  # pragma: no branch

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'pivot' has no attribute {name!r}")
        # Late on purpose: embedding tools pay only for what they use.
        return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
