"""What does the code of a stage consist of, and who names whom in it? The answer, for a person.

A `Composition` is a manifest as a graph: it begins at what the stage was given (its function, the
class of its parameters, its loaders, more code), and at what only ran; it ends at libraries. Beside
it stand the facts of the last run that are no code. Tests: tests/engine/test_composition.py.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pivot.fingerprint import Symbol, Tree


@frozen
class Composition:
    """The code of a stage as a graph of symbols."""

    stage: str
    #: What the stage was given -> the keys of the symbols that it is.
    roots: Mapping[str, tuple[str, ...]]
    symbols: Mapping[str, Symbol]
    #: Key -> the keys that it leads to.
    edges: Mapping[str, tuple[str, ...]]
    #: The keys of symbols that can't be determined, or have another value at every import.
    unstable: frozenset[str]
    #: What else the last run depended on without declaring it: `file:limits.json` -> its content.
    facts: Mapping[str, str]

    @classmethod
    def of(
        cls, stage: str, tree: Tree, facts: Mapping[str, str], unstable: Iterable[str]
    ) -> Composition:
        """Put together what is known of a stage."""
        found = tree.manifest
        marked = frozenset((*found.unstable, *unstable))
        others = {key: text for key, text in facts.items() if key not in found.symbols}
        return cls(stage, tree.roots, found.symbols, tree.edges, marked, others)

    def to_json(self) -> dict[str, Any]:
        """Give the graph as JSON values: nodes, and edges from one key to another."""
        return {
            "stage": self.stage,
            "roots": {label: list(keys) for label, keys in self.roots.items()},
            "nodes": [
                {"key": key, **dataclasses.asdict(symbol), "unstable": key in self.unstable}
                for key, symbol in self.symbols.items()
            ],
            "edges": [[key, other] for key, others in self.edges.items() for other in others],
            "facts": dict(self.facts),
        }
