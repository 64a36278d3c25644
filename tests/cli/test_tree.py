import itertools

from pivot.cli.tree import tree
from pivot.interfaces import Plan, StagePlan


def plan(names, *edges):
    stages = tuple(StagePlan(name, "", (), ()) for name in names)
    return Plan(stages, tuple(tuple(edge.split(">")) for edge in edges))


def test_a_chain_is_indented():
    assert list(tree(plan("abc", "a>b", "b>c"))) == ["a", "└── b", "    └── c"]


def test_readers_stand_below_their_maker_in_the_order_of_the_plan():
    assert list(tree(plan("abcd", "a>c", "a>b", "b>d"))) == [
        "a",
        "├── b",
        "│   └── d",
        "└── c",
    ]


def test_a_stage_with_two_makers_is_drawn_in_full_once():
    assert list(tree(plan("abcd", "a>c", "b>c", "c>d"))) == [
        "a",
        "└── c",
        "    └── d",
        "b",
        "└── c (above)",
    ]


def test_a_leaf_with_two_makers_has_nothing_to_look_up():
    assert list(tree(plan("abc", "a>c", "b>c"))) == ["a", "└── c", "b", "└── c"]


def test_stages_without_edges_stand_alone():
    assert list(tree(plan("ab"))) == ["a", "b"]


def test_an_empty_plan_has_no_lines():
    assert list(tree(plan(""))) == []


def test_without_box_characters_it_is_ascii():
    lines = list(tree(plan("abcd", "a>b", "a>c", "b>d"), boxes=False))
    assert lines == ["a", "|-- b", "|   `-- d", "`-- c"]


def test_a_chain_may_be_longer_than_the_stack_of_python():
    names = [f"s{number:05}" for number in range(5000)]
    edges = tuple(itertools.pairwise(names))
    chain = Plan(tuple(StagePlan(name, "", (), ()) for name in names), edges)
    assert len(list(tree(chain))) == 5000
