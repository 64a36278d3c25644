"""Which code counts by a version that a person states, and not by what it is? Marked code.

`opaque(version="3")` marks a function, a class or any callable, and gives back that very object:
nothing is wrapped, so that a call costs what it did. Pivot doesn't follow what is marked: neither
its source nor what it names counts, only the version. Example::

    @pivot.opaque(version="3")
    def simulate(): ...

    solve = pivot.opaque(version="1.0")(library.solve)

Tests: tests/test_opacity.py, tests/fingerprint/test_opaque.py.
"""

from __future__ import annotations

import functools
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_ATTRIBUTE = "__pivot_opaque__"
#: What takes no attribute, by its identity; it is kept, so that nothing else gets this identity.
_MARKED: dict[int, tuple[object, str]] = {}


@frozen
class Marker:
    """Marks what it is called with."""

    version: str

    def __call__[T](self, value: T) -> T:
        """Mark a function, a class or another object, and give it back."""
        for one in _layers(value):
            try:
                # Wrappers copy the attributes of what they wrap, and are not marked by that.
                setattr(one, _ATTRIBUTE, (self.version, _name(one)))
            except (AttributeError, TypeError):
                _MARKED[id(one)] = one, self.version
        return value


def opaque(*, version: str) -> Marker:
    """Let code count by a version: `@pivot.opaque(version="3")`.

    Raise the version when the code's results change. Raises `TypeError` if it isn't a text.
    """
    if not isinstance(version, str):
        raise TypeError(f"the version of opaque code is a text, not {version!r}")
    return Marker(version)


def opaque_version(value: object) -> str | None:
    """Give the version that an object itself is marked with, None if it isn't."""
    found = _attributes(value).get(_ATTRIBUTE)
    if found is not None:
        version, name = found
        return version if name == _name(value) else None
    known = _MARKED.get(id(value)) if _MARKED else None
    return known[1] if known else None


def _layers(value: Any) -> Iterator[object]:
    """Give the functions in what Python puts around a method, or the value itself."""
    if isinstance(value, (staticmethod, classmethod)):
        yield value.__func__
    elif isinstance(value, property):
        yield from (one for one in (value.fget, value.fset, value.fdel) if one is not None)
    elif isinstance(value, functools.cached_property):
        yield value.func
    else:
        yield value


def _attributes(value: object) -> Any:
    # Past the object's own code, and past the classes that it is derived from.
    if type(value) is FunctionType:
        return value.__dict__
    if issubclass(type(value), type):
        return type.__getattribute__(value, "__dict__")  # pyright: ignore[reportArgumentType] - it's a class
    try:
        return object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}


def _name(value: Any) -> str:
    """Give what tells an object from one that got its attributes copied."""
    if issubclass(type(value), FunctionType):
        return value.__code__.co_qualname
    kind = type(value)
    return kind.__qualname__ if not issubclass(kind, type) else value.__qualname__
