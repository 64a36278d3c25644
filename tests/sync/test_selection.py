"""Which outputs a target means."""

from __future__ import annotations

import pytest

from pivot.errors import UsageError
from pivot.graph import build_graph
from pivot.registry import Registry
from pivot.sync.selection import select


def first(): ...


def second(): ...


@pytest.fixture
def graph():
    registry = Registry()
    registry.register(first, outs=["model.bin", "log.txt", "parts/"])
    registry.register(second, deps=["model.bin"], outs=["score.json"])
    return build_graph(registry.stages)


def means(selection):
    outs = {"first": ["model.bin", "log.txt", "parts/"], "second": ["score.json"]}
    return [path for name in selection.names for path in outs[name] if selection.means(name, path)]


@pytest.mark.parametrize(
    ("targets", "found"),
    [
        ((), ["model.bin", "log.txt", "parts/", "score.json"]),
        (("first",), ["model.bin", "log.txt", "parts/"]),
        (("model.bin",), ["model.bin"]),
        (("./log.txt", "score.json"), ["log.txt", "score.json"]),
        (("parts",), ["parts/"]),
        (("parts/3.txt",), ["parts/"]),
        (("*.txt",), ["log.txt"]),
        (("fir*",), ["model.bin", "log.txt", "parts/"]),
        (("first", "log.txt"), ["model.bin", "log.txt", "parts/"]),
    ],
)
def test_a_stage_means_all_its_outputs_and_a_path_just_one(graph, targets, found):
    assert means(select(graph, targets)) == found


@pytest.mark.parametrize(
    ("targets", "found"),
    [
        (("second",), ["model.bin", "log.txt", "parts/", "score.json"]),
        (("score.json",), ["score.json"]),
        (("score.json", "model.bin"), ["model.bin", "score.json"]),
    ],
)
def test_what_a_stage_needs_is_meant_too_if_asked_for(graph, targets, found):
    assert means(select(graph, targets, with_needs=True)) == found


def test_what_means_nothing_is_named_all_at_once(graph):
    with pytest.raises(UsageError, match=r"'frst'(.|\n)*'scores.json'"):
        select(graph, ["frst", "first", "scores.json"])
