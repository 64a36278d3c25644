"""How parameters are named one by one."""

from __future__ import annotations

import pytest

from pivot.stage_def.leaves import leaves, untagged


def names(params):
    return {leaf.name: leaf.value for leaf in leaves(params)}


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


def test_a_path_leads_to_a_value_whatever_its_name():
    found = leaves({"a": {"b.c": 1, "d": {"!m.C": {"x": 1}}}})
    assert [(leaf.path, leaf.is_class) for leaf in found] == [
        (("a", "b.c"), False),
        (("a", "d"), True),
        (("a", "d", "x"), False),
    ]


def test_an_empty_model_whose_class_was_left_open_is_one_value():
    assert names({"a": {"!m.C": {}}}) == {"a": {"!m.C": {}}}


def test_texts_differ_where_only_python_takes_values_for_the_same():
    texts = [leaf.text for leaf in leaves({"a": 1, "b": 1.0, "c": True, "d": "ä"})]
    assert texts == ["1", "1.0", "true", '"ä"']
