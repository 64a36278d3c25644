"""What is in a value of Python's own plain types? It is taken apart without asking the value.

Numbers, texts and flat containers of them are leaves; containers have their items as children.
Paths and texts that begin with the project's root are taken relative to it, so that a project can
be moved. Example: `[1, 2.0]` is the leaf `list [1, 2.0]`. Tests: tests/fingerprint/test_plain.py.
"""

from __future__ import annotations

import os
import reprlib
from pathlib import PurePath
from types import EllipsisType, MappingProxyType, NoneType, NotImplementedType
from typing import TYPE_CHECKING

from pivot.fingerprint.digest import Parts
from pivot.fingerprint.syntax import scalar_text

if TYPE_CHECKING:
    from collections.abc import Callable

_SCALARS = frozenset(
    {NoneType, bool, int, float, complex, str, bytes, EllipsisType, NotImplementedType, range}
)
_CONTAINERS = (dict, list, tuple, set, frozenset, bytearray)
_BASES = (*_CONTAINERS, str, bytes, int, float, complex)
_SHOWN_LENGTH = 80


class Plain:
    """Takes plain values apart."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._escaped_root = ascii(root)[1:-1]

    def take_apart(self, value: object) -> Parts | None:
        """Give the parts of a value of exactly a plain type, else None."""
        kind = type(value)
        if kind in _SCALARS:
            return Parts(
                self._text(value) if kind is str else f"{kind.__name__} {scalar_text(value)}"
            )
        handler = _HANDLERS.get(kind)
        if handler is not None:
            return handler(self, value)
        return self._path(value) if isinstance(value, PurePath) else None

    def _text(self, value: object) -> str:
        text = str(value)
        if text.startswith(self.root) and text[len(self.root) :][:1] in {"", os.sep}:
            return f"rooted {text[len(self.root) :]!a}"
        return f"str {text!a}"

    def _sequence(self, value: list[object] | tuple[object, ...]) -> Parts:
        name = type(value).__name__
        if _SCALARS.issuperset(map(type, value)):
            text = scalar_text(value)
            if self._escaped_root not in text:
                return Parts(f"{name} {text}")
        return Parts(name, tuple(value))

    def _set(self, value: set[object] | frozenset[object]) -> Parts:
        return Parts(type(value).__name__, tuple(value), ordered=False)

    def _mapping(self, value: dict[object, object] | MappingProxyType[object, object]) -> Parts:
        items = tuple(part for item in value.items() for part in item)
        return Parts(type(value).__name__, items)

    def _bytes(self, value: bytearray) -> Parts:
        return Parts(f"bytearray {bytes(value)!r}")

    def _path(self, value: PurePath) -> Parts | None:
        if not type(value).__module__.startswith("pathlib"):
            return None
        return Parts(f"path {self._text(str(value))}")


_HANDLERS: dict[type, Callable[..., Parts]] = {
    list: Plain._sequence,
    tuple: Plain._sequence,
    set: Plain._set,
    frozenset: Plain._set,
    dict: Plain._mapping,
    MappingProxyType: Plain._mapping,
    bytearray: Plain._bytes,
}


def plain_content(value: object) -> object:
    """Give what an instance of a subclass of a plain type holds as such, None if it isn't one."""
    for base in _BASES:
        if isinstance(value, base):
            # Through the base's own methods: those of the subclass are other people's code.
            return _COPIES[base](value)
    return None


_COPIES: dict[type, Callable[..., object]] = {
    dict: lambda value: dict(dict.items(value)),
    list: lambda value: list(list.__iter__(value)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
    set: lambda value: set(set.__iter__(value)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
    bytearray: lambda value: bytes(value),
    str: str.__str__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    int: int.__int__,
    float: float.__float__,
    complex: complex.__complex__,
}


def shown(value: object) -> str | None:
    """Give a short text for a plain value; nobody else's `__repr__` is called."""
    kind = type(value)
    if kind is dict:
        flat = _SCALARS.issuperset(map(type, [*value.keys(), *value.values()]))  # pyright: ignore[reportAttributeAccessIssue] - `kind` is its exact type
    else:
        flat = kind in _CONTAINERS and _SCALARS.issuperset(map(type, value))  # pyright: ignore[reportArgumentType, reportCallIssue] - as above
    if kind not in _SCALARS and not flat:
        return None
    text = _SHORT.repr(value)
    return text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 3] + "..."


_SHORT = reprlib.Repr(maxstring=_SHOWN_LENGTH, maxother=_SHOWN_LENGTH, maxlong=_SHOWN_LENGTH)
