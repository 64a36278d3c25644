"""What does a name stand for, where it is used? The answer is a `Binding`.

Chains are followed step by step through modules; the first thing that is not a module is what the
chain stands for. The text of a binding says *which* thing that is, so that an import that is
redirected to a thing of the same name elsewhere changes the hash of its user; the nodes say *what*
it is. Nothing is imported: a module that isn't loaded is found on the path, and its source is read.
A name that leads nowhere is bound to `?`: when it appears, that is a change. Example:
`settings.LIMIT=const:settings:LIMIT`. Tests: tests/fingerprint/cases/imports.toml.
"""

from __future__ import annotations

import builtins
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, NamedTuple

from pivot.fingerprint.identity import identity_of
from pivot.fingerprint.kinds import is_a
from pivot.fingerprint.marked import DECORATORS
from pivot.fingerprint.nodes import ClassNode, ConstNode, ModuleNode, Node, OriginNode, SourceNode
from pivot.fingerprint.origins import module_file
from pivot.fingerprint.scopes import ANNOTATION, PRESENCE, SUBCLASSES, read_use
from pivot.fingerprint.unloaded import ImportLead, Unloaded, UnloadedModules, absolute
from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pivot.fingerprint.elsewhere import Elsewhere
    from pivot.fingerprint.origins import Origins
    from pivot.fingerprint.references import References
    from pivot.fingerprint.scopes import Use
    from pivot.fingerprint.sources import SourceFile, SourceFiles

#: What any global of the own module may be reached through.
_REFLECTION = frozenset({"globals", "eval", "exec", "sys:modules"})
_MISSING = object()
#: The built-ins that stand for nothing but themselves.
_BUILTINS = frozenset(vars(builtins)) - _REFLECTION
#: Types of most constants.
_NO_CODE = frozenset({bool, int, float, str, tuple, list, dict, set, frozenset})


class Binding(NamedTuple):
    """What a use stands for."""

    text: str
    nodes: tuple[Node, ...] = ()


@frozen
class _Slot:
    """A global name of some module."""

    namespace: Mapping[str, object]
    name: str


class Binder:
    """Finds out what names stand for."""

    def __init__(self, references: References, elsewhere: Elsewhere) -> None:
        self.references = references
        self.origins: Origins = references.origins
        self.sources: SourceFiles = references.sources
        self._elsewhere = elsewhere
        #: Identity of a namespace -> what the uses in it stand for, and itself, so that it stays.
        self._known: dict[int, tuple[dict[str, Binding | None], Mapping[str, object]]] = {}
        #: The names that are being followed through modules that aren't loaded.
        self._underway: set[tuple[int, str]] = set()
        self.unloaded = UnloadedModules(self.origins, self.sources)
        #: Whether any name was ever bound to what marks code as opaque.
        self.marks = False

    def bind(self, uses: Iterable[str], namespace: Mapping[str, object]) -> list[Binding]:
        """Give what each use stands for, given the globals that it sees; built-ins are left out.

        The uses are given by their texts.
        """
        identity = identity_of(namespace)
        of_namespace = self._known.get(identity)
        if of_namespace is None:
            of_namespace = self._known[identity] = {}, namespace
        known, _ = of_namespace
        found: list[Binding] = []
        for text in uses:
            if text not in known:
                known[text] = self._bind(text, namespace)
            binding = known[text]
            if binding is not None:
                found.append(binding)
        return found

    def _bind(self, text: str, namespace: Mapping[str, object]) -> Binding | None:
        if text in _BUILTINS and text not in namespace and type(namespace) is dict:
            return None
        use = read_use(text)
        found = self._imported(use, namespace) if use.imported else self._global(use, namespace)
        if found is not None and found.text in _REFLECTION:
            found = self._own_module(namespace)
        if found is None:
            return None
        nodes = tuple(map(self._reduced, found.nodes)) if use.annotation else found.nodes
        text = f"{text.removeprefix(ANNOTATION)}={found.text}"
        self.marks |= text.endswith(DECORATORS)
        return Binding(text, nodes)

    def follow(self, module: ModuleType, path: tuple[str, ...]) -> Binding:
        """Give what a chain of names that starts at a module stands for."""
        return self._walk(module, path, None)

    def subclasses(self, cls: type) -> Iterator[Node]:
        """Give the classes that are derived from a class, directly or not."""
        for one in sorted(type.__subclasses__(cls), key=lambda one: one.__qualname__):
            reference = self.references.reference(one)
            yield from reference.nodes if reference else [ClassNode.of(one, environment=True)]
            yield from self.subclasses(one)

    def global_name(self, namespace: Mapping[str, object], name: str) -> Binding:
        """Give what a global that exists stands for."""
        return self._walk(namespace[name], (), _Slot(namespace, name))

    def _global(self, use: Use, namespace: Mapping[str, object]) -> Binding | None:
        name, *rest = use.path
        if name in namespace:
            return self._walk(namespace[name], tuple(rest), _Slot(namespace, name))
        if isinstance(namespace, Unloaded):
            found = self._written(namespace, name, tuple(rest))
            if found is not None:
                return found
        if not hasattr(builtins, name):
            return Binding("?")
        return self._own_module(namespace) if name in _REFLECTION else None

    def _imported(self, use: Use, namespace: Mapping[str, object]) -> Binding:
        name = absolute(use, namespace)
        module = sys.modules.get(name)
        if module is None:
            return self._unloaded(name, use.path)
        return self._walk(module, use.path, None)

    def _walk(self, value: object, path: tuple[str, ...], slot: _Slot | None) -> Binding:
        for number, name in enumerate(path):
            if not is_a(value, ModuleType):
                return self._with_subclasses(self._target(value, slot), value, name)
            if name == PRESENCE:
                return Binding(value.__name__)
            namespace = vars(value)
            if name in namespace:
                slot, value = _Slot(namespace, name), namespace[name]
                continue
            full = f"{value.__name__}.{name}"
            if full not in sys.modules:
                return self._absent(value, path[number:])
            slot, value = None, sys.modules[full]
        return self._target(value, slot)

    def _with_subclasses(self, binding: Binding, value: object, name: str) -> Binding:
        """Add the classes that `Base.__subclasses__()` finds."""
        if name not in SUBCLASSES.path or not is_a(value, type):
            return binding
        return Binding(binding.text, (*binding.nodes, *self.subclasses(value)))

    def _target(self, value: object, slot: _Slot | None) -> Binding:
        if slot is not None and not self._is_followed(value):
            foreign = self._foreign(slot)
            if foreign is not None:
                return foreign
        reference = self.references.reference(value)
        if reference is not None:
            return Binding(reference.name, reference.nodes)
        if slot is None:
            return Binding("?")
        return self._constant(value, slot)

    def _is_followed(self, value: object) -> bool:
        kind = type(value)
        if kind is FunctionType:
            return self.references.function_origin(value) is None  # pyright: ignore[reportArgumentType] - it's one
        if kind in _NO_CODE:
            return False
        if is_a(value, ModuleType):
            return True
        return is_a(value, type) and self.origins.of_class(value) is None

    def _foreign(self, slot: _Slot) -> Binding | None:
        """Bind a global of a module of others: a name, and a version."""
        module = slot.namespace.get("__name__")
        module = module if isinstance(module, str) else "?"
        origin = self.origins.of_module(module)
        if origin is None:
            return None
        return Binding(f"{module}:{slot.name}", (OriginNode.of(origin),))

    def _constant(self, value: object, slot: _Slot) -> Binding:
        """Bind a value, in the name of the module that first bound it."""
        seen: set[int] = set()
        while (origin := self._imported_from(slot, value)) and identity_of(
            origin.namespace
        ) not in seen:
            seen.add(identity_of(origin.namespace))
            slot = origin
            foreign = self._foreign(slot)
            if foreign is not None:
                return foreign
        module_name = self.references.module_name(slot.namespace)
        node = ConstNode.of(slot.namespace, module_name, slot.name)
        return Binding(f"const:{module_name}:{slot.name}", (node,))

    def _imported_from(self, slot: _Slot, value: object) -> _Slot | None:
        """Give the global that a global was imported from, if it still stands for the same."""
        source = self._source(slot.namespace)
        if source is None:
            return None
        for use in source.imported_as(slot.name) or source.imported_by_star(slot.name):
            module = sys.modules.get(absolute(use, slot.namespace))
            if module is not None and use.path:
                found = vars(module).get(use.path[0], _MISSING)
                if found is value and vars(module) is not slot.namespace:
                    return _Slot(vars(module), use.path[0])
        return None

    def _source(self, namespace: Mapping[str, object]) -> SourceFile | None:
        file = namespace.get("__file__")
        return self.sources.read(file) if isinstance(file, str) else None

    def _absent(self, module: ModuleType, rest: tuple[str, ...]) -> Binding:
        """Bind a name that a module does not have (yet)."""
        name = module.__name__
        origin = self.origins.of_module(name)
        if origin is not None:
            return Binding(f"{name}:{'.'.join(rest)}", (OriginNode.of(origin),))
        if self.origins.find(f"{name}.{rest[0]}") is not None:
            return self._unloaded(f"{name}.{rest[0]}", rest[1:])
        hook = vars(module).get("__getattr__")
        reference = self.references.reference(hook)
        return Binding(f"{name}:{rest[0]}?", reference.nodes if reference else ())

    def _unloaded(self, name: str, path: tuple[str, ...]) -> Binding:
        """Bind a module that was not imported, or the submodule that the path leads to."""
        found = self.origins.find(name)
        if found is None:
            return Binding("?")
        rest = list(path)
        while rest and found.directories and (inner := self.origins.find(f"{name}.{rest[0]}")):
            name, found = f"{name}.{rest.pop(0)}", inner
        origin = self.origins.of_module(name)
        if origin is not None:
            return Binding(":".join((name, *rest)), (OriginNode.of(origin),))
        if rest == [PRESENCE]:
            return Binding(name)
        namespace = self.unloaded.namespace(name)
        written = self._written(namespace, rest[0], tuple(rest[1:])) if rest and namespace else None
        return written or Binding(":".join((f"module:{name}", *rest)), (ModuleNode.of(name),))

    def _written(self, namespace: Unloaded, name: str, rest: tuple[str, ...]) -> Binding | None:
        """Bind a global of a module that isn't loaded, by the source that binds it."""
        place = (identity_of(namespace), name)
        if place in self._underway:
            # Modules may import a name from each other, each with something to fall back on.
            return Binding("?")
        self._underway.add(place)
        try:
            leads = self.unloaded.leads(namespace, name)
            found = [self._lead(lead, rest) for lead in leads]
        finally:
            self._underway.remove(place)
        if not found:
            return None
        nodes = tuple(node for one in found for node in one.nodes)
        return Binding(" or ".join(one.text for one in found), nodes)

    def _lead(self, lead: ImportLead | SourceNode, rest: tuple[str, ...]) -> Binding:
        if isinstance(lead, SourceNode):
            return Binding(f"source:{lead.module}:{lead.name}", (lead,))
        return self._imported(lead.use._replace(path=lead.use.path + rest), lead.namespace)

    def _own_module(self, namespace: Mapping[str, object]) -> Binding | None:
        if isinstance(namespace, Unloaded):
            return Binding("module", (ModuleNode.of(str(namespace["__name__"])),))
        module = sys.modules.get(str(namespace.get("__name__")))
        if module is None or vars(module) is not namespace or module_file(module) is None:
            return None
        return Binding("module", (ModuleNode.of(module.__name__),))

    def _reduced(self, node: Node) -> Node:
        if isinstance(node, ClassNode) and self._elsewhere.fields(node.subject):
            return node.of_reduced()
        return node
