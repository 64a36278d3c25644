"""What code did run that a manifest doesn't know? It is named by the source that it stands in.

A manifest says what code *can* name. What ran without being named - by `getattr`, by a computed
import, through a registry - is found again by its file and the global name whose statements it
stands in, and so needs no module to be loaded. Words: a *site* is a code object that started, as
(file, module, qualified name, first line); a *key* is `ran:WHERE:NAME`, where WHERE is the file
relative to the root (outside of it the module), and NAME a global name of it, or `*` for all of the
file. Example: `ran:plugins/csv.py:Reader`. Tests: tests/fingerprint/test_ran.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pivot.fingerprint.nodes import Node, RanNode
from pivot.fingerprint.origins import Found, module_file
from pivot.fingerprint.unloaded import Unloaded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pivot.fingerprint.manifest import Manifest
    from pivot.fingerprint.references import References
    from pivot.fingerprint.unloaded import UnloadedModules

type Site = tuple[str, str, str, int]

KIND = "ran"
#: Stands for everything in a file.
WHOLE = "*"
_MODULE = "<module>"
_DEFINITIONS = frozenset({"func", "class", "source", "opaque", KIND})
_PARTS = _DEFINITIONS | {"const", "setup"}


class RanCode:
    """Finds keys for sites, and nodes for keys."""

    def __init__(self, references: References, unloaded: UnloadedModules) -> None:
        self._references = references
        self._origins = references.origins
        self._sources = references.sources
        self._unloaded = unloaded
        self._root = references.origins.root

    def functions(self, sites: Iterable[Site], known: Known) -> set[str]:
        """Give the keys of the functions among the sites that are not known."""
        found: set[str] = set()
        for file, module, name, line in sites:
            if name != _MODULE and self._is_followed(file):
                place = self._place(file, module)
                if not known.covers(place, name):
                    found.update(self._key_of_function(file, place, name, line, known))
        return found

    def modules(self, sites: Iterable[Site], known: Known) -> set[str]:
        """Give the keys of the modules among the sites of which nothing is known."""
        places = (
            self._place(file, module)
            for file, module, name, _ in sites
            if name == _MODULE and self._is_followed(file)
        )
        return {_key(place, WHOLE) for place in places if not known.has_part_of(place)}

    def module_key(self, name: str) -> str | None:
        """Give the key of a project's module by its full name, None for those of others."""
        found = self._origins.find(name)
        if found is None or found.file is None or not self._is_followed(found.file):
            return None
        return _key(self._place(found.file, name), WHOLE)

    def import_state(self, name: str) -> str:
        """Say what an import of this name would find: `absent`, a file, or a version."""
        found = self._origins.find(name)
        if found is None:
            return "absent"
        origin = self._origins.of_module(name)
        if origin is not None:
            return f"{origin.kind} {origin.name} {origin.version}"
        return self._where(found.file, name) if found.file else "package"

    def nodes(self, keys: Iterable[str]) -> list[Node]:
        """Give the nodes of the keys whose source is still there."""
        loaded = _loaded_by_file()
        found: list[Node] = []
        for key in keys:
            where, _, name = key.removeprefix(f"{KIND}:").rpartition(":")
            namespace = self._namespace(where, loaded)
            if namespace is not None:
                found.append(RanNode.of(namespace, where, name))
        return found

    def _is_followed(self, file: str) -> bool:
        # What `exec` made of a text came from elsewhere, and is seen there.
        return Path(file).is_absolute() and self._origins.of_file(file) is None

    def _place(self, file: str, module: str) -> Place:
        name = self._references.name_of_file(file) if module == "__main__" else module
        return Place(name, self._where(file, name))

    def _where(self, file: str, module: str) -> str:
        path = Path(file).resolve()
        inside = path.is_relative_to(self._root)
        return path.relative_to(self._root).as_posix() if inside else module

    def _key_of_function(
        self, file: str, place: Place, name: str, line: int, known: Known
    ) -> list[str]:
        source = self._sources.read(file)
        if source is None:
            return [_key(place, WHOLE)]
        labels = source.labels_at(name.rpartition(".")[2], line)
        if labels and all(known.covers(place, label) for label in labels):
            return []
        names = source.names_at(line)
        first = name.partition(".")[0]
        chosen = first if first in names else next(iter(names), WHOLE)
        return [] if known.covers(place, chosen) else [_key(place, chosen)]

    def _namespace(
        self, where: str, loaded: Mapping[str, Mapping[str, object]]
    ) -> Mapping[str, object] | None:
        file = self._root / where
        if not file.is_file():
            module = sys.modules.get(where)
            return vars(module) if module else self._unloaded.namespace(where)
        live = loaded.get(str(file))
        if live is not None:
            return live
        found = self._unloaded.namespace(self._references.name_of_file(str(file)))
        if found is not None and found["__file__"] == str(file):
            return found
        # A file that no import finds by its name.
        return Unloaded(Found(where, str(file), None))


class Place(NamedTuple):
    """A file of code: the module that it is imported as, and what keys call it."""

    module: str
    where: str


class Known:
    """What manifests know of the project's files."""

    def __init__(self, *manifests: Manifest) -> None:
        self._labels: dict[str, set[str]] = {}
        self._whole: set[str] = set()
        for manifest in manifests:
            for symbol in manifest.symbols.values():
                self._add(symbol.kind, symbol.name)

    def _add(self, kind: str, name: str) -> None:
        place, _, label = name.partition(":")
        if kind == "module" or (kind == KIND and label == WHOLE):
            self._whole.add(place)
        elif kind in _PARTS:
            labels = self._labels.setdefault(place, set())
            if kind in _DEFINITIONS:
                labels.add(label)

    def covers(self, place: Place, label: str) -> bool:
        """Say whether a definition, or one around it, is known."""
        if not self._whole.isdisjoint(place):
            return True
        parts = label.split(".")
        around = {".".join(parts[:count]) for count in range(1, len(parts) + 1)}
        return any(not around.isdisjoint(self._labels.get(name, ())) for name in place)

    def has_part_of(self, place: Place) -> bool:
        """Say whether anything of a file is known."""
        return any(name in self._whole or name in self._labels for name in place)


def _key(place: Place, name: str) -> str:
    return f"{KIND}:{place.where}:{name}"


def _loaded_by_file() -> dict[str, Mapping[str, object]]:
    found: dict[str, Mapping[str, object]] = {}
    for module in list(sys.modules.values()):
        file = module_file(module) if type(module).__name__ == "module" else None
        if file is not None:
            found.setdefault(file, vars(module))
    return found
