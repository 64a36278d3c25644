r"""A plan in the DOT language, which Graphviz draws.

Source of the notation: the Graphviz documentation, "DOT Language": an id in double quotes may hold
any sign if `"` is written `\"`; in labels `\` begins an escape. Example::

    digraph pivot {
        node [shape=box];
        "clean" [label="clean"];
        "train" [label="train"];
        "clean" -> "train";
    }

Tests: tests/exporters/test_dot.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pivot.interfaces import Plan

_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n"})


class DotExporter:
    """Writes a `digraph`."""

    def export(self, plan: Plan) -> str:
        """Give the graph: every stage in the plan's order, then every edge."""
        # Without a label of its own a node would show its id, where a doubled `\` stays doubled.
        nodes = [f"{_quoted(stage.name)} [label={_quoted(stage.name)}];" for stage in plan.stages]
        edges = [f"{_quoted(upstream)} -> {_quoted(reader)};" for upstream, reader in plan.edges]
        body = "".join(f"    {line}\n" for line in ["node [shape=box];", *nodes, *edges])
        return f"digraph pivot {{\n{body}}}\n"


def _quoted(name: str) -> str:
    return f'"{name.translate(_ESCAPES)}"'
