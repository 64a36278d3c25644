"""Where boxes go."""

from __future__ import annotations

from pivot.cli.layered import layered


def test_each_is_right_of_all_that_lead_to_it():
    edges = {"a": ["b", "d"], "b": ["c"], "c": ["d"], "d": [], "e": ["d"]}
    cells = layered(edges)
    assert all(cells[a][0] < cells[b][0] for a, found in edges.items() for b in found)
    assert cells["d"][0] == 3


def test_no_two_are_in_one_place():
    edges = {f"a{n}": [f"b{n}"] for n in range(5)} | {f"b{n}": [] for n in range(5)}
    cells = layered(edges)
    assert len(set(cells.values())) == 10


def test_edges_that_need_not_cross_do_not():
    edges = {"a": ["y"], "b": ["x"], "x": [], "y": []}
    cells = layered(edges)
    assert (cells["a"][1] < cells["b"][1]) == (cells["y"][1] < cells["x"][1])


def test_a_long_chain():
    names = [str(n) for n in range(5000)]
    edges = {name: [names[n + 1]] if n + 1 < len(names) else [] for n, name in enumerate(names)}
    assert layered(edges)["4999"] == (4999, 0)
