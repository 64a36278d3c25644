"""How metrics differ."""

from __future__ import annotations

import math

import pytest

from pivot.metrics import Change, compare

NAN = math.nan


def change(old, new, better=None):
    return Change("m", True, True, old, new, better)


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (1, 2, "changed"),
        (1, 1.0, "same"),
        (1, True, "changed"),
        ([1], [True], "changed"),
        (NAN, NAN, "same"),
        (NAN, 1.0, "changed"),
        ([NAN], [NAN], "same"),
        (math.inf, math.inf, "same"),
        (10**30, 10**30 + 1, "changed"),
        (2**53, float(2**53), "same"),
        ("1", 1, "changed"),
        (None, False, "changed"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "same"),
    ],
)
def test_status(old, new, status):
    assert change(old, new).status == status


@pytest.mark.parametrize(
    ("old", "new", "by", "relative"),
    [
        (2, 3, 1, 0.5),
        (-2, -1, 1, 0.5),
        (0, 3, 3, None),
        (10**30, 10**30 + 1, 1, 1e-30),
        (1.0, math.inf, math.inf, math.inf),
        (math.inf, 1.0, -math.inf, None),
        (math.inf, math.inf, None, None),
        (NAN, 1.0, None, None),
        (10**400, 0.5, None, None),
        (0.5, 10**400, None, None),
        (1, 10**400, 10**400 - 1, None),
        (True, 2, None, None),
        ("a", "b", None, None),
        (5e-324, 1.0, 1.0, math.inf),
    ],
)
def test_differences(old, new, by, relative):
    found = change(old, new)
    assert found.difference == by
    assert found.relative == relative


def test_better():
    assert change(1, 2, "higher").improved is True
    assert change(1, 2, "lower").improved is False
    assert change(1, 1, "lower").improved is None
    assert change(1, 2).improved is None
    assert change("a", "b", "lower").improved is None


def test_all_of_both_sides_is_compared():
    found = list(compare({"a": 1, "b": None}, {"c": 2, "a": 1}, [("a", "lower"), ("*", "higher")]))
    assert [(c.name, c.status, c.better) for c in found] == [
        ("c", "added", "higher"),
        ("a", "same", "lower"),
        ("b", "removed", "higher"),
    ]
    assert found[2].to_json() == {
        "name": "b",
        "status": "removed",
        "old": None,
        "change": None,
        "relative": None,
        "better": "higher",
        "improved": None,
    }
