"""What is a value, in 16 hexadecimal digits, the same in every process? The answer is a `Digest`.

A value is taken apart into a *label* and *children* (`Parts`); its hash is that of the label and of
the children's hashes, in order, or sorted for a set. The walk keeps its own stack, so a linked list
of any length will do; a value that contains itself is a reference to how far up it stands. Parts
may also name *nodes*, the code that belongs to a value, and say that something in it is *opaque*.
Example: `{1: f}` has the label `dict` and the children `1` and `f`; `f` has the label
`func:pipeline:f` and the node of that function. Tests: tests/fingerprint/test_digest.py.
"""

from __future__ import annotations

import enum
from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, NamedTuple

from pivot.fingerprint.identity import identity_of
from pivot.hashing import hash_text

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from pivot.fingerprint.nodes import Node

_SEPARATOR = "\x1e"
#: Of a thing with a name of its own: the hash of the name, its nodes, and itself, so that it stays.
type Name = tuple[str, tuple[Node, ...], object]


class Opaque(enum.IntEnum):
    """Whether a value could be looked into."""

    #: Wholly.
    NO = 0
    #: No, but there's nothing in it that a result could depend on: a lock, a logger.
    RUNTIME = 1
    #: No; the source that makes it must tell, and if there's none, nobody can.
    UNKNOWN = 2


class Parts(NamedTuple):
    """A value, taken apart by one level."""

    label: str
    children: tuple[object, ...] = ()
    ordered: bool = True
    nodes: tuple[Node, ...] = ()
    opaque: Opaque = Opaque.NO


class Digest(NamedTuple):
    """A value's hash, and what else it brings in."""

    hash: str
    nodes: tuple[Node, ...] = ()
    opaque: Opaque = Opaque.NO


#: Exact type -> value -> hash, of values that are leaves wherever they stand.
type Leaves = Mapping[type, dict[object, str]]

#: The number of leaves of one type that are remembered, and the length of the longest text.
_MOST_LEAVES = 4096
_LONGEST = 64


def new_leaves() -> Leaves:
    """Give an empty memory of leaves: names of attributes and the like come again and again.

    Numbers other than integers are no such leaves: 0.0 equals -0.0.
    """
    return {str: {}, int: {}, bool: {}, NoneType: {}}


class _Frame:
    """A value whose children are being digested."""

    __slots__ = ("hashes", "identity", "low", "number", "parts", "rest", "value")

    def __init__(self, value: object, identity: int, parts: Parts, number: int, place: int) -> None:
        self.value = value
        self.identity = identity
        self.parts = parts
        #: How many values were begun before it: its name for those that refer back to it.
        self.number = number
        self.hashes: list[str] = []
        #: The lowest place on the stack that something below refers back to.
        self.low = place
        #: The children that are still to come.
        self.rest = iter(parts.children)


def digest(
    parts: Parts,
    take_apart: Callable[[object], Parts],
    leaves: Leaves = MappingProxyType({}),
    named: Mapping[int, Name] = MappingProxyType({}),
) -> Digest:
    """Digest a value that is taken apart already; `take_apart` is asked for each one inside.

    Of the types in `leaves` the hashes are looked up there, and kept for other values; `named` has,
    by their identities, things that need not be taken apart, and may get more on the way.
    """
    if not parts.children:
        return Digest(hash_text(parts.label), parts.nodes, parts.opaque)
    return _Walk(take_apart, leaves, named).run(parts)


class _Walk:
    def __init__(
        self,
        take_apart: Callable[[object], Parts],
        leaves: Leaves,
        named: Mapping[int, Name],
    ) -> None:
        self.take_apart = take_apart
        self.leaves = leaves
        self.named = named
        self.stack: list[_Frame] = []
        self.places: dict[int, int] = {}
        #: Identity of a finished value -> its hash; the value is kept, or its identity is reused.
        self.done: dict[int, tuple[str, object]] = {}
        #: By their identities: to hash a node takes longer.
        self.nodes: dict[Hashable, Node] = {}
        self.opaque = Opaque.NO
        self.count = 0

    def run(self, parts: Parts) -> Digest:
        result = self.begin(self, identity_of(self), parts)
        stack = self.stack
        while stack:
            frame = stack[-1]
            # Goes on where it was left off when it comes back to a value.
            for child in frame.rest:
                found = self.hash(child)
                if not found:
                    break
                frame.hashes.append(found)
            else:
                result = self.finish()
                if stack:
                    stack[-1].hashes.append(result)
        return Digest(result, tuple(self.nodes.values()), self.opaque)

    def hash(self, value: object) -> str:
        """Give the hash of what is a leaf or is known; begin anything else and give ""."""
        leaves = self.leaves.get(type(value))
        if leaves is None:
            identity = identity_of(value)
            if identity in self.named:
                return self.by_name(identity)
            if identity in self.places:
                return self.back(self.places[identity])
            known = self.done.get(identity)
            if known:
                return known[0]
            parts = self.take_apart(value)
            # Taking it apart may just have given it a name.
            return (
                self.by_name(identity)
                if identity in self.named
                else self.begin(value, identity, parts)
            )
        found = leaves.get(value)
        if found is None:
            found = hash_text(self.take_apart(value).label)
            if len(leaves) < _MOST_LEAVES and (type(value) is not str or len(value) <= _LONGEST):
                leaves[value] = found
        return found

    def by_name(self, identity: int) -> str:
        """Give the hash of a thing with a name of its own."""
        known, nodes, _ = self.named[identity]
        for node in nodes:
            self.nodes.setdefault(node.identity, node)
        return known

    def begin(self, value: object, identity: int, parts: Parts) -> str:
        """Give the hash of a leaf; put anything else on the stack and give ""."""
        for node in parts.nodes:
            self.nodes.setdefault(node.identity, node)
        if parts.opaque is not Opaque.NO:
            self.opaque = max(self.opaque, parts.opaque)
        if not parts.children:
            return hash_text(parts.label)
        place = len(self.stack)
        self.places[identity] = place
        self.stack.append(_Frame(value, identity, parts, self.count, place))
        self.count += 1
        return ""

    def back(self, place: int) -> str:
        """Give the hash of what is being digested further up."""
        top = self.stack[-1]
        top.low = min(top.low, place)
        return hash_text(f"up {len(self.stack) - place}")

    def finish(self) -> str:
        frame = self.stack.pop()
        place = len(self.stack)
        del self.places[frame.identity]
        parts = frame.parts
        hashes = frame.hashes if parts.ordered else sorted(frame.hashes)
        result = hash_text(_SEPARATOR.join((parts.label, *hashes)))
        again = result
        if frame.low < place:
            # What refers to something above it can't be told by its own hash alone.
            again = hash_text(f"seen {frame.number}")
            self.stack[-1].low = min(self.stack[-1].low, frame.low)
        self.done[frame.identity] = (again, frame.value)
        return result
