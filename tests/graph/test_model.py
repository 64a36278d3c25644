"""The questions that a finished graph answers."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pivot.errors import Place
from pivot.graph import build_graph


def stage(name, deps=(), outs=()):
    return SimpleNamespace(
        name=name,
        deps=tuple(SimpleNamespace(path=path) for path in deps),
        outs=tuple(SimpleNamespace(path=path) for path in outs),
        defined=Place("pipeline.py", 1),
    )


@pytest.fixture(scope="module")
def graph():
    """clean -> (left, right) -> join, and lonely."""
    return build_graph(
        [
            stage("join", ["left.csv", "right/"], ["join.csv"]),
            stage("lonely", ["raw.csv"], ["lonely.csv"]),
            stage("right", ["clean.csv"], ["right/"]),
            stage("left", ["clean.csv"], ["left.csv"]),
            stage("clean", ["raw.csv"], ["clean.csv"]),
        ]
    )


def test_the_order_is_topological_and_otherwise_that_of_definition(graph):
    assert graph.order == ("lonely", "clean", "right", "left", "join")


def test_neighbours_come_in_the_order_of_the_graph(graph):
    assert graph.upstream["join"] == ("right", "left")
    assert graph.downstream["clean"] == ("right", "left")
    assert graph.downstream["join"] == ()


def test_edges_are_sorted_pairs(graph):
    assert graph.edges == (
        ("clean", "left"),
        ("clean", "right"),
        ("left", "join"),
        ("right", "join"),
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("join.csv", "join"),
        ("right", "right"),
        ("right/deep/x.csv", "right"),
        ("raw.csv", None),
    ],
)
def test_the_producer_of_a_path_is_the_stage_that_writes_it_or_what_holds_it(graph, path, name):
    assert graph.producer(path) == name


def test_the_closure_has_everything_upstream_in_order(graph):
    assert graph.closure(["left", "right"]) == ("clean", "right", "left")


def test_the_closure_of_nothing_is_empty(graph):
    assert graph.closure([]) == ()


def test_the_longest_path_counts_a_stage_and_the_slowest_chain_after_it(graph):
    lengths = graph.longest_path({"join": 5.0, "left": 2.0, "right": 0.5, "lonely": 0.25}, 1.0)
    assert lengths == {"join": 5.0, "left": 7.0, "right": 5.5, "clean": 8.0, "lonely": 0.25}


def test_the_graph_is_frozen(graph):
    with pytest.raises(AttributeError):
        graph.order = ()
