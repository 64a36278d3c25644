"""Which columns are compared, and what is asked for and isn't there."""

from __future__ import annotations

import pytest
from pivot_data_diff import Options
from pivot_data_diff.errors import ColumnError
from pivot_data_diff.plan import make_plan
from pivot_data_diff.table import Column

BEFORE = tuple(Column(name, "text", "text") for name in ("id", "price_eu", "price_us", "note"))
AFTER = (*BEFORE, Column("id", "text", "text"))


def columns(**options):
    plan = make_plan(BEFORE, AFTER, Options(**options))
    return plan.after.columns


def test_all_columns_are_compared_by_default():
    assert columns() == ("id", "price_eu", "price_us", "note", "id (2)")


def test_columns_can_be_chosen_by_name_and_by_glob():
    assert columns(columns=("note", "price_*")) == ("price_eu", "price_us", "note")


def test_a_name_that_is_there_twice_means_both_and_a_label_one():
    assert columns(columns=("id",)) == ("id", "id (2)")
    assert columns(columns=("id (2)",)) == ("id (2)",)


def test_columns_can_be_left_aside():
    assert columns(ignore=("price_*", "id (2)")) == ("id", "note")
    assert columns(columns=("price_*",), ignore=("*_us",)) == ("price_eu",)


def test_keys_are_always_compared():
    assert columns(keys=("id",), columns=("note",)) == ("id", "note")
    assert columns(keys=("id",), ignore=("id",)) == ("id", "price_eu", "price_us", "note")


def test_a_name_with_the_signs_of_a_glob_is_found_as_it_is():
    table = (Column("a[1]", "text", "text"), Column("a1", "text", "text"))
    plan = make_plan(table, table, Options(columns=("a[1]",)))
    assert "a[1]" in plan.after.columns


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"keys": ("ID",)}, r"no key column 'ID' before\n.*the columns are 'id', 'price_eu'"),
        ({"keys": ("nite",)}, r"no key column 'nite' before\n.*did you mean 'note'"),
        ({"keys": ("id (2)",)}, r"no key column 'id \(2\)' before"),
        ({"columns": ("price",)}, "no column 'price'"),
        ({"ignore": ("x*",)}, r"no column 'x\*'"),
    ],
)
def test_a_column_that_is_not_there_is_an_error(options, message):
    with pytest.raises(ColumnError, match=message) as caught:
        make_plan(BEFORE, AFTER, Options(**options))
    assert caught.value.name in {"ID", "nite", "id (2)", "price", "x*"}


def test_a_table_without_columns_needs_no_key():
    plan = make_plan((), BEFORE, Options(keys=("id",), ignore=("note",)))
    assert plan.shared == ()


def test_columns_that_only_one_side_has_can_be_chosen():
    plan = make_plan(BEFORE, AFTER[1:], Options(columns=("id",)))
    assert plan.before.columns == plan.after.columns == ("id",)
