"""What a user's target means."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pivot.errors import Place, UsageError
from pivot.graph import build_graph


def stage(name, *outs):
    return SimpleNamespace(
        name=name,
        deps=(),
        outs=tuple(SimpleNamespace(path=path) for path in outs),
        defined=Place("pipeline.py", 1),
    )


@pytest.fixture(scope="module")
def graph():
    return build_graph(
        [
            stage("train_a", "models/a.pkl"),
            stage("train_b", "models/b.pkl"),
            stage("clean[x]", "clean/"),
            stage("report", "report.html"),
        ]
    )


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        (["report"], ("report",)),
        (["report", "train_a", "report"], ("train_a", "report")),
        (["train*"], ("train_a", "train_b")),
        (["train_?", "report"], ("train_a", "train_b", "report")),
        (["clean[x]"], ("clean[x]",)),
        (["models/b.pkl"], ("train_b",)),
        (["./models/b.pkl"], ("train_b",)),
        (["models/"], ("train_a", "train_b")),
        (["clean/deep/1.csv"], ("clean[x]",)),
        (["models/*.pkl"], ("train_a", "train_b")),
    ],
)
def test_names_globs_and_outputs_select_stages_in_order(graph, targets, names):
    assert graph.select(targets) == names


def test_no_target_at_all_selects_every_stage(graph):
    assert graph.select([]) == graph.order


def test_an_unknown_target_is_an_error_with_the_nearest_names(graph):
    with pytest.raises(UsageError, match="no stage and no output called 'trian_a'") as caught:
        graph.select(["trian_a"])
    assert caught.value.hint is not None
    assert "did you mean 'train_a'" in caught.value.hint


def test_every_unknown_target_is_named(graph):
    with pytest.raises(UsageError) as caught:
        graph.select(["reprot", "report", "modles/a.pkl"])
    assert "'reprot'" in caught.value.message
    assert "'modles/a.pkl'" in caught.value.message
    assert "'report'" not in caught.value.message


def test_a_glob_that_matches_nothing_is_an_error(graph):
    with pytest.raises(UsageError, match=r"no stage and no output matches 'zzz\*'") as caught:
        graph.select(["zzz*"])
    assert caught.value.hint is None


def test_the_name_of_a_stage_with_variants_comes_with_the_glob_that_means_them():
    graph = build_graph([stage("train@a"), stage("train@b")])
    with pytest.raises(UsageError) as caught:
        graph.select(["train"])
    assert caught.value.hint == "'train' has variants: 'train@*' means all of them"
