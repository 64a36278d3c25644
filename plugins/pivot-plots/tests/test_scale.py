"""Axes."""

from __future__ import annotations

import math

import pytest
from pivot_plots.scale import Scale, fitted, label


def test_places():
    scale = Scale(0, 10, 100, 0)
    assert [scale.at(0), scale.at(5), scale.at(10)] == [100, 50, 0]


def test_round_numbers_are_written():
    assert Scale(-0.04, 1.04, 0, 1).ticks(6) == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert Scale(0, 97, 0, 1).ticks(5) == [0, 20, 40, 60, 80]


@pytest.mark.parametrize(
    "numbers",
    [
        [],
        [3],
        [0],
        [math.nan, math.inf],
        [1, 2],
        [-1.7e308, 1.7e308],
        [5e-324, 1e-323],
        [1e16, 1e16 + 2],
    ],
)
def test_any_numbers_fit(numbers):
    scale = fitted(numbers, 0, 100)
    assert scale.low < scale.high
    assert all(-1 <= scale.at(n) <= 101 for n in numbers if math.isfinite(n))
    ticks = scale.ticks(6)
    assert len(ticks) < 20
    assert all(map(math.isfinite, ticks))


def test_bars_begin_at_nothing():
    assert fitted([3, 4], 0, 1, base=0.0).low == 0
    assert fitted([-3, -4], 0, 1, base=0.0).high == 0


def test_labels():
    assert [label(0.1 + 0.2), label(1e7), label(3.0)] == ["0.3", "1e+07", "3"]
