"""What stands in the cells, and how wide they are."""

from __future__ import annotations

import pytest
from pivot_data_diff.view.grid import Cell, Grid, Look, fitted


def test_keys_come_first_and_columns_of_the_old_side_last(prices):
    grid = Grid(prices, prices.rows)
    assert [column.name for column in grid.columns] == ["id", "price", "name", "currency", "old"]
    starts = [column.start for column in grid.columns]
    assert starts == sorted(starts)
    assert grid.width == grid.columns[-1].start + grid.columns[-1].width


def test_the_cells_of_a_change(prices):
    grid = Grid(prices, prices.rows)
    cells = {change.key[0]: grid.cells(change) for change in prices.rows}
    assert cells[1] == [
        Cell("1", Look.SAME),
        Cell("1.5 → 1.75", Look.CHANGED),
        Cell('"a"', Look.SAME),
        Cell('"EUR"', Look.ADDED),
        Cell('"x"', Look.REMOVED),
    ]
    assert [cell.look for cell in cells[2]] == [
        Look.REMOVED, Look.REMOVED, Look.REMOVED, Look.SAME, Look.REMOVED,
    ]  # fmt: skip
    assert [cell.text for cell in cells[5]] == ["5", "7", '"e\\u001b[2J"', '"EUR"', ""]


def test_the_gutter_has_the_numbers_of_both_sides(prices):
    grid = Grid(prices, prices.rows)
    gutters = [grid.gutter(change) for change in prices.rows]
    assert [gutter.split() for gutter in gutters] == [
        ["~", "1", "1"],
        ["-", "2"],
        ["~", "3", "2"],
        ["+", "4"],
    ]
    assert {*map(len, gutters), len(grid.heading)} == {len(gutters[0])}


def test_columns_are_wide_enough_for_the_values_but_not_too_wide(stored):
    old = [[str(n), "x" * n, "y" * 300] for n in range(2000)]
    table = stored(["a", "some name", "c"], old, [[a, b + "!", "z"] for a, b, _ in old])
    widths = {column.name: column.width for column in Grid(table, table.rows).columns}
    assert widths == {"a": 4, "some name": 32, "c": 32}


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("abc", 5, "abc  "), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("日本語", 4, "日 …")],
)
def test_a_text_fits_its_column(text, width, shown):
    assert fitted(text, width) == shown
