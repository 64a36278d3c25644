"""Numbers as characters."""

from __future__ import annotations

import math

import pytest

from pivot.cli.charts import chart


def test_points_lie_where_their_numbers_are():
    assert chart([0, 2, 1], height=3, width=5) == [
        "2 ┤   ●·",
        "  │  ·  ●",
        "0 ┤ ●",
    ]


def test_one_level_is_one_line():
    assert chart([3, 3], width=7) == ["3 ┤ ●·····●"]


def test_gaps_are_left_open():
    (line,) = chart([1, None, math.nan, 1], width=4)
    assert line == "1 ┤ ●  ●"


def test_nothing_to_draw():
    assert chart([]) == []
    assert chart([None, math.inf]) == []


def test_in_plain_characters():
    text = "\n".join(chart([1, 2], boxes=False))
    assert text.isascii()
    assert text.count("*") == 2


@pytest.mark.parametrize("values", [[-1.7e308, 1.7e308], [1e-320, 2e-320], [5], range(500)])
def test_any_numbers_fit(values):
    lines = chart(list(map(float, values)))
    assert 1 <= len(lines) <= 7
    assert sum(line.count("●") for line in lines) == len(values)
