"""How the parameters of two states of a project differ."""

from __future__ import annotations

import pytest

from pivot.engine.parameters import differences


def differing(old, new):
    found = differences(old, new)
    return [(one.stage, one.name, one.change, one.old, one.new) for one in found]


def test_only_what_differs_is_given_in_the_new_order():
    old = {"a": {"x": 1, "y": 2, "z": 3}, "b": {"x": 1}}
    new = {"c": {"x": 1}, "a": {"y": 2, "w": 4, "x": 5}}
    assert differing(old, new) == [
        ("c", "x", "added", None, 1),
        ("a", "w", "added", None, 4),
        ("a", "x", "changed", 1, 5),
        ("a", "z", "removed", 3, None),
        ("b", "x", "removed", 1, None),
    ]


@pytest.mark.parametrize(("old", "new"), [(1, True), (1, 1.0), (0, None), ("1", 1), ([1], [True])])
def test_values_that_only_python_takes_for_the_same_differ(old, new):
    assert differing({"a": {"x": old}}, {"a": {"x": new}}) == [("a", "x", "changed", old, new)]


def test_a_value_that_is_nothing_is_not_a_value_that_is_not_there():
    (found,) = differences({"a": {"x": None}}, {"a": {}})
    assert found.to_json() == {"stage": "a", "param": "x", "change": "removed", "old": None}


def test_a_key_that_looks_like_a_class_is_none():
    model = {"a": {"!m.C": {"x": 1}}}
    mapping = {"a": {"(class)": "m.C", "x": 1}}
    assert [(one.name, one.change) for one in differences({"s": model}, {"s": mapping})] == [
        ('a."(class)"', "added"),
        ("a.(class)", "removed"),
    ]
