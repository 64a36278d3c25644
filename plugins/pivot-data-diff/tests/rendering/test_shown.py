"""Values on one line."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pivot_data_diff.rendering.shown import json_value, printable, shown, shown_change, shown_name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (10**25, "1" + "0" * 25),
        (1.5, "1.5"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (Decimal("1.50"), "1.50"),
        ("a", '"a"'),
        ("", '""'),
        ('say "hi"\n', r'"say \"hi\"\n"'),
        ("é€", '"é€"'),
        ([1, None, {"a": float("nan")}], '[1, null, {"a": "NaN"}]'),
        (dt.date(2024, 1, 2), "2024-01-02"),
        (b"\x00\xff", "00ff"),
        ("\x1b[2J\x7f\x9b", r'"\u001b[2J\x7f\x9b"'),
        ("\u202e", r'"\u202e"'),
        ("\ud800", r'"\ud800"'),
    ],
)
def test_a_value(value, text):
    assert shown(value) == text


def test_a_long_value_is_cut():
    assert shown("x" * 100) == '"' + "x" * 59 + "..."


def test_of_two_long_values_the_difference_is_seen():
    old, new = shown_change("x" * 100 + "old" + "y" * 100, "x" * 100 + "new" + "y" * 100)
    assert old.startswith("...xxx")
    assert old.endswith("yyy...")
    assert "old" in old
    assert "new" in new


def test_values_of_two_types_that_are_written_alike_are_told_apart():
    assert shown_change(dt.date(2024, 1, 2), Decimal(5)) == ("2024-01-02", "5")
    assert shown_change([float("nan")], ["NaN"]) == ('list ["NaN"]', 'list ["NaN"]')
    assert shown_change(Decimal(1), 1) == ("Decimal 1", "int 1")


def test_a_name_may_be_empty():
    assert (shown_name(""), shown_name("a\tb")) == ('""', r"a\tb")


@given(st.text())
def test_nothing_but_what_can_be_printed(text):
    assert printable(text).isprintable()


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.decimals(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=5,
)


@given(anything)
def test_every_value_has_a_form_in_strict_json(value):
    json.loads(json.dumps(json_value(value), allow_nan=False))
