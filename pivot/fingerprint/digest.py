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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pivot.hashing import hash_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.fingerprint.nodes import Node

_SEPARATOR = "\x1e"


class Opaque(enum.IntEnum):
    """Whether a value could be looked into."""

    #: Wholly.
    NO = 0
    #: No, but there's nothing in it that a result could depend on: a lock, a logger.
    RUNTIME = 1
    #: No; the source that makes it must tell, and if there's none, nobody can.
    UNKNOWN = 2


@dataclass(frozen=True, slots=True)
class Parts:
    """A value, taken apart by one level."""

    label: str
    children: tuple[object, ...] = ()
    ordered: bool = True
    nodes: tuple[Node, ...] = ()
    opaque: Opaque = Opaque.NO


@dataclass(frozen=True, slots=True)
class Digest:
    """A value's hash, and what else it brings in."""

    hash: str
    nodes: tuple[Node, ...] = ()
    opaque: Opaque = Opaque.NO


@dataclass(slots=True, eq=False)
class _Frame:
    """A value whose children are being digested."""

    value: object
    parts: Parts
    #: How many values were begun before it: its name for those that refer back to it.
    number: int
    hashes: list[str] = field(default_factory=list)
    #: The lowest place on the stack that something below refers back to.
    low: int = 0


def digest(parts: Parts, take_apart: Callable[[object], Parts]) -> Digest:
    """Digest a value that is taken apart already; `take_apart` is asked for each one inside."""
    return _Walk(take_apart).run(parts)


class _Walk:
    def __init__(self, take_apart: Callable[[object], Parts]) -> None:
        self.take_apart = take_apart
        self.stack: list[_Frame] = []
        self.places: dict[int, int] = {}
        #: Identity of a finished value -> its hash; the value is kept, or its identity is reused.
        self.done: dict[int, tuple[str, object]] = {}
        self.nodes: dict[Node, None] = {}
        self.opaque = Opaque.NO
        self.count = 0

    def run(self, parts: Parts) -> Digest:
        result = self.begin(self, parts)
        while self.stack:
            frame = self.stack[-1]
            if len(frame.hashes) == len(frame.parts.children):
                result = self.finish()
                if self.stack:
                    self.stack[-1].hashes.append(result)
            else:
                child = frame.parts.children[len(frame.hashes)]
                known = self.known(child) or self.begin(child, self.take_apart(child))
                if known:
                    frame.hashes.append(known)
        return Digest(result, tuple(self.nodes), self.opaque)

    def begin(self, value: object, parts: Parts) -> str:
        """Give the hash of a leaf; put anything else on the stack and give ""."""
        self.nodes.update(dict.fromkeys(parts.nodes))
        self.opaque = max(self.opaque, parts.opaque)
        if not parts.children:
            return hash_text(parts.label)
        self.places[id(value)] = len(self.stack)
        frame = _Frame(value, parts, self.count, low=len(self.stack))
        self.count += 1
        self.stack.append(frame)
        return ""

    def known(self, value: object) -> str:
        place = self.places.get(id(value))
        if place is not None:
            top = self.stack[-1]
            top.low = min(top.low, place)
            return hash_text(f"up {len(self.stack) - place}")
        return self.done.get(id(value), ("",))[0]

    def finish(self) -> str:
        frame = self.stack.pop()
        place = len(self.stack)
        del self.places[id(frame.value)]
        parts = frame.parts
        hashes = frame.hashes if parts.ordered else sorted(frame.hashes)
        result = hash_text(_SEPARATOR.join((parts.label, *hashes)))
        again = result
        if frame.low < place:
            # What refers to something above it can't be told by its own hash alone.
            again = hash_text(f"seen {frame.number}")
            self.stack[-1].low = min(self.stack[-1].low, frame.low)
        self.done[id(frame.value)] = (again, frame.value)
        return result
