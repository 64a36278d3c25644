"""What texts stand for."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pivot_data_diff.text_cells import TextTypes, common_type, number, read_as


def type_of(*cells):
    types = TextTypes()
    types.feed([[cell] for cell in cells])
    return types.found(1)[0]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([""], "null"),
        (["", "", ""], "null"),
        (["true", "FALSE", ""], "boolean"),
        (["True", "yes"], "text"),
        (["true", "1"], "text"),
        (["0", "-5", "12345678901234567890123"], "integer"),
        (["1", ""], "integer"),
        (["1", "2.5"], "float"),
        (["-0"], "float"),
        (["1e5", "1.", ".5", "-1.5E-10"], "float"),
        (["nan", "NaN", "inf", "-Infinity"], "float"),
        (["Nan"], "text"),
        (["NA"], "text"),
        (["007"], "text"),
        (["00.5"], "text"),
        (["+49"], "text"),
        (["1_000"], "text"),
        (["1,5"], "text"),
        ([" 1"], "text"),
        (["\N{ARABIC-INDIC DIGIT ONE}"], "text"),
        (["1\n2"], "text"),
        (["\n"], "text"),
        (["1", "x", "2"], "text"),
        (["2024-01-01"], "text"),
    ],
)
def test_the_type_of_a_column(cells, expected):
    assert type_of(*cells) == expected


def test_a_type_holds_for_all_rows_that_were_fed():
    types = TextTypes()
    types.feed([["1", "1", "", "x"]])
    types.feed([["2", "2.5", "true", "1"], ["3"]])
    assert types.found(4) == ("integer", "float", "boolean", "text")


def test_rows_may_be_of_any_width():
    types = TextTypes()
    types.feed([["1"], ["2", "x"]])
    types.feed([["1", "x", "2.5"]])
    assert types.found(0) == ("integer", "text", "float")
    assert types.found(5) == ("integer", "text", "float", "null", "null")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("text", "text", "text"),
        ("null", "integer", "integer"),
        ("integer", "float", "float"),
        ("integer", "boolean", "text"),
        ("float", "text", "text"),
    ],
)
def test_the_type_that_two_columns_have_in_common(one, other, expected):
    assert common_type(one, other) == common_type(other, one) == expected


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("text", "a", "a"),
        ("text", "", None),
        ("null", "", None),
        ("boolean", "", None),
        ("boolean", "TRUE", True),
        ("boolean", "false", False),
        ("integer", "", None),
        ("integer", "12", 12),
        ("float", "1.50", 1.5),
        ("float", "3", 3),
    ],
)
def test_reading_a_cell(type_, text, value):
    found = read_as(type_)(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12345678901234567890123", 12345678901234567890123),
        ("0.1", 0.1),
        ("0.10000000000000000000000", 0.1),
        ("0.1000000000000000055", Decimal("0.1000000000000000055")),
        ("12345678901234567890.12", Decimal("12345678901234567890.12")),
        ("1e400", Decimal("1e400")),
        ("1e-400", Decimal("1e-400")),
        ("0e-400", 0.0),
        ("-0", 0.0),
        ("inf", math.inf),
        ("-Infinity", -math.inf),
        ("9" * 5000, Decimal("9" * 5000)),
    ],
)
def test_a_number_is_as_exact_as_its_text(text, value):
    found = number(text)
    assert found == value
    assert type(found) is type(value)


def test_numbers_beyond_everything_do_not_stop_anything():
    assert number("1e99999999999999999999") == math.inf
    assert math.isnan(number("nan"))


@given(st.floats(allow_nan=False))
def test_every_float_is_read_as_it_was_written(value):
    assert type_of(repr(value)) in {"float", "integer"}
    assert number(repr(value)) == value


@given(st.lists(st.text(alphabet="01-.eEnaif\n true", max_size=5), min_size=1, max_size=6))
def test_what_is_called_a_number_can_be_read_as_one(cells):
    type_ = type_of(*cells)
    values = [read_as(type_)(cell) for cell in cells]
    assert all(value is None for cell, value in zip(cells, values, strict=True) if not cell)
    assert all(value is not None for cell, value in zip(cells, values, strict=True) if cell)
