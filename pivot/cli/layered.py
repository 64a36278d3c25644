"""Where the boxes of a directed graph go on a page: in columns, each right of those it leads from.

Example: `layered({"a": ["b"], "b": []})` puts `a` at (0, 0) and `b` at (1, 0).
Tests: tests/cli/test_layered.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SWEEPS = 4


def layered(edges: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, int]]:
    """Give column and row of each node of an acyclic graph; `edges` has all nodes as keys.

    Rows are ordered by the mean of the neighbours' rows, so that few edges cross.
    """
    sources: dict[str, list[str]] = {node: [] for node in edges}
    for node, targets in edges.items():
        for target in targets:
            sources[target].append(node)
    columns = _columns(edges, sources)
    layers: dict[int, list[str]] = {}
    for node, column in columns.items():
        layers.setdefault(column, []).append(node)
    rows = {node: row for layer in layers.values() for row, node in enumerate(layer)}
    for sweep in range(_SWEEPS):
        order = sorted(layers, reverse=bool(sweep % 2))
        near = edges if sweep % 2 else sources
        for column in order:
            _reorder(layers[column], near, rows)
    return {node: (columns[node], rows[node]) for node in edges}


def _columns(
    edges: Mapping[str, Sequence[str]], sources: Mapping[str, list[str]]
) -> dict[str, int]:
    """Give each node the length of the longest way that leads to it."""
    missing = {node: len(set(found)) for node, found in sources.items()}
    columns = {node: 0 for node, number in missing.items() if not number}
    waiting = list(columns)
    while waiting:
        node = waiting.pop()
        for target in dict.fromkeys(edges[node]):
            columns[target] = max(columns.get(target, 0), columns[node] + 1)
            missing[target] -= 1
            if not missing[target]:
                waiting.append(target)
    return columns


def _reorder(layer: list[str], near: Mapping[str, Sequence[str]], rows: dict[str, int]) -> None:
    def middle(node: str) -> float:
        found = [rows[other] for other in near[node]]
        return sum(found) / len(found) if found else rows[node]

    layer.sort(key=middle)
    rows.update({node: row for row, node in enumerate(layer)})
