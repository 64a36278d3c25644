"""What does a spare worker load in advance? The libraries that the project uses, and nothing of it.

A worker that has loaded project code is of no use once that was edited: what the old code did to
the libraries when it was imported, or kept in them, can't be undone. A *spare* has only loaded the
libraries; it is started when a run is over, and takes the place of such a worker in the next one.
Tests: tests/engine/test_spares.py.
"""

from __future__ import annotations

import os
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

from pivot.engine.stability import SITES, is_installed
from pivot.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


def used_libraries(sources: Collection[str]) -> tuple[str, ...]:
    """Give the installed modules that those of the project name, sorted.

    `sources` are the absolute paths of the project's files that have been imported.
    """
    found: set[str] = set()
    for module in list(sys.modules.values()):
        # In `sys.modules` may stand anything.
        if isinstance(module, ModuleType) and vars(module).get("__file__") in sources:
            found.update(_named(module))
    return tuple(sorted(name for name in found if _is_library(name)))


def installation() -> tuple[object, ...]:
    """Give what changes when something is installed or the environment is another one."""
    sites = [(entry, Signature.at(entry)) for entry in sys.path if entry.endswith(SITES)]
    return (*sites, sys.version, *sorted(os.environ.items()))


def _named(module: ModuleType) -> Iterator[str]:
    for value in list(vars(module).values()):
        if isinstance(value, ModuleType):
            yield value.__name__
        elif isinstance(value, FunctionType | type):
            name: object = value.__module__
            if isinstance(name, str):
                yield name


def _is_library(name: str) -> bool:
    module = sys.modules.get(name)
    file = vars(module).get("__file__") if isinstance(module, ModuleType) else None
    return isinstance(file, str) and is_installed(file)
