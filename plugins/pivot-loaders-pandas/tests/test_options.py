"""Options are kept hashable, whatever they were written as, and given to pandas as they were."""

from __future__ import annotations

import pytest
from pivot_loaders_pandas.options import frozen_list, frozen_map, listed, thawed


@pytest.mark.parametrize("given", [["b", "a"], ("b", "a"), iter(["b", "a"])])
def test_a_list_keeps_its_order(given):
    assert frozen_list(given) == ("b", "a")


def test_a_set_has_no_order_to_keep():
    assert frozen_list({"b", 2, "a", 1}) == frozen_list({1, "a", 2, "b"}) == (1, 2, "a", "b")


@pytest.mark.parametrize("given", ["abc", 3, None, True])
def test_a_single_value_stays_what_it_is(given):
    assert frozen_list(given) == given
    assert frozen_map(given) == given
    assert thawed(given) == given


def test_a_mapping_does_not_depend_on_its_order():
    assert frozen_map({"b": ["x"], 0: "y"}) == frozen_map({0: "y", "b": ("x",)})


def test_a_mapping_of_lists_comes_back():
    assert thawed(frozen_map({"a": ["x", "y"], "b": "z"})) == {"a": ["x", "y"], "b": "z"}


def test_a_list_comes_back():
    assert thawed(frozen_list(("a", 1))) == ["a", 1]
    assert thawed(frozen_list([])) == []


def test_columns_are_none_one_or_several():
    assert [listed(kept) for kept in (None, "a", 0, ("a", "b"))] == [[], ["a"], [0], ["a", "b"]]
