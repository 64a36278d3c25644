"""How parameters are named one by one, and how they differ."""

from __future__ import annotations

import pytest

from pivot.engine.parameters import differences, dotted, leaves, untagged


def names(params):
    return {dotted(path): value for path, value in leaves(params)}


def test_nested_values_have_dotted_names():
    assert names({"a": 1, "b": {"c": [1, {"d": 2}], "e": {}}}) == {
        "a": 1,
        "b.c": [1, {"d": 2}],
        "b.e": {},
    }


def test_a_name_that_could_be_taken_for_two_is_quoted():
    assert names({"a": {"b.c": 1, "": 2, 'x"': 3}}) == {'a."b.c"': 1, 'a.""': 2, 'a."x\\""': 3}


def test_a_model_whose_class_was_left_open_has_its_class_beside_its_values():
    assert names({"a": {"!m.C": {"x": 1}}}) == {"a.(class)": "m.C", "a.x": 1}


def test_a_value_with_a_tag_is_one_value():
    assert names({"a": {"!Path": "x"}}) == {"a": {"!Path": "x"}}
    assert untagged({"!Path": "x"}) == ("Path", "x")


@pytest.mark.parametrize("value", ["x", {}, {"!!a": 1}, {"!a": 1, "!b": 2}, {"a": 1}])
def test_other_values_have_no_tag(value):
    assert untagged(value) == (None, value)


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
