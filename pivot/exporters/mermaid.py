"""A plan as a Mermaid flowchart, which GitHub and many editors draw.

Source of the notation: the Mermaid documentation, "Flowcharts - Basic Syntax"; special signs are
written as entities (`#quot;`). Example::

    flowchart TD
        s_clean["clean"]
        s_train["train"]
        s_clean --> s_train

Tests: tests/exporters/test_mermaid.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pivot.interfaces import Plan

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
# Quotes end a label, `#` begins an entity, a backquote turns Markdown on, `<` and `&` are HTML.
_ENTITIES = str.maketrans(
    {'"': "#quot;", "#": "#35;", "`": "#96;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "\n": " "}
)


class MermaidExporter:
    """Writes `flowchart TD`: stages from top to bottom."""

    def export(self, plan: Plan) -> str:
        """Give the diagram: every stage in the plan's order, then every edge."""
        ids = _ids(stage.name for stage in plan.stages)
        nodes = [f'{key}["{name.translate(_ENTITIES)}"]' for name, key in ids.items()]
        edges = [f"{ids[upstream]} --> {ids[downstream]}" for upstream, downstream in plan.edges]
        return "".join(f"{line}\n" for line in ["flowchart TD", *_indented([*nodes, *edges])])


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _ids(names: Iterable[str]) -> dict[str, str]:
    """Give each name an id of letters, digits and `_` that is like it, and like no other's."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        # A prefix keeps clear of the words of the notation, such as `end`.
        stem = f"s_{_UNSAFE.sub('_', name)}"
        candidate, count = stem, 1
        while candidate in taken:
            count += 1
            candidate = f"{stem}_{count}"
        taken.add(candidate)
        ids[name] = candidate
    return ids
