"""Who feeds whom: the stages' order, the outputs' producers, and what is wrong between stages.

An *edge* leads from the stage that writes an artifact to one that reads it: the dep's path is the
out's path, lies inside an out that is a directory, or is a directory that holds outs. A trailing
`/` is only notation. Nothing here touches a file. Example::

    graph = build_graph(stages)
    graph.order                           # ('clean', 'train', 'report')
    graph.closure(graph.select(["models/model.pkl"]))  # ('clean', 'train')

`ownership` answers which stage writes a path, `build` finds edges and problems, `ordering` sorts
and finds cycles, `model` is the result, `targets` understands what a user typed.
Tests: tests/graph/.
"""

from pivot.graph.build import build_graph
from pivot.graph.model import Graph
from pivot.graph.node import Artifact, Node

__all__ = ["Artifact", "Graph", "Node", "build_graph"]
