"""What is in a class beside its source? Its bases, its metaclass, and attributes with their values.

The source of the body is hashed as a whole; an attribute counts by its value too, since it may be
computed, or set from elsewhere. What Python or a library writes into a class on its own (names
with two underscores, the results of `@dataclass`) is left out: it follows from the rest. Example:
`class A(B): K = f()` has the children "K" and what `f()` gave, and `B` if that's the project's.
Tests: tests/fingerprint/cases/classes.toml.
"""

from __future__ import annotations

import enum
import functools
from types import (
    FunctionType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    NoneType,
)
from typing import TYPE_CHECKING

from pivot.fingerprint.digest import Parts
from pivot.fingerprint.kinds import is_a
from pivot.fingerprint.nodes import ClassNode
from pivot.opacity import opaque_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pivot.fingerprint.callables import Callables
    from pivot.fingerprint.elsewhere import Elsewhere
    from pivot.fingerprint.references import References
    from pivot.fingerprint.sources import Defined

#: What most attributes are that Python and libraries write into a class.
_PLAIN = frozenset({NoneType, bool, int, str, tuple, dict, set, frozenset, MappingProxyType})
_LAYERS = (staticmethod, classmethod, property, functools.cached_property)
_LAYOUT = (GetSetDescriptorType, MemberDescriptorType)
#: Written into every abstract class; counts registrations of the process.
_NOISE = frozenset({"_abc_impl"})
#: Since Python 3.14 the compiler makes functions of a class' annotations.
_COMPILED = frozenset({"__annotate__", "__annotate_func__"})
#: What these hold describes the class where no source of it exists.
_DESCRIBING = frozenset(
    {"__annotations__", "__dataclass_fields__", "__required_keys__", "__total__"}
)
#: Marks of libraries that write methods into a class, all of them after its fields.
_GENERATED = frozenset(
    {"__dataclass_fields__", "__attrs_attrs__", "_field_defaults", "__pydantic_decorators__"}
)


class Classes:
    """Takes classes apart."""

    def __init__(
        self,
        references: References,
        callables: Callables,
        elsewhere: Elsewhere,
    ) -> None:
        self.references = references
        self.callables = callables
        self.elsewhere = elsewhere
        self._special = _Answers[str](_is_special)
        self._holds_functions = _Answers[type](_may_hold_functions)

    def take_apart(self, value: object) -> Parts | None:
        """Give the parts of a class that can't be found under its name, None if it's no class."""
        if not is_a(value, type):
            return None
        surroundings = self.environment(value)
        key = self.references.class_key(value)
        node = ClassNode.of(value, environment=False)
        return Parts(key, surroundings.children, nodes=(node,))

    def environment(self, cls: type, *, reduced: bool = False) -> Parts:
        """Give what a class holds beside its source."""
        bases = [base for base in cls.__mro__[1:] if base is not object]
        children: list[object] = [self._base(base, reduced=reduced) for base in bases]
        if type(cls) is not type:
            children += ["metaclass", type(cls)]
        without = self.elsewhere.fields(cls) if reduced else frozenset[str]()
        for name, value in self._attributes(cls):
            if name not in without:
                children += [name, value]
        return Parts("environment", tuple(children))

    def _base(self, base: type, *, reduced: bool) -> object:
        reference = self.references.reference(base) if reduced else None
        if reference is None or not is_a(reference.nodes[0], ClassNode):
            return base
        return Parts(reference.name, nodes=(reference.nodes[0].of_reduced(),))

    def _attributes(self, cls: type) -> Iterator[tuple[str, object]]:
        own = self.references.home(cls).defined
        attributes = list(vars(cls).items())
        is_enum = issubclass(cls, enum.Enum)
        if own is not None and not is_enum:
            # Most attributes are such, and what is left takes its time.
            special, holds = self._special, self._holds_functions
            attributes = [
                (name, value)
                for name, value in attributes
                if not special[name] or holds[type(value)]
            ]
        generated = not _GENERATED.isdisjoint(vars(cls))
        for name, value in sorted(attributes):
            functions = () if type(value) in _PLAIN else _functions_in(value)
            if functions:
                if any(opaque_version(one) is not None for one in functions):
                    yield name, value
                elif name not in _COMPILED and not (
                    generated and self._is_generated(name, functions[0])
                ):
                    yield from self._methods(own, name, functions, value)
            elif is_enum:
                if is_a(value, cls):
                    yield name, getattr(value, "_value_", None)
                elif not name.startswith("_"):
                    yield name, value
            elif not _is_noise(name, value) or (own is None and name in _DESCRIBING):
                yield name, value

    def _methods(
        self, own: Defined | None, name: str, functions: Sequence[FunctionType], value: object
    ) -> Iterator[tuple[str, object]]:
        """Give the surroundings of methods, or all of them if they aren't in the class' source."""
        if own is None or not all(self._is_in_body(own, function) for function in functions):
            yield name, value
            return
        for function in functions:
            environment = self.callables.environment(function)
            if environment.children:
                yield name, environment

    def _is_generated(self, name: str, function: FunctionType) -> bool:
        if self.references.code(function).co_filename.startswith("<"):
            return True
        # `@dataclass` puts a wrapper of Python's own around the `__repr__` that it makes.
        return _is_special(name) and self.references.function_origin(function) is not None

    def _is_in_body(self, own: Defined, function: FunctionType) -> bool:
        if self.references.code(function).co_filename != own.file:
            return False
        found = self.references.defined(function)
        return found is not None and found.is_method_of(own)


def _functions_in(value: object) -> Sequence[FunctionType]:
    """Give the functions of a plain method, or of one layer of what Python offers around it."""
    if type(value) is FunctionType:
        return (value,)
    inner: list[object] = []
    if issubclass(type(value), _LAYERS):
        if is_a(value, property):
            inner = [value.fget, value.fset, value.fdel]
        elif is_a(value, staticmethod) or is_a(value, classmethod):
            inner = [value.__func__]
        elif is_a(value, functools.cached_property):
            inner = [value.func]
    return [one for one in inner if is_a(one, FunctionType)]


class _Answers[Question](dict[Question, bool]):
    """The answers to some questions, each of which is asked hundreds of times: no calls."""

    def __init__(self, ask: Callable[[Question], bool]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, question: Question) -> bool:
        answer = self[question] = self._ask(question)
        return answer


def _may_hold_functions(kind: type) -> bool:
    return issubclass(kind, (FunctionType, *_LAYERS))


def _is_noise(name: str, value: object) -> bool:
    return _is_special(name) or name in _NOISE or issubclass(type(value), _LAYOUT)


def _is_special(name: str) -> bool:
    return name[:2] == "__" == name[-2:]
