"""A pipeline as an indented tree: below each stage the stages that read its outputs.

A stage that reads from several is drawn in full below the first of them, and named below the
others, so that the text grows with the number of edges. Example::

    clean
    ├── train
    │   └── evaluate
    └── evaluate (above)

Tests: tests/cli/test_tree.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pivot.interfaces import Plan

#: For a branch with others below it and for the last one: the stem, and what is below the stem.
_BOXES = (("├── ", "│   "), ("└── ", "    "))
_ASCII = (("|-- ", "|   "), ("`-- ", "    "))


def tree(plan: Plan, *, boxes: bool = True) -> Iterator[str]:
    """Give the lines of the tree, drawn with box characters or with ASCII."""
    readers: dict[str, list[str]] = {stage.name: [] for stage in plan.stages}
    fed: set[str] = set()
    for maker, reader in plan.edges:
        readers[maker].append(reader)
        fed.add(reader)
    order = {stage.name: rank for rank, stage in enumerate(plan.stages)}
    for names in readers.values():
        names.sort(key=order.__getitem__)
    drawn: set[str] = set()
    for stage in plan.stages:
        if stage.name not in fed:
            yield stage.name
            yield from below(stage.name, readers, drawn, boxes=boxes)


def below(
    top: str,
    readers: Mapping[str, Sequence[str]],
    drawn: set[str],
    *,
    boxes: bool,
    shown: Callable[[str], str] = str,
) -> Iterator[str]:
    """Give the lines below one that is drawn, and add to `drawn` what they show in full."""
    signs = _BOXES if boxes else _ASCII
    # A stack of our own: a chain of stages may be longer than Python's.
    stack = [(iter(_with_last(readers[top])), "")]
    while stack:
        branches, indent = stack[-1]
        branch = next(branches, None)
        if branch is None:
            stack.pop()
            continue
        name, last = branch
        stem, inner = signs[last]
        again = name in drawn and bool(readers[name])
        yield f"{indent}{stem}{shown(name)}{' (above)' if again else ''}"
        if name not in drawn:
            drawn.add(name)
            stack.append((iter(_with_last(readers[name])), indent + inner))


def _with_last(names: Sequence[str]) -> list[tuple[str, bool]]:
    return [(name, number == len(names)) for number, name in enumerate(names, 1)]
