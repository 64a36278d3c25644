"""How one driver is imported: by stevedore, from an entry point that is already known.

Example::

    load_driver("pivot.loaders", "JSON", "pivot.loaders:JSON")   # the class

Tests: tests/plugins_host/test_catalog.py.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

from stevedore.driver import DriverManager


# Without a type argument: in stevedore 5.4 the class takes none.
class _OneDriver(DriverManager):
    """A driver manager that looks at one entry point instead of at its cache of all of them."""

    def __init__(self, entry_point: EntryPoint) -> None:
        self._entry_point = entry_point
        super().__init__(entry_point.group, entry_point.name)

    def list_entry_points(self) -> list[EntryPoint]:
        return [self._entry_point]


def load_driver(group: str, name: str, target: str) -> Any:
    """Import `target` (`module:attribute`) and give it; raise whatever that raises."""
    return _OneDriver(EntryPoint(name, target, group)).extensions[0].plugin
