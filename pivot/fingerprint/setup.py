"""What does importing a module do to the world outside of it? That is its *setup*.

`random.seed(1)`, `decimal.getcontext().prec = 9`, `Frame.tidy = tidy` at the top level of a module
change what the functions of others do, and so the result of every stage that runs after the import.
A module's setup are the top-level statements that call something of others for its effect, or
assign to something of others, and the setups of all project modules that it imports. What others
log, and what Pivot is told, is left out. Tests: tests/fingerprint/cases/setup.toml.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pivot.fingerprint.nodes import OriginNode
from pivot.fingerprint.unloaded import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pivot.fingerprint.binding import Binder
    from pivot.fingerprint.sources import Defined, SourceFile

#: Modules through which no result is changed.
_HARMLESS = frozenset({"atexit", "faulthandler", "logging", "signal", "sys", "typing", "warnings"})


class Setup:
    """Finds the setups of modules."""

    def __init__(self, binder: Binder) -> None:
        self.binder = binder

    def statements(self, namespace: Mapping[str, object]) -> list[Defined]:
        """Give a module's own statements that do something to others."""
        source = self._source(namespace)
        effects = source.effects if source else ()
        return [one for one, names in effects if any(self._is_other(namespace, n) for n in names)]

    def imports(self, namespace: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
        """Give the globals of the project modules that a module imports at its top level."""
        source = self._source(namespace)
        for use in source.imports if source else ():
            name = absolute(use, namespace)
            if self.binder.origins.of_module(name) is not None:
                continue
            for full in (name, *(f"{name}.{attribute}" for attribute in use.path)):
                module = sys.modules.get(full)
                found = self.binder.unloaded.namespace(full) if module is None else vars(module)
                if found is not None:
                    yield found

    def _source(self, namespace: Mapping[str, object]) -> SourceFile | None:
        file = namespace.get("__file__")
        return self.binder.sources.read(file) if isinstance(file, str) else None

    def _is_other(self, namespace: Mapping[str, object], name: str) -> bool:
        """Say whether a global is a thing of others, other than those that do no harm."""
        found = self.binder.bind([name], namespace)
        if not found or not found[0].nodes:
            return False
        stands_for = found[0].text.partition("=")[2].removeprefix("module ")
        if stands_for.replace(":", ".").partition(".")[0] in _HARMLESS:
            return False
        node = found[0].nodes[0]
        return isinstance(node, OriginNode) and node.subject.name != "pivot"
