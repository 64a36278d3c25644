"""What is in a value of Python's own plain types? It is taken apart without asking the value.

Numbers, texts and flat containers of them are leaves; containers have their items as children.
Paths and texts that begin with the project's root are taken relative to it, so that a project can
be moved. Example: `[1, 2.0]` is the leaf `list [1, 2.0]`. Tests: tests/fingerprint/test_plain.py.
"""

from __future__ import annotations

import re
import reprlib
from pathlib import PurePath
from types import EllipsisType, MappingProxyType, NoneType, NotImplementedType
from typing import TYPE_CHECKING, override

from pivot.fingerprint.digest import Parts
from pivot.fingerprint.kinds import is_a
from pivot.fingerprint.syntax import scalar_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SCALARS = frozenset(
    {NoneType, bool, int, float, complex, str, bytes, EllipsisType, NotImplementedType, range}
)
_CONTAINERS = frozenset({dict, MappingProxyType, list, tuple, set, frozenset, bytearray})
_SHOWN_LENGTH = 80
#: The text of these is never longer, nor that of a text of which each character is escaped.
_SHORT_SCALARS = frozenset({NoneType, bool, float})
_SHORT_TEXT = (_SHOWN_LENGTH - 2) // len(r"\U0010ffff")


class Plain:
    """Takes plain values apart, given the names that the project's root goes by."""

    def __init__(self, roots: Iterable[str]) -> None:
        known = sorted({root for root in roots if len(root) > 1})
        self._escaped_roots = [ascii(root)[1:-1] for root in known]
        # The root itself, or what lies below it: not /project2 for /project.
        self._root = re.compile(rf"(?:{'|'.join(map(re.escape, known))})(?![\w.-])")

    def take_apart(self, value: object) -> Parts | None:
        """Give the parts of a value of exactly a plain type, else None."""
        kind = type(value)
        if kind is str:
            return Parts(self._text(str(value)))
        if kind in _SCALARS:
            return Parts(f"{kind.__name__} {scalar_text(value)}")
        if kind in _CONTAINERS:
            return self._container(value)
        if is_a(value, PurePath) and kind.__module__.startswith("pathlib"):
            return Parts(f"path {self._text(str(value))}")
        return None

    def _text(self, text: str) -> str:
        parts = self._root.split(text) if self._escaped_roots else [text]
        return f"str {text!a}" if len(parts) == 1 else f"rooted {parts!a}"

    def _container(self, value: object) -> Parts:
        name = type(value).__name__
        match value:
            case dict() | MappingProxyType():
                return Parts(name, tuple(part for item in value.items() for part in item))
            case set() | frozenset():
                return Parts(name, tuple(value), ordered=False)
            case list() | tuple() if _SCALARS.issuperset(map(type, value)):
                text = scalar_text(value)
                rooted = any(root in text for root in self._escaped_roots)
                return Parts(name, tuple(value)) if rooted else Parts(f"{name} {text}")
            case list() | tuple():
                return Parts(name, tuple(value))
            case _:
                return Parts(f"{name} {value!r}")


def plain_content(value: object) -> object:
    """Give what an instance of a subclass of a plain type holds as such, None if it isn't one.

    Containers are taken apart, all others copied, through the methods of the plain type: those of
    the subclass are other people's code.
    """
    for base, content in _CONTENTS.items():
        if is_a(value, base):
            return content(value)
    return None


_CONTENTS: dict[type, Callable[..., object]] = {
    dict: lambda value: Parts("dict", tuple(part for one in dict.items(value) for part in one)),
    list: lambda value: Parts("list", tuple(list.__iter__(value))),
    tuple: lambda value: Parts("tuple", tuple(tuple.__iter__(value))),
    set: lambda value: Parts("set", tuple(set.__iter__(value)), ordered=False),
    frozenset: lambda value: Parts("set", tuple(frozenset.__iter__(value)), ordered=False),
    bytearray: lambda value: bytearray.__getitem__(value, slice(None)),
    str: str.__str__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    int: int.__int__,
    float: float.__float__,
    complex: complex.__complex__,
}


def shown(value: object) -> str | None:
    """Give a short text for a plain value; nobody else's `__repr__` is called."""
    kind = type(value)
    if kind in _SHORT_SCALARS or (kind is str and len(str(value)) <= _SHORT_TEXT):
        return repr(value)
    if kind not in _SCALARS and not (kind in _CONTAINERS and _is_flat(value)):
        return None
    try:
        text = _SHORT.repr(value)
    except ValueError:
        # An integer with more digits than Python will turn into decimal.
        return None
    return text if len(text) <= _SHOWN_LENGTH else f"{text[: _SHOWN_LENGTH - 3]}..."


def _is_flat(value: object) -> bool:
    match value:
        case dict() | MappingProxyType():
            return _SCALARS.issuperset(map(type, [*value.keys(), *value.values()]))
        case list() | tuple() | set() | frozenset():
            return _SCALARS.issuperset(map(type, value))
        case _:
            return True


class _Short(reprlib.Repr):
    @override
    def repr_int(self, x: int, level: int) -> str:
        # Raises ValueError for what is too long; from Python 3.14 on, others would say its address.
        repr(x)
        return super().repr_int(x, level)


_SHORT = _Short(maxstring=_SHOWN_LENGTH, maxother=_SHOWN_LENGTH, maxlong=_SHOWN_LENGTH)
