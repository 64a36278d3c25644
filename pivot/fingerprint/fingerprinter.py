"""What does a stage's code consist of? `Fingerprinter` walks from given roots to all they reach.

Each symbol is made once, whatever the number of stages that reach it; a manifest is then a walk
over what was made. Nothing is imported or executed on the way. Example::

    Fingerprinter(root).manifest({"function": train, "loader:deps.raw": CSV()}).hashes()

Tests: tests/fingerprint/test_fingerprinter.py.
"""

from __future__ import annotations

import contextlib
import gc
from types import FunctionType, MappingProxyType, ModuleType
from typing import TYPE_CHECKING

from pivot.fingerprint.binding import Binder
from pivot.fingerprint.callables import Callables
from pivot.fingerprint.classes import Classes
from pivot.fingerprint.elsewhere import Elsewhere
from pivot.fingerprint.identity import identity_of
from pivot.fingerprint.index import SymbolIndex
from pivot.fingerprint.instances import Instances
from pivot.fingerprint.kinds import is_a
from pivot.fingerprint.manifest import Manifest, Symbol, Tree
from pivot.fingerprint.nodes import (
    ClassNode,
    FunctionNode,
    Node,
    OriginNode,
    ScriptNode,
    ValueNode,
)
from pivot.fingerprint.origins import PYTHON, Origins
from pivot.fingerprint.plain import Plain
from pivot.fingerprint.ran import Known, RanCode
from pivot.fingerprint.reach import Reach, manifest_of
from pivot.fingerprint.references import References
from pivot.fingerprint.sources import SourceFiles
from pivot.fingerprint.symbols import Entry, Symbols
from pivot.fingerprint.values import Values
from pivot.hashing import hash_text
from pivot.shell import Script

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
    from pathlib import Path

    from pivot.fingerprint.index import Memory
    from pivot.fingerprint.ran import Site
    from pivot.fingerprint.reach import Reached

_PYTHON_NODE = OriginNode.of(PYTHON)
_UNKNOWN = hash_text("unknown")
_NOTHING_ELSEWHERE: Mapping[type, frozenset[str]] = MappingProxyType({})


class Fingerprinter:
    """Makes manifests for the stages of one run."""

    def __init__(
        self,
        root: Path,
        *,
        hash_value: Callable[[object], str | None] | None = None,
        values_elsewhere: Mapping[type, frozenset[str]] = _NOTHING_ELSEWHERE,
        memory: Memory | None = None,
    ) -> None:
        names = (str(root.absolute()), str(root.resolve()))
        root = root.resolve()
        self._elsewhere = Elsewhere(values_elsewhere)
        #: The source files that were looked into.
        self.sources = SourceFiles(None if memory is None else SymbolIndex(root, memory))
        self._references = References(Origins(root), self.sources)
        binder = Binder(self._references, self._elsewhere)
        callables = Callables(self._references, binder)
        classes = Classes(self._references, callables, self._elsewhere)
        self._instances = Instances(self._references.origins, hash_value)
        values = Values(self._references, Plain(names), callables, classes, self._instances)
        self._symbols = Symbols(root, binder, values)
        self._ran = RanCode(self._references, binder.unloaded)
        self._reach = Reach(self._entry)
        #: Label and likeness of a value that was given as a root -> its node.
        self._alike: dict[tuple[str, Hashable], Node] = {}

    def manifest(self, roots: Mapping[str, object]) -> Manifest:
        """Give everything that the roots' code reaches; `roots` maps a label to any object."""
        return self.manifests([roots])[0]

    def manifests(self, several: Iterable[Mapping[str, object]]) -> list[Manifest]:
        """Give a manifest for each of several mappings of roots."""
        with _uncollected():
            return [self._manifest(roots) for roots in several]

    def _manifest(self, roots: Mapping[str, object]) -> Manifest:
        nodes = {label: self._root(label, value) for label, value in roots.items()}
        reached = self._reach.all([_PYTHON_NODE, *nodes.values()])
        return manifest_of(reached, self._roles(nodes, reached))

    def tree(self, roots: Mapping[str, object], ran: Iterable[str] = ()) -> Tree:
        """Give a manifest with who leads to whom; `ran` are keys of code that only ran."""
        given = {label: self._root(label, value) for label, value in roots.items()}
        also = [_PYTHON_NODE, *self._ran.nodes(ran)]
        with _uncollected():
            reached = self._reach.all([*given.values(), *also])
        manifest = manifest_of(reached, self._roles(given, reached))
        edges: dict[str, set[str]] = {key: set() for key in manifest.symbols}
        for one in reached:
            if one.key:
                edges[one.key].update(_led_to(one))
        starts = {label: self._reach.one(node) for label, node in given.items()}
        starts |= {one.key: one for one in map(self._reach.one, also)}
        return Tree(
            manifest,
            {label: (one.key,) if one.key else _led_to(one) for label, one in starts.items()},
            {key: tuple(sorted(keys)) for key, keys in edges.items()},
        )

    def unnamed(
        self, sites: Collection[Site], imports: Collection[str], manifest: Manifest
    ) -> set[str]:
        """Give the keys of code that ran and that a manifest doesn't know; see `ran`.

        Args:
            sites: the code objects that started: (file, module, qualified name, first line).
            imports: the modules that were asked for by a name that was computed.
            manifest: what is known already.
        """
        manifest = self._with_hidden(manifest)
        keys = {key for key in map(self._ran.module_key, imports) if key is not None}
        known = Known(manifest, self.closure(keys, manifest)) if keys else Known(manifest)
        keys |= self._ran.functions(sites, known)
        known = Known(manifest, self.closure(keys, manifest)) if keys else known
        return keys | self._ran.modules(sites, known)

    def closure(self, keys: Iterable[str], manifest: Manifest) -> Manifest:
        """Give what the code behind such keys reaches, without what a manifest has already."""
        with _uncollected():
            reached = self._reach.all([_PYTHON_NODE, *self._ran.nodes(keys)])
        found = manifest_of(reached)
        known = manifest.symbols
        return Manifest(
            {
                key: symbol
                for key, symbol in found.symbols.items()
                if key not in known or known[key].hash != symbol.hash
            },
            tuple(key for key in found.unstable if key not in manifest.unstable),
        )

    def _with_hidden(self, manifest: Manifest) -> Manifest:
        """Add what only opaque code leads to: it's no news when it runs."""
        if not any(symbol.kind == "opaque" for symbol in manifest.symbols.values()):
            return manifest
        opaque = [one for one in self._reach.known if one.key in manifest.symbols]
        nodes = [node for one in opaque for node in one.entry.hidden]
        hidden = manifest_of(self._reach.all(nodes))
        return Manifest({**hidden.symbols, **manifest.symbols}, manifest.unstable)

    @property
    def absent_modules(self) -> list[str]:
        """The full names of the modules that were looked for and not found."""
        return self._references.origins.absent

    @property
    def missed(self) -> Iterable[str]:
        """Absolute paths where imports of scripts were looked for and not found."""
        return self._symbols.scripts.missed if self._symbols.scripts else ()

    def import_state(self, name: str) -> str:
        """Say what an import of a name would find: `absent`, a file, or a version."""
        return self._ran.import_state(name)

    def _root(self, label: str, value: object) -> Node:
        if type(value) is Script:
            return ScriptNode.of(value)
        if not issubclass(type(value), (FunctionType, type, ModuleType)):
            return self._value_root(label, value)
        try:
            reference = self._references.reference(value)
        except Exception:  # noqa: BLE001 - as in `_entry`
            reference = None
        node = reference.nodes[0] if reference and reference.nodes else None
        if is_a(node, ClassNode):
            return node.of_reduced() if self._elsewhere.fields(node.subject) else node
        # A thing of others is known by its name, which is a value.
        return ValueNode.of(label, value) if node is None or is_a(node, OriginNode) else node

    def _value_root(self, label: str, value: object) -> Node:
        """Give the same node for all values under a label that are alike: most loaders are."""
        likeness = self._instances.likeness(value)
        if likeness is None:
            return ValueNode.of(label, value)
        found = self._alike.get((label, likeness))
        if found is None:
            found = self._alike[label, likeness] = ValueNode.of(label, value)
        return found

    def _roles(self, nodes: Mapping[str, Node], reached: Collection[Reached]) -> Iterator[Symbol]:
        """Say which function stands under which label, if another one could take its place."""
        functions = {
            label: self._reach.one(node)
            for label, node in nodes.items()
            if is_a(node, FunctionNode)
        }
        for label, one in functions.items():
            if len(functions) > 1 or self._reach.leads(reached, one):
                yield Symbol("value", label, hash_text(one.key), None, one.key)

    def _entry(self, node: Node) -> Entry:
        try:
            return self._symbols.entry(node)
        except Exception:  # noqa: BLE001 - whatever user code looks like, it must not stop a run
            kind = str(node.identity[0])
            return Entry(Symbol(kind, f"?{type(node.subject).__qualname__}", _UNKNOWN), (), True)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Put garbage collection off: syntax trees hold no garbage, and looking takes a third more."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if not gc.get_freeze_count():
                # What was made stays: counted among the old, it isn't looked through right away.
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _led_to(one: Reached) -> tuple[str, ...]:
    """Give the keys of the symbols next to a node, past those that only lead to others."""
    todo, seen, keys = list(one.next or ()), {identity_of(one)}, set[str]()
    while todo:
        inner = todo.pop()
        if identity_of(inner) in seen:
            continue
        seen.add(identity_of(inner))
        if inner.key:
            keys.add(inner.key)
        else:
            todo.extend(inner.next or ())
    return tuple(sorted(keys - {one.key}))
