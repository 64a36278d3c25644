"""Series as SVG."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

from pivot_plots.chart import chart
from pivot_plots.series import Group

LINE = Group("step", ("loss",), "line")


def drawn(group, *tables, like=()):
    sides = [(n, f"<side {n}>", table) for n, table in enumerate(tables)]
    return ET.fromstring(chart(group, sides, like))


def all_of(svg, tag, kind=None):
    return [one for one in svg.iter(tag) if kind is None or one.get("class") == kind]


def test_each_side_has_a_line_in_a_group_of_its_own():
    svg = drawn(
        LINE, {"step": (0.0, 1.0), "loss": (1.0, 2.0)}, {"step": (0.0, 1.0), "loss": (3.0, 1.0)}
    )
    assert [g.get("class") for g in svg.iter("g")] == ["side0", "side1"]
    assert len(all_of(svg, "polyline")) == 2
    assert next(tip.text for tip in svg.iter("title")) == "<side 0>: loss = 1 at 0"


def test_lines_have_gaps():
    nan = math.nan
    svg = drawn(LINE, {"step": (0.0, 1.0, 2.0, 3.0), "loss": (1.0, nan, None, 2.0)})
    assert len(all_of(svg, "polyline")) == 2
    assert len(all_of(svg, "circle")) == 2


def test_points_have_no_line():
    svg = drawn(Group("step", ("loss",), "points"), {"step": (0.0,), "loss": (1.0,)})
    assert not all_of(svg, "polyline")
    assert len(all_of(svg, "circle")) == 1


def test_bars_stand_beside_each_other():
    group = Group("name", ("v",), "bars")
    svg = drawn(
        group, {"name": ("a", "b"), "v": (1.0, -1.0)}, {"name": ("b", "c"), "v": (2.0, 1.0)}
    )
    bars = all_of(svg, "rect", "bar")
    assert len({bar.get("x") for bar in bars}) == len(bars) == 4
    texts = [text.text for text in svg.iter("text")]
    assert [text for text in ("a", "b", "c", "name") if text not in texts] == []


def test_columns_that_are_drawn_together_differ_in_their_dashes():
    group = Group("row", ("a", "b"), "line")
    lines = all_of(drawn(group, {"a": (1.0, 2.0), "b": (2.0, 1.0)}), "polyline")
    assert [line.get("stroke-dasharray") for line in lines] == [None, "7 4"]


def test_a_long_line_keeps_its_peaks():
    values = [0.0] * 20_000
    values[777] = 5.0
    svg = drawn(Group("row", ("a",), "line"), {"a": tuple(values)})
    [line] = all_of(svg, "polyline")
    places = [float(point.split(",")[1]) for point in line.get("points").split()]
    assert len(places) < 2500
    assert sum(place < 100 for place in places) == 1
    assert not all_of(svg, "circle")


def test_charts_can_be_compared():
    low, high = {"a": (0.0, 1.0)}, {"a": (0.0, 100.0)}
    group = Group("row", ("a",), "line")
    [alone] = all_of(drawn(group, low), "polyline")
    [beside] = all_of(drawn(group, low, like=[low, high]), "polyline")
    assert alone.get("points") != beside.get("points")


def test_nothing_to_draw_is_said():
    assert "no numbers" in [
        text.text for text in drawn(LINE, {"step": (), "loss": ()}).iter("text")
    ]
    assert "no numbers" not in [
        t.text for t in drawn(LINE, {"step": (1.0,), "loss": (1.0,)}).iter("text")
    ]
