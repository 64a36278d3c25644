"""What does a stage's code consist of? The answer is a `Manifest`: an ordered map of symbols.

A *symbol* is one thing that the code can reach: a function, a class, a constant, a module, a
distribution. Its *key* is `kind:name`, its *hash* changes exactly when the thing does. A symbol is
*unstable* if what it is could not be determined; it counts as changed every time. A *tree* is a
manifest with who leads to whom. Example::

    {"dist:pandas": "2.2.3", "func:pipeline:train": "5995c853aa01bd21", "python:python": "3.13"}

Tests: tests/fingerprint/test_manifest.py.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.errors import Place


@frozen
class Symbol:
    """One thing that a stage's code reaches."""

    #: "func", "class", "const", "module", "value", "dist", "python"; "opaque", what a person gave a
    #: version; "source", a global of a module that is not imported yet; "setup", what importing a
    #: module does to others; "script", a file that another process runs; "ran", a piece of a file
    #: of which only running showed that it counts.
    kind: str
    #: In full: "module:qualname"; of a distribution its name, of a given value its label.
    name: str
    #: 16 hexadecimal digits; of "dist", "python" and "opaque" the version itself.
    hash: str
    #: Where a person finds it; never part of a hash.
    place: Place | None = None
    #: Of a constant: a short text of its value, at most 80 characters.
    shown: str | None = None

    @property
    def key(self) -> str:
        """What the symbol is called in a manifest and in a lock."""
        return f"{self.kind}:{self.name}"


@frozen
class Manifest:
    """All symbols that a stage's code reaches."""

    #: Sorted by key.
    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    #: The keys of the symbols that could not be determined, sorted: changed each time.
    unstable: tuple[str, ...] = ()

    def hashes(self) -> dict[str, str]:
        """Give key -> hash: what is put into the lock."""
        return {key: symbol.hash for key, symbol in self.symbols.items()}


@frozen
class Tree:
    """A manifest, and how its symbols are reached."""

    manifest: Manifest
    #: What was given -> the keys of the symbols that it is, or leads to.
    roots: Mapping[str, tuple[str, ...]]
    #: Key of a symbol -> those of the symbols that it leads to, sorted; for every symbol.
    edges: Mapping[str, tuple[str, ...]]
