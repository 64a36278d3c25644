"""What do names stand for in a module that was not imported? Its source has to tell.

A name in it is what the statements say that bind it, and what these use in turn. What a name *leads
to* is either an import, to be followed from the module that has it, or the module's own source.
Example: in `from pkg.tools import *`, `clean` leads to the source of `clean` in `pkg.tools`.
Tests: tests/fingerprint/cases/imports.toml.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pivot.fingerprint.identity import identity_of
from pivot.fingerprint.nodes import SourceNode
from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.fingerprint.origins import Found, Origins
    from pivot.fingerprint.scopes import Use
    from pivot.fingerprint.sources import SourceFile, SourceFiles


class Unloaded(dict[str, object]):
    """The globals that a module is given before its first statement is executed."""

    def __init__(self, found: Found) -> None:
        package = found.name if found.directories else found.name.rpartition(".")[0]
        super().__init__(__name__=found.name, __package__=package, __file__=found.file)


@frozen(eq=False)
class ImportLead:
    """An import, and the globals of the module that makes it."""

    namespace: Mapping[str, object]
    use: Use


class UnloadedModules:
    """Finds the modules, each once, and looks names up in them."""

    def __init__(self, origins: Origins, sources: SourceFiles) -> None:
        self.origins = origins
        self.sources = sources
        self._namespaces: dict[str, Unloaded | None] = {}

    def namespace(self, name: str) -> Unloaded | None:
        """Give what stands for the globals of a module, None if there is no such module."""
        if name not in self._namespaces:
            found = self.origins.find(name)
            self._namespaces[name] = Unloaded(found) if found else None
        return self._namespaces[name]

    def leads(self, namespace: Unloaded, name: str) -> list[ImportLead | SourceNode]:
        """Give what a global name leads to; nothing if nothing that can be read binds it."""
        # Star imports are looked through in order, each module once: they may form a circle.
        todo, seen = [namespace], {identity_of(namespace)}
        for inner in todo:
            source = self._source(inner)
            if source is None:
                continue
            found = _leads_here(inner, source, name)
            if found:
                return found
            for use in source.imported_by_star(name):
                module = sys.modules.get(absolute(use, inner))
                if module is not None and name in vars(module):
                    return [ImportLead(inner, use)]
                other = self.namespace(absolute(use, inner)) if module is None else None
                if other is not None and identity_of(other) not in seen:
                    seen.add(identity_of(other))
                    todo.append(other)
        return []

    def _source(self, namespace: Unloaded) -> SourceFile | None:
        file = namespace["__file__"]
        return self.sources.read(file) if isinstance(file, str) else None


def _leads_here(
    namespace: Unloaded, source: SourceFile, name: str
) -> list[ImportLead | SourceNode]:
    found: list[ImportLead | SourceNode] = [
        ImportLead(namespace, use) for use in source.imported_as(name)
    ]
    if source.binds_otherwise(name):
        found.append(SourceNode.of(namespace, str(namespace["__name__"]), name))
    return found


def absolute(use: Use, namespace: Mapping[str, object]) -> str:
    """Give the full name of the module that an import names, given the importer's globals."""
    if not use.level:
        return use.module
    package = namespace.get("__package__") or _package(namespace)
    parents = str(package).split(".")
    kept = parents[: len(parents) - use.level + 1]
    return ".".join([*kept, use.module] if use.module else kept)


def _package(namespace: Mapping[str, object]) -> str:
    name = str(namespace.get("__name__", ""))
    return name if "__path__" in namespace else name.rpartition(".")[0]
