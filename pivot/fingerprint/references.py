"""By what name does code refer to a thing? The answer is a `Reference`, or None for a mere value.

Functions, classes and modules that can be found again under their own name are referred to by that
name; whoever uses them is affected by *which* one it is, and by what it is through its node. Things
of others are names with a version. What can't be found under its name - a closure, a lambda, a
class made in a function - is a value: its code has a node, and its surroundings are its content.
Example: `helper` of `steps.py` is `Reference("func:steps:helper", (FunctionNode...,))`.
Tests: tests/fingerprint/test_fingerprinter.py.
"""

from __future__ import annotations

import builtins
import os
import sys
from pathlib import Path
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MethodDescriptorType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any, NamedTuple

from pivot.fingerprint.identity import identity_of
from pivot.fingerprint.kinds import is_a
from pivot.fingerprint.marked import version_around
from pivot.fingerprint.nodes import ClassNode, FunctionNode, ModuleNode, OpaqueNode, OriginNode
from pivot.fingerprint.origins import module_of, stands_at
from pivot.fingerprint.sources import compiled_verbatim
from pivot.fingerprint.unloaded import Unloaded
from pivot.frozen import frozen
from pivot.opacity import opaque_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pivot.fingerprint.nodes import Node
    from pivot.fingerprint.origins import Origin, Origins
    from pivot.fingerprint.sources import Defined, SourceFiles

_DESCRIPTORS = (
    ClassMethodDescriptorType,
    GetSetDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
)
#: The types of what has a name of its own, as a rule.
NAMED = (FunctionType, type, ModuleType, BuiltinFunctionType, *_DESCRIPTORS)


class Reference(NamedTuple):
    """A name that stands for one thing, and the nodes that say what the thing is."""

    name: str
    nodes: tuple[Node, ...] = ()


@frozen(eq=False)
class Home:
    """Where a class was written; without a source if it was made by a call, or has changed."""

    namespace: Mapping[str, object]
    defined: Defined | None


class References:
    """Names functions, classes and modules."""

    def __init__(self, origins: Origins, sources: SourceFiles) -> None:
        self.origins = origins
        self.sources = sources
        #: The globals of scripts that were run by path, and so are in no module.
        self._scripts: dict[str, Mapping[str, object]] = {}
        #: Identity of a namespace -> the name of its module, and itself, so that it stays.
        self._names: dict[int, tuple[str, Mapping[str, object]]] = {}
        #: Identity of a namespace -> what loaded its module, whether verbatim, and itself.
        self._loaders: dict[int, tuple[object, bool, Mapping[str, object]]] = {}
        #: Identity of a class -> where it was written, and the class itself, so that it stays.
        self._homes: dict[int, tuple[Home, type]] = {}
        self._codes: dict[FunctionType, CodeType] = {}
        self._defined: dict[FunctionType, Defined | None] = {}
        self._function_keys: dict[FunctionType, str] = {}
        self._origins: dict[FunctionType, Origin | None] = {}
        #: Identity of a thing -> its reference, and the thing itself, so that it stays.
        self._known: dict[int, tuple[Reference | None, object]] = {}

    def reference(self, value: object) -> Reference | None:
        """Give the name of a function, a class or a module, None for anything else."""
        identity = identity_of(value)
        known = self._known.get(identity)
        if known is None:
            if not issubclass(type(value), NAMED):
                return None
            known = self._known[identity] = self._reference(value), value
        return known[0]

    def opaque(self, value: object) -> Reference | None:
        """Give the reference of something that a stated version stands for, else None."""
        version = opaque_version(value)
        if version is None:
            if not is_a(value, FunctionType):
                return None
            version = version_around(value, self.code(value))
            if version is None:
                return None
        name = self._opaque_name(value)
        return Reference(f"opaque {name}", (OpaqueNode.of(value, name, version),))

    def _opaque_name(self, value: object) -> str:
        if is_a(value, FunctionType):
            return self.function_key(value).partition(":")[2]
        if is_a(value, type):
            return self.class_key(value).partition(":")[2]
        builtin = self._builtin(value) if is_a(value, BuiltinFunctionType) else None
        kind = type(value)
        return builtin.name if builtin else f"{module_of(kind)}:{kind.__qualname__}"

    def _reference(self, value: object) -> Reference | None:
        opaque = self.opaque(value)
        if opaque is not None:
            # A closure that is only written in something opaque has surroundings of its own.
            return None if opaque_version(value) is None and self._is_nested(value) else opaque
        if is_a(value, FunctionType):
            return self._function(value)
        if is_a(value, type):
            return self._class(value)
        if is_a(value, ModuleType):
            return self._module(value)
        if is_a(value, BuiltinFunctionType):
            return self._builtin(value)
        return _descriptor(value)

    def code(self, function: FunctionType) -> CodeType:
        """Give the code of a function: to look it up in the function is an event for hooks."""
        found = self._codes.get(function)
        if found is None:
            found = self._codes[function] = function.__code__
        return found

    def function_key(self, function: FunctionType) -> str:
        """Give the key of a function's code: `func:module:label`."""
        found = self._function_keys.get(function)
        if found is None:
            defined = self.defined(function)
            label = defined.label if defined else self.code(function).co_qualname
            found = f"func:{self.module_name(function.__globals__)}:{label}"
            self._function_keys[function] = found
        return found

    def defined(self, function: FunctionType) -> Defined | None:
        """Give the source of a function, None if there is none, or it has changed since."""
        if function not in self._defined:
            self._defined[function] = self._find(function)
        return self._defined[function]

    def _find(self, function: FunctionType) -> Defined | None:
        code = self.code(function)
        source = self.sources.read(code.co_filename)
        if source is None:
            return None
        namespace = function.__globals__
        known = self._loaders.get(identity_of(namespace))
        if known is None:
            loader = _loader(namespace)
            known = loader, compiled_verbatim(loader), namespace
            self._loaders[identity_of(namespace)] = known
        return source.find(code, verbatim=known[1], loader=known[0])

    def function_origin(self, function: FunctionType) -> Origin | None:
        """Give whose code a function is."""
        if function not in self._origins:
            self._origins[function] = self._origin_of(function)
        return self._origins[function]

    def _origin_of(self, function: FunctionType) -> Origin | None:
        file = self.code(function).co_filename
        if file.startswith("<") and not file.startswith("<frozen "):
            # Made by `exec`: it belongs to the module in whose name it was made.
            given = function.__globals__.get("__file__")
            if not isinstance(given, str):
                return None
            file = given
        return self.origins.of_file(file)

    def module_name(self, namespace: Mapping[str, object]) -> str:
        """Give the name of the module with these globals, as it would be imported."""
        known = self._names.get(identity_of(namespace))
        if known is None:
            known = self._names[identity_of(namespace)] = self._module_name(namespace), namespace
        return known[0]

    def _module_name(self, namespace: Mapping[str, object]) -> str:
        name = namespace.get("__name__")
        name = name if isinstance(name, str) else "?"
        if isinstance(namespace, Unloaded):
            return name
        module = sys.modules.get(name)
        if name != "__main__" and module is not None and vars(module) is namespace:
            return name
        # A script run by path: named as `import` would name it.
        self._scripts[name] = namespace
        file = namespace.get("__file__")
        return self.name_of_file(file) if isinstance(file, str) else name

    def name_of_file(self, file: str) -> str:
        """Give the name that a file would be imported by if the root is on the path."""
        relative = os.path.relpath(file, self.origins.root)
        parts = Path(relative).with_suffix("").parts
        return ".".join(part for part in parts if part not in {os.pardir, os.sep})

    def home(self, cls: type) -> Home:
        """Give where a class was written: the globals that its body saw, and its source there."""
        known = self._homes.get(identity_of(cls))
        if known is None:
            known = self._homes[identity_of(cls)] = self._home(cls), cls
        return known[0]

    def class_key(self, cls: type) -> str:
        """Give the key of a class: `class:module:qualname`."""
        namespace = self.home(cls).namespace
        module = self.module_name(namespace) if namespace else module_of(cls)
        return f"class:{module}:{cls.__qualname__}"

    def _function(self, function: FunctionType) -> Reference | None:
        origin = self.function_origin(function)
        if origin is None:
            if not stands_at(function, function.__globals__, self.code(function).co_qualname):
                return None
            node = FunctionNode.of(function)
            return Reference(self.function_key(function), (node,))
        if self._is_named_by_others(function):
            name = f"{_public(function.__module__)}:{function.__qualname__}"
        elif function.__closure__ or function.__dict__:
            return None
        else:
            module = str(function.__globals__.get("__name__"))
            name = f"{_public(module)}:{self.code(function).co_qualname}"
        return Reference(name, (OriginNode.of(origin),))

    def _class(self, cls: type) -> Reference | None:
        origin = self.origins.of_class(cls)
        if origin is not None:
            name = f"{_public(module_of(cls))}:{cls.__qualname__}"
            return Reference(name, (OriginNode.of(origin),))
        if not stands_at(cls, self.home(cls).namespace, cls.__qualname__):
            return None
        return Reference(self.class_key(cls), (ClassNode.of(cls, environment=True),))

    def _home(self, cls: type) -> Home:
        # Python forgets the line when the class is given another `__module__`.
        line: int | None = vars(cls).get("__firstlineno__")
        first: Mapping[str, object] = {}
        for namespace in self._candidates(cls):
            first = first or namespace
            file = namespace.get("__file__")
            source = self.sources.read(file) if isinstance(file, str) else None
            if source and (line or stands_at(cls, namespace, cls.__qualname__)):
                defined = source.find_class(cls.__qualname__, line)
                if defined:
                    return Home(namespace, defined)
        return Home(first, None)

    def _candidates(self, cls: type) -> Iterator[Mapping[str, object]]:
        """Give the globals among which a class may have been written, the likeliest first."""
        module = sys.modules.get(module_of(cls))
        if module is not None:
            yield vars(module)
        if module_of(cls) in self._scripts:
            yield self._scripts[module_of(cls)]
        for value in vars(cls).values():
            if is_a(value, FunctionType):
                yield value.__globals__
        # It may have been given another `__module__`: a package's, say, that hands it on.
        for other in list(sys.modules.values()):
            if is_a(other, ModuleType) and stands_at(cls, vars(other), cls.__qualname__):
                yield vars(other)

    def _module(self, module: ModuleType) -> Reference:
        name = self.module_name(vars(module))
        origin = self.origins.of_module(module.__name__)
        if origin is not None:
            return Reference(f"module {_public(name)}", (OriginNode.of(origin),))
        return Reference(f"module:{name}", (ModuleNode.of(module.__name__),))

    def _builtin(self, function: BuiltinFunctionType) -> Reference | None:
        owner = function.__self__
        if is_a(owner, type):
            # `Bag.fromkeys` of a class of the project is more than a name.
            if self.origins.of_class(owner) is None:
                return None
        elif owner is not None and not is_a(owner, ModuleType):
            return None
        module = function.__module__ or getattr(owner, "__module__", None) or builtins.__name__
        origin = self.origins.of_module(module)
        nodes = (OriginNode.of(origin),) if origin else ()
        return Reference(f"{_public(module)}:{function.__qualname__}", nodes)

    def _is_nested(self, value: object) -> bool:
        return is_a(value, FunctionType) and "<locals>" in self.code(value).co_qualname

    def _is_named_by_others(self, function: FunctionType) -> bool:
        """Say whether a function of others is to be found under its own name in their module."""
        module = sys.modules.get(function.__module__)
        if module is None or self.origins.of_module(function.__module__) is None:
            return False
        return stands_at(function, vars(module), function.__qualname__)


def _descriptor(value: Any) -> Reference:
    owner: type = value.__objclass__
    return Reference(f"{_public(module_of(owner))}:{value.__qualname__}")


def _loader(namespace: Mapping[str, object]) -> object:
    spec = namespace.get("__spec__")
    return getattr(spec, "loader", None) or namespace.get("__loader__")


def _public(module: str) -> str:
    """Leave out the private modules at the end: where a library keeps things is its own affair."""
    top, *rest = module.split(".")
    if top in sys.stdlib_module_names:
        while rest and rest[-1].startswith("_"):
            rest.pop()
    return ".".join((top, *rest))
