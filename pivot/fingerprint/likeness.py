"""Are two values alike, so that what is known of one holds for the other? It's told without hashes.

The *likeness* of a value is something hashable that it only shares with values that are the same in
every way that counts; None says that it can't be told so, or not quickly: the value is then to be
looked into. It can be told of plain values, of containers of these, and of things that have a name
of their own, which are the same only as themselves. Example: the likeness of `{"strict": False}`
is neither that of `{"strict": 0}` nor that of `{"strict": None}`.
Tests: tests/fingerprint/test_likeness.py.
"""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING

from pivot.fingerprint.digest import Opaque, Parts
from pivot.fingerprint.identity import identity_of

if TYPE_CHECKING:
    from collections.abc import Container, Hashable

#: Types whose equal values are the same in everything else.
FLAGS = frozenset({NoneType, bool, int, str})
_NUMBERS = frozenset({float, complex})
_ORDERED = frozenset({tuple, list})
#: What has more parts than this, or is nested more deeply, is looked into.
_MOST_PARTS = 24
_DEEPEST = 3


def likeness(value: object, named: Container[int], depth: int = 0) -> Hashable | None:
    """Give what only those values share that are alike in all; None if it can't be told so.

    `named` has the identities of the things with a name of their own, which stay for good.
    """
    kind = type(value)
    if kind is str:
        return value  # nothing else is a bare text here
    if kind in FLAGS:
        return kind, value
    if kind in _NUMBERS:
        return kind, repr(value)  # 0.0 equals -0.0
    if kind in _ORDERED:
        return _of_all(kind, value, named, depth)  # pyright: ignore[reportArgumentType] - it's one of these
    if kind is dict:
        items: ... = value
        if len(items) > _MOST_PARTS:
            return None
        return _of_all(kind, [part for item in items.items() for part in item], named, depth)
    if kind is Parts:
        return of_parts(value, named, depth)  # pyright: ignore[reportArgumentType] - as above
    identity = identity_of(value)
    return ("named", identity) if identity in named else None


def _of_all(
    kind: Hashable, values: tuple[object, ...] | list[object], named: Container[int], depth: int = 0
) -> Hashable | None:
    if len(values) > _MOST_PARTS or depth > _DEEPEST:
        return None
    found = [kind]
    for value in values:
        one = value if type(value) is str else likeness(value, named, depth + 1)
        if one is None:
            return None
        found.append(one)
    return tuple(found)


def of_parts(parts: Parts, named: Container[int], depth: int = 0) -> Hashable | None:
    """Give the likeness of a value that was taken apart already."""
    if not parts.ordered or parts.opaque is not Opaque.NO:
        return None
    nodes = tuple([node.identity for node in parts.nodes])
    return _of_all((Parts, parts.label, nodes), parts.children, named, depth)
