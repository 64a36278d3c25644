"""What is in an instance of a class? That depends on whose class it is.

Of the project's own: its class and its state. Of others: what pickling would keep. The state of the
project's instances is read past their own code: from `__dict__` and slots, and, if a plain type
stands among the bases, from that. Instances of others are asked to reduce themselves, as for
pickling, and the result is taken apart like any value, so that neither the order of sets nor the
sharing of texts shows. Example: `Scaler(factor=2)` has the children `Scaler`, "factor" and 2.
Tests: tests/fingerprint/cases/values.toml.
"""

from __future__ import annotations

import copyreg
import enum
import functools
import sys
from types import MemberDescriptorType, NoneType
from typing import TYPE_CHECKING

from pivot.fingerprint.digest import Opaque, Parts
from pivot.fingerprint.identity import identity_of
from pivot.fingerprint.plain import plain_content
from pivot.hashing import hash_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from pivot.fingerprint.origins import Origins

type _Slot = tuple[str, MemberDescriptorType]

#: The newest protocol that keeps all bytes in the stream.
_PROTOCOL = 4
#: Types whose equal values are the same in everything else.
_FLAGS = frozenset({NoneType, bool, int, str})
_MOST_PARTS = 6
#: The attributes that such objects are made from.
_DESCRIBED_BY = {"pydantic.type_adapter:TypeAdapter": ("_type", "_config")}


class Instances:
    """Takes instances apart."""

    def __init__(self, origins: Origins, hash_value: Callable[[object], str | None] | None) -> None:
        self.origins = origins
        self.hash_value = hash_value
        self._singletons: dict[str, dict[int, str]] = {}
        #: Type -> what gives the parts of an instance, if such can be told to be alike.
        self._parts_of: dict[type, Callable[[object], list[object]] | None] = {}

    def take_apart(self, value: object) -> Parts:
        """Give the parts of any instance."""
        kind = type(value)
        if issubclass(kind, enum.Enum):
            return _member(value)
        origin = self.origins.of_class(kind)
        if origin is None:
            return self._own(value)
        if origin.name == "pivot" and not _is_frozen(kind):
            # A registry knows all stages, and no stage depends on that; loaders are frozen.
            return Parts("Pivot's", (kind,))
        return (
            self._singleton(value)
            or self._asked(value)
            or _array(value)
            or _wrapper(value)
            or _described(value)
            or _reduced(value)
        )

    def likeness(self, value: object) -> Hashable | None:
        """Give what only those values share that are alike in all; None if it can't be told so.

        It can be told of frozen dataclasses of others with a few flags: of most loaders.
        """
        kind = type(value)
        if kind not in self._parts_of:
            self._parts_of[kind] = _parts_of(kind) if self._is_comparable(kind) else None
        parts_of = self._parts_of[kind]
        if parts_of is None or self._singleton(value):
            return None
        try:
            parts = parts_of(value)
        except AttributeError:
            return None
        types = tuple(map(type, parts))
        return (kind, types, tuple(parts)) if _FLAGS.issuperset(types) else None

    def _is_comparable(self, kind: type) -> bool:
        return (
            _is_frozen(kind)
            and kind.__reduce_ex__ is object.__reduce_ex__
            and kind.__reduce__ is object.__reduce__
            and all(base.__module__ != "builtins" for base in kind.__mro__[:-1])
            and self.origins.of_class(kind) is not None
        )

    def _singleton(self, value: object) -> Parts | None:
        """Take a global of the module that defines the class for what it is there.

        `random.random` is a method of such an instance, whose state is another one in each process.
        """
        kind = type(value)
        module = sys.modules.get(kind.__module__)
        if module is None:
            return None
        if module.__name__ not in self._singletons:
            names = {identity_of(one): name for name, one in sorted(vars(module).items())}
            self._singletons[module.__name__] = names
        name = self._singletons[module.__name__].get(identity_of(value))
        if name is None or vars(module).get(name) is not value:
            return None
        return Parts(f"global {module.__name__}:{name}", (kind,))

    def _own(self, value: object) -> Parts:
        kind = type(value)
        content = plain_content(value)
        if content is None and self._is_reduced_by_others(kind):
            return _reduced(value)
        children: list[object] = [kind]
        if content is not None:
            children += ["content", content]
        for name, part in sorted(_state(value), key=lambda item: item[0]):
            children += [name, part]
        return Parts("instance", tuple(children))

    def _is_reduced_by_others(self, kind: type) -> bool:
        """Say whether a base of others, not the project, knows what the state is."""
        for base in kind.__mro__:
            if "__reduce__" in vars(base) or "__reduce_ex__" in vars(base):
                return base is not object and self.origins.of_class(base) is not None
        return False

    def _asked(self, value: object) -> Parts | None:
        if self.hash_value is None:
            return None
        try:
            answer = self.hash_value(value)
        except Exception:  # noqa: BLE001 - a plugin that fails has no answer
            return None
        return None if answer is None else Parts(f"hashed {answer}", (type(value),))


def _member(value: object) -> Parts:
    name = getattr(value, "_name_", None)
    # A combination of flags may have no name; the value of one that has is its class' affair.
    return Parts(f"member {name}", (type(value), None if name else getattr(value, "_value_", None)))


def _slots(kind: type) -> Iterator[_Slot]:
    for base in kind.__mro__:
        for name, slot in vars(base).items():
            if isinstance(slot, MemberDescriptorType):
                yield name, slot


def _state(value: object) -> Iterator[tuple[str, object]]:
    kind = type(value)
    try:
        attributes = object.__getattribute__(value, "__dict__")
    except AttributeError:
        attributes = {}
    for name, part in list(attributes.items()):
        # What is computed at the first access is there or not, whatever the program says.
        if not isinstance(_class_attribute(kind, name), functools.cached_property):
            yield f"{name}", part
    for name, slot in _slots(kind):
        try:
            yield name, slot.__get__(value)
        except AttributeError:
            continue


def _may_have(value: object, name: str) -> bool:
    try:
        if name in object.__getattribute__(value, "__dict__"):
            return True
    except AttributeError:
        pass
    return _class_attribute(type(value), name) is not None


def _class_attribute(kind: type, name: str) -> object:
    return next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)


def _parts_of(kind: type) -> Callable[[object], list[object]]:
    """Give what gives all that instances of a type hold, in the same order for each."""
    if any("__dict__" in vars(base) for base in kind.__mro__):
        return lambda value: [part for item in _state(value) for part in item]
    getters = [slot.__get__ for _, slot in _slots(kind)]
    return lambda value: [get(value) for get in getters]


def _is_frozen(kind: type) -> bool:
    return bool(getattr(getattr(kind, "__dataclass_params__", None), "frozen", False))


def _wrapper(value: object) -> Parts | None:
    """Take apart what a library made of a function: a compiled or a memoised one, say."""
    # Most values have none; whether there is one is told faster than what there is.
    if not _may_have(value, "__wrapped__"):
        return None
    attributes = dict(_state(value))
    if "__wrapped__" not in attributes:
        return None
    return Parts("wrapper", (type(value), attributes["__wrapped__"]), opaque=Opaque.RUNTIME)


def _described(value: object) -> Parts | None:
    """Take apart what keeps memory addresses in its state, by what it was made from."""
    kind = type(value)
    names = _DESCRIBED_BY.get(f"{kind.__module__}:{kind.__qualname__}")
    if names is None:
        return None
    attributes = dict(_state(value))
    return Parts("described", (kind, *(attributes.get(name) for name in names)))


def _array(value: object) -> Parts | None:
    """Take a numpy array apart; numpy need not be imported for that."""
    kind = type(value)
    if kind.__module__ != "numpy" or kind.__name__ != "ndarray":
        return None
    array: ... = value
    label = f"ndarray {array.dtype.descr if array.dtype.names else array.dtype.str} {array.shape}"
    if array.dtype.hasobject:
        return Parts(label, (kind, array.tolist()))
    return Parts(f"{label} {hash_bytes(array.tobytes())}", (kind,))


def _reduced(value: object) -> Parts:
    kind = type(value)
    try:
        special = copyreg.dispatch_table.get(kind)
        reduced = special(value) if special else kind.__reduce_ex__(value, _PROTOCOL)
        if isinstance(reduced, str):
            return Parts(f"named {getattr(value, '__module__', '')}:{reduced}", (kind,))
        return Parts("reduced", tuple(_reduced_parts(reduced)))
    except Exception:  # noqa: BLE001 - other people's code; what can't be reduced is opaque
        return Parts(f"opaque {kind.__module__}:{kind.__qualname__}", opaque=Opaque.UNKNOWN)


def _reduced_parts(reduced: tuple[object, ...]) -> Iterator[object]:
    function, arguments, state, items, pairs, _ = (*reduced, *[None] * (_MOST_PARTS - len(reduced)))
    yield from (function, arguments, _sorted_state(state))
    yield None if items is None else list(items)  # pyright: ignore[reportArgumentType] - an iterator, says pickle's protocol
    yield None if pairs is None else list(pairs)  # pyright: ignore[reportArgumentType] - as above


def _sorted_state(state: object) -> object:
    """Forget the order in which attributes were set."""
    if type(state) is dict and all(type(name) is str for name in state):
        return dict(sorted(state.items()))
    return state
