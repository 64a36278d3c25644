"""Names of a package that are imported when they are first used, and not with the package.

A command of Pivot pays at every start for all that it imports. Example, in a package::

    if not TYPE_CHECKING:  # type checkers know the names, and shall tell of any other
        __getattr__ = late(__name__, {"run": "pivot.api.running"})

Tests: tests/test_late.py.
"""

from __future__ import annotations

import importlib
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def late(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """Give a module's `__getattr__` for names that other modules have.

    Args:
        package: the module's own name.
        homes: what each name is imported from. It's the name in the package, too, from then on.
    """

    def attribute(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return attribute
