"""What the table says of some figures."""

from __future__ import annotations

import pytest

from benchmarks.measuring.figures import Board, Figure
from benchmarks.reporting.page import BEGIN, END, rewrite
from benchmarks.reporting.rows import ROWS, Unit
from benchmarks.reporting.table import amount, growth, render


@pytest.fixture
def board():
    return Board()


def cells(board, row, sizes=(176, 1000, 10_000)):
    titles, _, *lines = [line[2:-2].split(" | ") for line in render(board, sizes).splitlines()]
    [found] = [line for line in lines if line[0] == ROWS[row].what]
    return dict(zip(titles, found, strict=True))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0021, Unit.SECONDS, "2.10 ms"),
        (0.021, Unit.SECONDS, "21 ms"),
        (2.1, Unit.SECONDS, "2.1 s"),
        (210.0, Unit.SECONDS, "210 s"),
        (42e6, Unit.BYTES, "42 MB"),
        (7.5e9, Unit.BYTES_PER_SECOND, "7.50 GB/s"),
    ],
)
def test_figures_are_written_for_people(value, unit, text):
    assert amount(value, unit) == text


def test_pivot_is_compared_with_bare_and_others_with_pivot(board):
    board.put("leaf", ("bare", 176), Figure(0.02))
    board.put("leaf", ("pivot", 176), Figure(0.3))
    board.put("leaf", ("dvc", 176), Figure(3.0))
    board.put("leaf", ("make", 176), Figure(0.06))
    found = cells(board, "leaf")
    assert found["Pivot, 176"] == "300 ms (15.0x)"
    assert found["Pivot, 1,000"] == ""
    assert found["bare"] == "20 ms"
    assert found["DVC"] == "176: 3.0 s (10.0x)"
    assert found["others"] == "make 176: 60 ms (0.2x)"


@pytest.mark.parametrize(("seconds", "met"), [(0.4, "yes"), (0.41, "**no**")])
def test_a_budget_is_met_or_not(board, seconds, met):
    board.put("leaf", ("pivot", 176), Figure(seconds))
    assert cells(board, "leaf")["met"] == met


def test_a_budget_of_what_was_not_measured_is_neither(board):
    board.put("leaf", ("pivot", 1000), Figure(0.1))
    found = cells(board, "leaf")
    assert (found["budget"], found["found"], found["met"]) == ("176: <= 0.4 s", "", "")


@pytest.mark.parametrize(("dvc", "met"), [(1.0, "yes"), (0.9, "**no**")])
def test_a_budget_may_be_a_ratio_that_is_to_be_large(board, dvc, met):
    board.put("locks", ("pivot", 176), Figure(0.01))
    board.put("locks", ("dvc", 176), Figure(dvc))
    assert cells(board, "locks")["met"] == met


@pytest.mark.parametrize(("largest", "expected"), [(1.0, 1.0), (10.0, 10.0), (0.5, 0.5)])
def test_growth_is_the_cost_of_an_item_at_the_largest_size_over_that_before(
    board, largest, expected
):
    for size, seconds in ((176, 0.05), (1000, 0.1), (10_000, largest)):
        board.put("full", ("pivot", size), Figure(seconds))
    assert growth(ROWS["full"], board) == pytest.approx(expected)


def test_growth_of_a_rate_is_that_of_the_time(board):
    board.put("hashing", ("pivot", 100), Figure(8e9))
    board.put("hashing", ("pivot", 1000), Figure(4e9))
    assert growth(ROWS["hashing"], board) == 2.0


def test_nothing_has_grown_from_one_size(board):
    board.put("full", ("pivot", 176), Figure(0.05))
    assert growth(ROWS["full"], board) is None


def test_other_sizes_than_the_columns_stand_in_the_cells(board):
    for size in (1, 20, 300, 4000):
        board.put("files-first", ("pivot", size), Figure(1.5))
    found = cells(board, "files-first", sizes=(8, 16))
    assert found["Pivot, 8"] == "1: 1.5 s"
    assert found["Pivot, 16"] == "20: 1.5 s, 300: 1.5 s, 4,000: 1.5 s"


def test_sizes_in_bytes_are_written_for_people(board):
    board.put("bytes-first", ("pivot", 1 << 30), Figure(1.5))
    assert cells(board, "bytes-first")["Pivot, 176"] == "1,024 MiB: 1.5 s"


def test_the_same_in_cpu_seconds_has_what_was_measured_in_them(board):
    board.put("full", ("pivot", 176), Figure(0.5, cpu=0.3))
    board.put("locks", ("pivot", 176), Figure(0.1))
    seconds = board.in_cpu_seconds()
    assert seconds.get("full", ("pivot", 176)).value == 0.3
    assert list(seconds.figures) == ["full"]
    assert "budget" not in render(seconds, [176], budgets=False)


def test_figures_are_renewed_in_the_page_and_nothing_else(tmp_path):
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{BEGIN}old\n{END}after\n")
    rewrite(page, "new")
    rewrite(page, "newer")
    assert page.read_text() == f"before\n{BEGIN}\nnewer\n{END}after\n"


def test_a_page_may_have_a_mark_of_its_own(tmp_path):
    page = tmp_path / "sharing.md"
    mark = "<!-- figures: another command -->\n"
    page.write_text(f"{mark}old\n{END}after\n")
    rewrite(page, "new", mark)
    assert page.read_text() == f"{mark}\nnew\n{END}after\n"


def test_a_page_without_a_place_for_figures_is_left_alone(tmp_path):
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{BEGIN}old\n")
    with pytest.raises(ValueError, match="no place for figures"):
        rewrite(page, "new")
    assert page.read_text() == f"before\n{BEGIN}old\n"
