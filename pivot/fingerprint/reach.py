"""What do some nodes lead to, and what do those lead to? The answer is a set of `Reached`.

Each node's entry is made once, whatever the number of stages that reach it; from then on the walk
is a matter of sets: a step of it is the union of what the last step's nodes lead to. Example::

    manifest_of(reach.all([node]))

Tests: tests/fingerprint/test_fingerprinter.py.
"""

from __future__ import annotations

import dataclasses
import operator
from typing import TYPE_CHECKING

from pivot.fingerprint.manifest import Manifest
from pivot.hashing import hash_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable

    from pivot.fingerprint.manifest import Symbol
    from pivot.fingerprint.nodes import Node
    from pivot.fingerprint.symbols import Entry

_FIRST = operator.itemgetter(0)


class Reached:
    """A node that some stage reaches."""

    __slots__ = ("entry", "key", "next", "node", "symbol", "unstable")

    def __init__(self, node: Node, entry: Entry) -> None:
        #: Kept, so that nothing else takes its identity.
        self.node = node
        self.entry = entry
        self.symbol = entry.symbol
        #: That of the symbol, "" if there is none.
        self.key = entry.symbol.key if entry.symbol else ""
        self.unstable = entry.unstable
        #: What its nodes stand for, once it's known.
        self.next: frozenset[Reached] | None = None


class Reach:
    """All nodes that were reached so far."""

    def __init__(self, make_entry: Callable[[Node], Entry]) -> None:
        self._make_entry = make_entry
        #: Identity of a node -> what came of it. Nodes are no keys: their hashes take longer.
        self._known: dict[tuple[Hashable, ...], Reached] = {}

    @property
    def known(self) -> Collection[Reached]:
        """All that was ever reached."""
        return self._known.values()

    def one(self, node: Node) -> Reached:
        """Give what came of a node."""
        found = self._known.get(node.identity)
        if found is None:
            found = self._known[node.identity] = Reached(node, self._make_entry(node))
        return found

    def all(self, roots: Iterable[Node]) -> set[Reached]:
        """Give what the roots lead to in any number of steps, themselves included."""
        fresh = set(map(self.one, roots))
        found = set(fresh)
        while fresh:
            fresh = self.next_to(fresh) - found
            found |= fresh
        return found

    def next_to(self, reached: Iterable[Reached]) -> set[Reached]:
        """Give what nodes lead to in one step."""
        # A call for each would take longer than all the rest of the walk.
        steps = [one.next if one.next is not None else self._step(one) for one in reached]
        return set[Reached]().union(*steps)

    def leads(self, reached: Iterable[Reached], to: Reached) -> bool:
        """Say whether some nodes lead to another in one step."""
        for one in reached:  # noqa: SIM110 - `any` would make a call of each
            if to in (one.next or self._step(one)):
                return True
        return False

    def _step(self, one: Reached) -> frozenset[Reached]:
        known = self._known
        one.next = frozenset(
            [known.get(node.identity) or self.one(node) for node in one.entry.nodes]
        )
        return one.next


def manifest_of(reached: Collection[Reached], more: Iterable[Symbol] = ()) -> Manifest:
    """Give the manifest of what was reached, and of some more symbols."""
    named = [(one.key, one.symbol) for one in reached if one.symbol]
    named += [(symbol.key, symbol) for symbol in more]
    named.sort(key=_FIRST)
    symbols = dict(named)
    if len(symbols) < len(named):
        several: dict[str, list[Symbol]] = {}
        for key, symbol in named:
            several.setdefault(key, []).append(symbol)
        symbols = {key: _merged(found) for key, found in several.items()}
    unstable = {one.key for one in reached if one.unstable}
    return Manifest(symbols, tuple(sorted(unstable)))


def _merged(symbols: list[Symbol]) -> Symbol:
    """Make one symbol of several with one key: different code can have one name."""
    if len(symbols) == 1:
        return symbols[0]
    first = min(symbols, key=lambda symbol: (symbol.hash, str(symbol.place)))
    hashes = sorted({symbol.hash for symbol in symbols})
    if len(hashes) == 1:
        return first
    return dataclasses.replace(first, hash=hash_text(" ".join(hashes)))
