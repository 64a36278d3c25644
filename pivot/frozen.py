"""Values as classes with fields: `dataclass(frozen=True, slots=True)` at a tenth of its price.

The standard library writes the source of five methods for each class and compiles it, which for
Pivot's classes would take as long as everything else that `pivot run` does when it has nothing to
do. Here all classes share their methods, and `__init__` alone is compiled, when the first instance
is made. To `dataclasses.fields`, `replace`, `asdict` and `is_dataclass` they are dataclasses.
Example::

    @frozen
    class Place:
        file: str
        line: int = 1

Tests: tests/test_frozen.py.
"""

from __future__ import annotations

import dataclasses
import operator
import reprlib
from dataclasses import MISSING, Field, FrozenInstanceError
from typing import TYPE_CHECKING, Any, dataclass_transform, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_FIELDS = "__frozen_fields__"
_DEFAULT = object()
_OF_DATACLASSES = ("__dataclass_fields__", "__dataclass_params__")
_NOT_COPIED = frozenset({"__dict__", "__weakref__"})


@overload
def frozen[T](cls: type[T], /) -> type[T]: ...
@overload
def frozen[T](*, eq: bool) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def frozen(cls: type[Any] | None = None, /, *, eq: bool = True) -> Any:
    """Make a class of annotated fields the class of immutable values with these fields.

    Takes what `dataclasses.dataclass` takes: defaults, `dataclasses.field(...)`, `__post_init__`,
    and bases that are such classes. `eq=False` leaves instances equal to themselves only. Methods
    that the class has itself stay.
    """
    return _made(cls, eq=eq) if cls is not None else lambda given: _made(given, eq=eq)


def _made(cls: type[Any], *, eq: bool) -> type[Any]:
    fields: dict[str, Field[Any]] = {}
    slots: set[str] = set()
    for base in cls.__mro__[:0:-1]:
        fields |= vars(base).get(_FIELDS, {})
        slots.update(vars(base).get("__slots__", ()))
    own = {name: _field(cls, name) for name in cls.__annotations__}
    fields |= own
    skipped = own.keys() | _NOT_COPIED
    namespace = {name: item for name, item in vars(cls).items() if name not in skipped}
    namespace |= {"__slots__": tuple(own.keys() - slots), _FIELDS: fields}
    for name, item in (_SHARED | _COMPARING if eq else _SHARED).items():
        namespace.setdefault(name, item)
    for name in _OF_DATACLASSES:  # also if a base has them: they are of another class
        namespace[name] = _AsDataclass(name)
    namespace["__match_args__"] = tuple(
        name for name, item in fields.items() if item.init and not item.kw_only
    )
    namespace["__frozen_key__"] = _getter(name for name, item in fields.items() if item.compare)
    kind: Any = type(cls)
    made = kind(cls.__name__, cls.__bases__, namespace)
    made.__qualname__ = cls.__qualname__
    if "__init__" not in namespace:
        made.__init__ = _first_init(made)
    return made


def _field(cls: type[Any], name: str) -> Field[Any]:
    given = vars(cls).get(name, MISSING)
    found: Field[Any] = given if isinstance(given, Field) else dataclasses.field(default=given)
    found.name, found.type = name, cls.__annotations__[name]
    if found.kw_only is MISSING:
        found.kw_only = False
    if type(found.default).__hash__ is None:
        kind = type(found.default).__name__
        raise ValueError(f"mutable default {kind} for field {name}: use default_factory")
    return found


def _getter(names: Iterable[str]) -> Callable[[Any], Any]:
    chosen = tuple(names)
    return operator.attrgetter(*chosen) if chosen else lambda _: ()


def _first_init(cls: type[Any]) -> Callable[..., None]:
    """Give an `__init__` that puts a compiled one into its place when it's first called."""

    def first(self: object, /, *args: Any, **kwargs: Any) -> None:
        cls.__init__ = compiled = _compiled_init(cls)
        compiled(self, *args, **kwargs)

    return first


def _compiled_init(cls: type[Any]) -> Callable[..., None]:
    fields: dict[str, Field[Any]] = getattr(cls, _FIELDS)
    names: dict[str, Any] = {"_default": _DEFAULT}
    positional, keyword, lines = ["self"], ["*"], list[str]()
    for name, field in fields.items():
        # What the attribute itself does is quicker than asking `object.__setattr__` for it.
        names[f"_set_{name}"] = getattr(cls, name).__set__
        value = name
        if field.default is not MISSING:
            names[f"_of_{name}"] = field.default
        elif field.default_factory is not MISSING:
            names[f"_make_{name}"] = field.default_factory
            value = f"_make_{name}() if {name} is _default else {name}"
        if field.init:
            (keyword if field.kw_only else positional).append(f"{name}{_default_of(field)}")
        elif field.default is not MISSING or field.default_factory is not MISSING:
            value = value.partition(" if ")[0] if " if " in value else f"_of_{name}"
        else:
            continue
        lines.append(f"  _set_{name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append("  self.__post_init__()")
    arguments = ", ".join(positional + (keyword if len(keyword) > 1 else []))
    exec(f"def __init__({arguments}):\n" + "\n".join(lines or ["  pass"]), names)  # noqa: S102 - the fields of our own classes
    names["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return names["__init__"]


def _default_of(field: Field[Any]) -> str:
    if field.default is not MISSING:
        return f"=_of_{field.name}"
    return "=_default" if field.default_factory is not MISSING else ""


@reprlib.recursive_repr()
def _repr(self: Any) -> str:
    fields: dict[str, Field[Any]] = getattr(self, _FIELDS)
    shown = [f"{name}={getattr(self, name)!r}" for name, field in fields.items() if field.repr]
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_to_set(self: Any, name: str, value: Any) -> None:  # noqa: ARG001 - what Python gives it
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:  # noqa: ARG001 - as above
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in getattr(self, _FIELDS)]


def _set_state(self: Any, state: list[Any]) -> None:
    for name, value in zip(getattr(self, _FIELDS), state, strict=True):
        object.__setattr__(self, name, value)


def _replace(self: Any, /, **changes: Any) -> Any:
    return dataclasses.replace(self, **changes)


def _eq(self: Any, other: object) -> bool:
    kind = type(self)
    if type(other) is not kind:
        return NotImplemented
    key: Callable[[Any], Any] = kind.__frozen_key__
    return key(self) == key(other)


def _hash(self: Any) -> int:
    return hash(type(self).__frozen_key__(self))


class _AsDataclass:
    """What the standard library keeps in a dataclass: made when somebody looks."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type[Any]) -> Any:
        fields: dict[str, Field[Any]] = getattr(owner, _FIELDS)
        twin = dataclasses.make_dataclass(
            owner.__name__,
            [(name, field.type, _copied(field)) for name, field in fields.items()],
            frozen=True,
        )
        for name in _OF_DATACLASSES:
            setattr(owner, name, getattr(twin, name))
        return getattr(owner, self._name)


def _copied(field: Field[Any]) -> Any:
    # The type checker's idea of `field` has no call with both kinds of default.
    make: Any = dataclasses.field
    return make(
        default=field.default,
        default_factory=field.default_factory,
        init=field.init,
        repr=field.repr,
        hash=field.hash,
        compare=field.compare,
        metadata=field.metadata,
        kw_only=field.kw_only,
    )


_SHARED: dict[str, Any] = {
    "__repr__": _repr,
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__getstate__": _state,
    "__setstate__": _set_state,
    "__replace__": _replace,
}
_COMPARING: dict[str, Any] = {"__eq__": _eq, "__hash__": _hash}
