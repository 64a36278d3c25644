"""What is in a callable that is no mere name? Every layer: what wraps, what is wrapped, with what.

A function that was made by another (a closure, a decorated function, a lambda) is its code and its
*environment*: defaults, cells, attributes. Example: `partial(scale, factor=2)` has the children
`scale`, `()` and `{"factor": 2}`.
Tests: tests/fingerprint/cases/decorators.toml.
"""

from __future__ import annotations

import functools
from types import (
    BuiltinMethodType,
    CellType,
    FunctionType,
    MethodType,
    MethodWrapperType,
    ModuleType,
)
from typing import TYPE_CHECKING

from pivot.fingerprint.digest import Parts
from pivot.fingerprint.kinds import is_a
from pivot.fingerprint.nodes import FunctionNode, Node, OriginNode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pivot.fingerprint.binding import Binder
    from pivot.fingerprint.names import Use
    from pivot.fingerprint.references import References

_NOTHING = Parts("environment")
_CACHED = type(functools.lru_cache(lambda: None))


class Callables:
    """Takes callables apart."""

    def __init__(self, references: References, binder: Binder) -> None:
        self.references = references
        self.binder = binder

    def knows(self, kind: type) -> bool:
        """Say whether values of a type are taken apart here."""
        return issubclass(kind, (FunctionType, *_HANDLERS))

    def take_apart(self, value: object) -> Parts | None:
        """Give the parts of a callable, None if it's no callable that is known here."""
        if is_a(value, FunctionType):
            return self._function(value)
        for kind, handler in _HANDLERS.items():
            if issubclass(type(value), kind):
                return handler(value)
        return None

    def environment(self, function: FunctionType) -> Parts:
        """Give what a function carries beside its code."""
        code = self.references.code(function)
        defaults, keywords = function.__defaults__, function.__kwdefaults__
        attributes = function.__dict__
        if not (defaults or code.co_freevars or keywords or attributes):
            return _NOTHING
        children: list[object] = []
        if defaults:
            children += ["defaults", defaults]
        if keywords:
            children += ["keyword defaults", keywords]
        for name, value in sorted(attributes.items()) if attributes else ():
            children += [f".{name}", value]
        nodes: list[Node] = []
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            content = self._cell(function, name, cell, nodes)
            children += [name, *content]
        return Parts(_NOTHING.label, tuple(children), nodes=tuple(nodes))

    def _function(self, function: FunctionType) -> Parts:
        registry = function.__dict__.get("registry")
        code = self.references.code(function)
        if registry is not None and code.co_filename == functools.__file__:
            return Parts("singledispatch", _by_class_name(registry))
        environment = self.environment(function)
        origin = self.references.function_origin(function)
        node: Node
        opaque = self.references.opaque(function)
        if opaque is not None:
            # It is written in what is opaque, but what it closes over comes from elsewhere.
            node, name = opaque.nodes[0], opaque.name
        elif origin is not None:
            node = OriginNode.of(origin)
            name = f"{function.__globals__.get('__name__')}:{code.co_qualname}"
        else:
            node = FunctionNode.of_code(function, code)
            name = self.references.function_key(function)
        return Parts(name, environment.children, nodes=(node, *environment.nodes))

    def _cell(
        self, function: FunctionType, name: str, cell: CellType, nodes: list[Node]
    ) -> tuple[object, ...]:
        try:
            content = cell.cell_contents
        except ValueError:
            return ("empty",)
        uses = self._chains(function, name) if is_a(content, ModuleType) else ()
        if not uses or not is_a(content, ModuleType):
            return (content,)
        bindings = [self.binder.follow(content, use.path[1:]) for use in uses]
        for binding in bindings:
            nodes.extend(binding.nodes)
        return tuple(f"{use}={binding.text}" for use, binding in zip(uses, bindings, strict=True))

    def _chains(self, function: FunctionType, name: str) -> list[Use]:
        """Give the uses that start with a name, if what it stands for is only reached through."""
        defined = self.references.defined(function)
        uses = [use for use in defined.uses if use.path[:1] == (name,)] if defined else []
        return uses if all(len(use.path) > 1 for use in uses) else []


def _by_class_name(registry: Mapping[type, object]) -> tuple[object, ...]:
    ordered = sorted(registry.items(), key=lambda item: (item[0].__module__, item[0].__qualname__))
    return tuple(part for item in ordered for part in item)


def _partial(value: functools.partial[object]) -> Parts:
    return Parts("partial", (value.func, value.args, value.keywords, value.__dict__))


def _partial_method(value: functools.partialmethod[object]) -> Parts:
    return Parts("partialmethod", (value.func, value.args, value.keywords))


def _method(value: MethodType) -> Parts:
    return Parts("method", (value.__self__, value.__func__))


def _bound(value: BuiltinMethodType | MethodWrapperType) -> Parts:
    return Parts(f"method {value.__name__}", (value.__self__,))


def _wrapped(value: staticmethod[..., object] | classmethod[object, ..., object]) -> Parts:
    return Parts(type(value).__name__, (value.__func__,))


def _property(value: property) -> Parts:
    return Parts("property", (value.fget, value.fset, value.fdel))


def _cached_property(value: functools.cached_property[object]) -> Parts:
    return Parts("cached_property", (value.func,))


def _lru_cache(value: functools._lru_cache_wrapper[object]) -> Parts:
    return Parts("lru_cache", (value.cache_parameters(), value.__wrapped__))


def _dispatched_method(value: functools.singledispatchmethod[object]) -> Parts:
    return Parts("singledispatchmethod", (value.dispatcher, value.func))


_HANDLERS: dict[type, Callable[..., Parts]] = {
    functools.partial: _partial,
    functools.partialmethod: _partial_method,
    MethodType: _method,
    BuiltinMethodType: _bound,
    MethodWrapperType: _bound,
    staticmethod: _wrapped,
    classmethod: _wrapped,
    property: _property,
    functools.cached_property: _cached_property,
    _CACHED: _lru_cache,
    functools.singledispatchmethod: _dispatched_method,
}
