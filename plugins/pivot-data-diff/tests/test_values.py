"""When two values are the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pivot_data_diff.values import canonical, same

NAN = float("nan")
UTC = dt.UTC
SAME = [
    (1, 1.0),
    (1, Decimal(1)),
    (0.0, -0.0),
    (10**30, Decimal(10**30)),
    (NAN, float("nan")),
    (None, None),
    (True, True),
    ([1, [NAN]], [1.0, [NAN]]),
    ((1, 2), [1, 2]),
    ({"a": 1, "b": None}, {"b": None, "a": 1.0}),
    (
        dt.datetime(2024, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        dt.datetime(2024, 1, 1, tzinfo=UTC),
    ),
]
DIFFERENT = [
    (1, True),
    (0, False),
    (0, None),
    (NAN, None),
    (NAN, 0),
    ("", None),
    ("1", 1),
    ("nan", NAN),
    (10**30, 10**30 + 1),
    (2**53, Decimal(2**53 + 1)),
    ([1], [1, 1]),
    ([True], [1]),
    ([], {}),
    ({}, None),
    ({"a": 1}, {"b": 1}),
    ({"a": 1}, {"a": 1, "b": None}),
    (b"a", "a"),
    (dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, tzinfo=UTC)),  # noqa: DTZ001
    (dt.date(2024, 1, 1), "2024-01-01"),
    (1, "1"),
    (1, [1]),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_the_same(old, new):
    assert same(old, new)
    assert same(new, old)
    assert canonical(old) == canonical(new)
    assert hash(canonical(old)) == hash(canonical(new))


@pytest.mark.parametrize(("old", "new"), DIFFERENT)
def test_different(old, new):
    assert not same(old, new)
    assert not same(new, old)
    assert canonical(old) != canonical(new)


@pytest.mark.parametrize(
    ("old", "new", "tolerance", "expected"),
    [
        (1.0, 1.5, 0.5, True),
        (1.0, 1.5, 0.4, False),
        (1, 2, 1, True),
        (Decimal("1.0"), 1.25, 0.25, True),
        (Decimal("1.0"), 1.5, 0.25, False),
        ([1.0, {"a": 2.0}], [1.1, {"a": 2.1}], 0.2, True),
        ([1.0, {"a": 2.0}], [1.1, {"a": 2.5}], 0.2, False),
        (float("inf"), float("inf"), 1, True),
        (float("inf"), float("-inf"), 1, False),
        (float("inf"), 1.0, 1e300, False),
        (NAN, 1.0, 1e300, False),
        (NAN, NAN, 0.1, True),
        (10**400, 1.0, 1e300, False),
        (Decimal("1e999999"), Decimal("-1e999999"), 0.1, False),
        (True, False, 5, False),
        ("a", "b", 5, False),
    ],
)
def test_numbers_may_differ_by_the_tolerance(old, new, tolerance, expected):
    assert same(old, new, tolerance) is expected
    assert same(new, old, tolerance) is expected


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from([0.0, 1.0, 0.5, NAN, Decimal("0.5"), Decimal(1)])
    | st.sampled_from(["", "1", "nan", "a"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=4,
)


@given(values, values)
def test_the_canonical_form_agrees_with_the_comparison(old, new):
    assert (canonical(old) == canonical(new)) is same(old, new)
    assert same(old, old)
    assert same(new, old) is same(old, new)
