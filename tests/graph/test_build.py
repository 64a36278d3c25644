"""What `build_graph` connects, and everything that it refuses."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pivot.errors import DefinitionErrors, Place
from pivot.graph import build_graph


@dataclass(frozen=True)
class File:
    path: str
    name: str = ""


@dataclass(frozen=True)
class Stage:
    name: str
    deps: tuple[File, ...]
    outs: tuple[File, ...]
    defined: Place


def stage(name, deps=(), outs=(), line=1):
    return Stage(
        name,
        tuple(File(path) for path in deps),
        tuple(File(path) for path in outs),
        Place("pipeline.py", line),
    )


def problems_of(*stages):
    with pytest.raises(DefinitionErrors) as caught:
        build_graph(stages)
    return [str(error) for error in caught.value.errors]


def test_a_dep_that_is_an_out_makes_an_edge():
    graph = build_graph([stage("train", ["clean.csv"]), stage("clean", outs=["clean.csv"])])
    assert graph.edges == (("clean", "train"),)
    assert graph.order == ("clean", "train")


@pytest.mark.parametrize(
    ("out", "dep"),
    [
        ("data", "data/"),
        ("data/", "data"),
        ("data/", "data/deep/x.csv"),
        ("data/x.csv", "data/"),
        ("data/deep/x.csv", "data"),
    ],
)
def test_directories_and_what_they_hold_are_connected_in_any_notation(out, dep):
    graph = build_graph([stage("write", outs=[out]), stage("read", [dep])])
    assert graph.edges == (("write", "read"),)


@pytest.mark.parametrize("dep", ["data.csv", "data-x/y.csv", "dat", "data0", "other/data/x.csv"])
def test_a_path_that_only_looks_alike_makes_no_edge(dep):
    assert build_graph([stage("write", outs=["data/x.csv"]), stage("read", [dep])]).edges == ()


def test_a_directory_dep_reads_from_every_stage_that_writes_into_it():
    graph = build_graph(
        [
            stage("all", ["data/"]),
            stage("a", outs=["data/a.csv", "data/a2.csv"]),
            stage("other", outs=["database"]),
            stage("b", outs=["data/sub/b.csv"]),
        ]
    )
    assert graph.upstream["all"] == ("a", "b")
    assert graph.downstream["a"] == ("all",)


def test_an_artifact_that_no_stage_writes_is_no_edge():
    graph = build_graph([stage("clean", ["raw.csv"])])
    assert graph.upstream == {"clean": ()}


def test_a_pipeline_without_stages_is_an_empty_graph():
    assert build_graph([]).order == ()


def test_two_stages_with_one_output_are_both_named_with_their_lines():
    [problem] = problems_of(
        stage("one", outs=["model.pkl"], line=3), stage("two", outs=["model.pkl"], line=8)
    )
    assert problem.startswith("pipeline.py:8: two stages write 'model.pkl'")
    assert "'one' (pipeline.py:3)" in problem
    assert "'two' (pipeline.py:8)" in problem


def test_one_output_in_two_notations_is_still_one_output():
    [problem] = problems_of(stage("one", outs=["models/"]), stage("two", outs=["models"]))
    assert "two stages write 'models'" in problem


def test_a_stage_that_lists_an_output_twice_is_told_so():
    [problem] = problems_of(stage("one", outs=["x.csv", "x.csv"]))
    assert "'one' lists the output 'x.csv' twice" in problem


def test_overlapping_outputs_name_both_paths_and_stages():
    [problem] = problems_of(
        stage("folder", outs=["data/"], line=2), stage("file", outs=["data/in/x.csv"], line=9)
    )
    assert "'data/in/x.csv' of 'file' (pipeline.py:9) lies inside" in problem
    assert "'data/' of 'folder' (pipeline.py:2)" in problem


@pytest.mark.parametrize(
    ("dep", "out", "said"),
    [
        ("x.csv", "x.csv", "reads 'x.csv' and writes it too"),
        ("data", "data/", "reads 'data' and writes it too"),
        ("data/", "data/x.csv", "reads 'data/' and writes 'data/x.csv', which is in it"),
        ("data/x.csv", "data/", "reads 'data/x.csv' and writes 'data/', which holds it"),
    ],
)
def test_a_stage_that_reads_what_it_writes_is_told_so(dep, out, said):
    [problem] = problems_of(stage("loop", [dep], [out]))
    assert f"'loop' {said}" in problem


def test_a_cycle_is_printed_as_a_path_with_the_artifacts_that_link_it():
    [problem] = problems_of(
        stage("a", ["z"], ["x"], line=1), stage("b", ["x"], ["y/"]), stage("c", ["y/1"], ["z"])
    )
    assert problem.startswith("pipeline.py:1: the stages wait for each other: a -> b -> c -> a\n")
    assert "'b' reads 'x', which 'a' writes" in problem
    assert "'c' reads 'y/', which 'b' writes" in problem
    assert "'a' reads 'z', which 'c' writes" in problem


def test_two_stages_of_one_name_are_refused():
    [problem] = problems_of(stage("same", line=1), stage("same", line=5))
    assert problem.startswith("pipeline.py:5: two stages are called 'same'")
    assert "pipeline.py:1" in problem


def test_all_problems_are_reported_at_once_in_the_order_of_definition():
    problems = problems_of(
        stage("a", ["b.out"], ["a.out"], line=1),
        stage("b", ["a.out"], ["b.out"], line=2),
        stage("c", outs=["a.out"], line=3),
        stage("d", ["d.out"], ["d.out"], line=4),
        stage("e", outs=["deep/"], line=5),
        stage("f", outs=["deep/x"], line=6),
        stage("a", line=7),
    )
    lines = [int(problem.split(":")[1]) for problem in problems]
    assert lines == [1, 3, 4, 6, 7]


class CountingFile:
    """An artifact that counts how often anybody asks for its path."""

    asked = 0

    def __init__(self, path):
        self._path = path

    @property
    def path(self):
        CountingFile.asked += 1
        return self._path


def test_ten_thousand_stages_in_a_chain_need_no_pairwise_comparison_and_no_recursion():
    count = 10_000
    stages = [
        Stage(
            f"s{n}",
            (CountingFile(f"d{n - 1}/x"),) if n else (),
            (CountingFile(f"d{n}"),),
            Place("pipeline.py", n),
        )
        for n in reversed(range(count))
    ]
    graph = build_graph(stages)
    assert graph.order == tuple(f"s{n}" for n in range(count))
    assert len(graph.closure([f"s{count - 1}"])) == count
    assert graph.longest_path({})["s0"] == count
    assert CountingFile.asked <= 5 * count
