"""What does a stage's code consist of? `Fingerprinter` walks from given roots to all they reach.

Each symbol is made once, whatever the number of stages that reach it; a manifest is then a walk
over what was made. Nothing is imported or executed on the way. Example::

    Fingerprinter(root).manifest({"function": train, "loader:deps.raw": CSV()}).hashes()

Tests: tests/fingerprint/test_fingerprinter.py.
"""

from __future__ import annotations

import dataclasses
from types import FunctionType, MappingProxyType, ModuleType
from typing import TYPE_CHECKING

from pivot.fingerprint.binding import Binder
from pivot.fingerprint.callables import Callables
from pivot.fingerprint.classes import Classes
from pivot.fingerprint.instances import Instances
from pivot.fingerprint.manifest import Manifest, Symbol
from pivot.fingerprint.nodes import ClassNode, Node, OriginNode, ValueNode
from pivot.fingerprint.origins import PYTHON, Origins
from pivot.fingerprint.plain import Plain
from pivot.fingerprint.references import References
from pivot.fingerprint.sources import SourceFiles
from pivot.fingerprint.symbols import Entry, Symbols
from pivot.fingerprint.values import Values
from pivot.hashing import hash_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

_NOTHING_ELSEWHERE: Mapping[type, frozenset[str]] = MappingProxyType({})


class Fingerprinter:
    """Makes manifests for the stages of one run."""

    def __init__(
        self,
        root: Path,
        *,
        hash_value: Callable[[object], str | None] | None = None,
        values_elsewhere: Mapping[type, frozenset[str]] = _NOTHING_ELSEWHERE,
    ) -> None:
        root = root.resolve()
        self._elsewhere = _with_bases(values_elsewhere)
        self._references = References(Origins(root), SourceFiles())
        binder = Binder(self._references, self._elsewhere)
        callables = Callables(self._references, binder)
        classes = Classes(self._references, callables, self._elsewhere)
        instances = Instances(self._references.origins, hash_value)
        values = Values(self._references, Plain(str(root)), callables, classes, instances)
        self._symbols = Symbols(root, binder, values)
        self._entries: dict[Node, Entry] = {}

    def manifest(self, roots: Mapping[str, object]) -> Manifest:
        """Give everything that the roots' code reaches; `roots` maps a label to any object."""
        entries = self._reachable(self._root(label, value) for label, value in roots.items())
        found: dict[str, list[Symbol]] = {}
        for entry in entries:
            found.setdefault(entry.symbol.key, []).append(entry.symbol)
        return Manifest(
            {key: _merged(found[key]) for key in sorted(found)},
            tuple(sorted({entry.symbol.key for entry in entries if entry.unstable})),
        )

    def _root(self, label: str, value: object) -> Node:
        reference = self._references.reference(value)
        if reference is None or not isinstance(value, (FunctionType, type, ModuleType)):
            return ValueNode.of(label, value)
        if isinstance(value, type) and value in self._elsewhere:
            return ClassNode.of(value, environment=True, reduced=True)
        return reference.nodes[0]

    def _reachable(self, roots: Iterable[Node]) -> list[Entry]:
        todo: list[Node] = [OriginNode.of(PYTHON), *roots]
        seen: dict[Node, Entry] = {}
        while todo:
            node = todo.pop()
            if node not in seen:
                seen[node] = self._entry(node)
                todo.extend(seen[node].nodes)
        return list(seen.values())

    def _entry(self, node: Node) -> Entry:
        if node not in self._entries:
            self._entries[node] = self._symbols.entry(node)
        return self._entries[node]


def _merged(symbols: list[Symbol]) -> Symbol:
    """Make one symbol of several with one key: different code can have one name."""
    first = min(symbols, key=lambda symbol: symbol.hash)
    hashes = sorted({symbol.hash for symbol in symbols})
    return (
        first if len(hashes) == 1 else dataclasses.replace(first, hash=hash_text(" ".join(hashes)))
    )


def _with_bases(elsewhere: Mapping[type, frozenset[str]]) -> dict[type, frozenset[str]]:
    """Add the bases that declare the fields: their defaults, too, are tracked elsewhere."""
    found = dict(elsewhere)
    for cls, fields in elsewhere.items():
        for field in fields:
            owner = next((base for base in cls.__mro__ if _declares(base, field)), cls)
            found[owner] = found.get(owner, frozenset()) | {field}
    return found


def _declares(cls: type, field: str) -> bool:
    return field in vars(cls).get("__annotations__", {}) or field in vars(cls)
