"""What is alike has the same hash; whatever may differ is not alike."""

import itertools
import math

import pytest

from pivot.fingerprint.digest import Opaque, Parts
from pivot.fingerprint.identity import identity_of
from pivot.fingerprint.likeness import likeness, of_parts
from pivot.fingerprint.nodes import ModuleNode

DIFFERENT = [
    *(None, 0, 1, False, True, 0.0, -0.0, 1.0, math.inf, 0j, -0j, "", "0", "None"),
    *((), [], {}, (0,), [0], (False,), ((),), ([],), ((0,),), (0, 0), ("a", "b"), ["a", "b"]),
    *({"a": "b"}, {"a": None}, {"b": "a"}, {"a": 1, "b": 2}, {"b": 2, "a": 1}),
    *(Parts("label"), Parts("other"), Parts("label", (1,)), Parts("label", ((1,),))),
    Parts("label", nodes=(ModuleNode.of("one"),)),
    Parts("label", nodes=(ModuleNode.of("two"),)),
]


def test_values_that_differ_in_anything_are_not_alike():
    for one, two in itertools.combinations(DIFFERENT, 2):
        assert likeness(one, {}) != likeness(two, {}), (one, two)


@pytest.mark.parametrize("value", DIFFERENT)
def test_the_same_again_is_alike(value):
    assert likeness(value, {}) is not None
    assert likeness(value, {}) == likeness(value, {})


@pytest.mark.parametrize(
    "value",
    [object(), {1}, frozenset(), b"bytes", list(range(100)), {n: n for n in range(100)}, int],
)
def test_of_other_values_it_cannot_be_told(value):
    assert likeness(value, {}) is None
    assert likeness([value], {}) is None
    assert likeness({"key": value}, {}) is None


def test_a_value_that_contains_itself_is_looked_into():
    value = []
    value.append(value)
    assert likeness(value, {}) is None


def test_a_thing_with_a_name_is_only_like_itself():
    named = {identity_of(int): int, identity_of(str): str}
    assert likeness((int,), named) == likeness((int,), named)
    assert likeness((int,), named) != likeness((str,), named)


def test_a_subclass_of_a_plain_type_is_no_plain_value():
    class Text(str):
        __slots__ = ()

    assert likeness(Text("a"), {}) is None


def test_parts_that_could_not_be_looked_into_are_like_nothing():
    assert of_parts(Parts("a", (1,), opaque=Opaque.RUNTIME), {}) is None
    assert of_parts(Parts("a", (1,), ordered=False), {}) is None
