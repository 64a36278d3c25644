"""Which columns are drawn over which."""

from __future__ import annotations

import pytest
from pivot_plots.series import Group, NoColumnError, groups, points, same

from pivot.stage import PlotLook

RISING, NUMBERS, TEXTS = (1.0, 2.0, 4.0), (3.0, 1.0, 2.0), ("a", "b", "c")


@pytest.mark.parametrize(
    ("table", "x", "kind"),
    [
        ({"a": RISING, "b": NUMBERS}, "a", "line"),
        ({"a": NUMBERS, "b": NUMBERS}, "row", "line"),
        ({"b": NUMBERS, "Epoch": RISING}, "Epoch", "line"),
        ({"a": TEXTS, "b": NUMBERS}, "a", "bars"),
        ({"a": ("x", "x", "y"), "b": NUMBERS}, "row", "line"),
        ({"b": RISING}, "row", "line"),
    ],
)
def test_steps_are_found(table, x, kind):
    found = groups(table, PlotLook())
    assert {(one.x, one.kind) for one in found} == {(x, kind)}


def test_each_column_of_numbers_is_drawn_alone():
    table = {"step": RISING, "a": NUMBERS, "b": (None, 1.0, None), "c": TEXTS}
    assert [one.y for one in groups(table, PlotLook())] == [("a",), ("b",)]


def test_the_author_has_the_last_word():
    look = PlotLook("b", ("a", "c"), "points")
    assert groups({"a": RISING, "b": NUMBERS, "c": RISING}, look) == [
        Group("b", ("a", "c"), "points")
    ]


@pytest.mark.parametrize("look", [PlotLook(x="z"), PlotLook(y=("a", "z"))])
def test_a_column_that_is_not_there(look):
    with pytest.raises(NoColumnError, match="no column 'z'; it has a"):
        groups({"a": RISING}, look)


def test_points_over_rows():
    assert points({"a": NUMBERS}, Group("row", ("a",), "line"), "a") == [(0, 3), (1, 1), (2, 2)]


def test_what_is_no_number_is_the_same():
    assert same({"a": (float("nan"),)}, {"a": (float("nan"),)})
    assert not same({"a": (1.0,)}, {"a": (2.0,)})
