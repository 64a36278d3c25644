"""What the code of a stage consists of, as an indented tree: below each symbol those that it names.

A symbol that several name is drawn in full below the first of them. Example::

    train
    ├── stage: func:pipeline:train  5995c853  pipeline.py:12
    │   ├── const:pipeline:RATE  24b3c7c8  pipeline.py:3  = 0.5
    │   └── dist:numpy  2.4.1
    └── python:python  3.13

Tests: tests/cli/test_composing.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pivot.cli.tree import below
from pivot.cli.wording import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.api import Composition

#: Kinds of symbols that lead nowhere: they come last.
_LEAVES = ("dist", "python")


def composition_lines(found: Composition, *, boxes: bool = True) -> Iterator[str]:
    """Give the lines of the tree, drawn with box characters or with ASCII."""
    titles = dict(_titles(found))
    links = {key: _ordered(keys) for key, keys in found.edges.items()}
    links |= {fact: [] for fact in found.facts}
    # Roots and facts are drawn as children of the stage; a space is in no key.
    top = f" {found.stage}"
    links[top] = []
    for label, keys in found.roots.items():
        start = keys[0] if len(keys) == 1 else f" {label}"
        if start not in links:
            links[start] = _ordered(keys)
        if start not in links[top]:
            links[top].append(start)
    links[top] += found.facts
    yield click.style(found.stage, bold=True)
    yield from below(top, links, set(), boxes=boxes, shown=lambda key: titles.get(key, key.strip()))


def _ordered(keys: tuple[str, ...]) -> list[str]:
    return sorted(keys, key=lambda key: (key.partition(":")[0] in _LEAVES, key))


def _titles(found: Composition) -> Iterator[tuple[str, str]]:
    labels = {keys[0]: label for label, keys in found.roots.items() if len(keys) == 1}
    for key, symbol in found.symbols.items():
        label = labels.get(key, key)
        # What was given as a value is called by its label anyway.
        title = key if key.endswith(label) else f"{label}: {key}"
        details = [title, click.style(short(symbol.hash), dim=True)]
        if key in found.unstable:
            details.append(click.style("unstable", fg="yellow"))
        if symbol.place is not None:
            details.append(str(symbol.place))
        if symbol.shown is not None:
            details.append(f"= {symbol.shown}")
        yield key, "  ".join(details)
    for fact, text in found.facts.items():
        yield fact, f"{fact}  {click.style(short(text), dim=True)}"
