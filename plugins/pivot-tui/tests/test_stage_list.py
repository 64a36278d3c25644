import pytest
from pivot_tui.board import Row, State
from pivot_tui.stage_list import cells_of, matching, shortened
from rich.cells import cell_len


def line(row, width, now=0.0, usual=None):
    return "".join(text for text, _ in cells_of(row, width, now, usual))


def test_a_line_has_name_state_time_and_progress():
    row = Row("train", State.RUNNING, began=10.0)
    shown = line(row, 50, now=15.0, usual=10.0).split()
    assert shown == ["●", "train", "running", "5.0", "s", "███░░░"]


def test_what_takes_longer_than_usual_is_not_beyond_the_end():
    row = Row("train", State.RUNNING, began=10.0)
    assert line(row, 50, now=90.0, usual=10.0).endswith("██████")


def test_without_an_earlier_run_no_progress_is_made_up():
    row = Row("train", State.RUNNING, began=10.0)
    assert line(row, 50, now=15.0).split() == ["●", "train", "running", "5.0", "s"]


@pytest.mark.parametrize("width", [8, 12, 20, 30, 40, 80, 200])
def test_a_line_is_as_wide_as_it_may_be(width):
    row = Row("a_very_long_name_of_a_stage@with_a_variant_größe_数据", State.RAN, seconds=61.0)
    assert cell_len(line(row, width)) <= max(width, 4)


def test_a_narrow_list_keeps_the_name():
    assert "train" in line(Row("train", State.RAN, seconds=1.0), 14)


def test_a_second_attempt_is_shown():
    assert "try 2" in line(Row("a", State.RUNNING, began=0.0, attempt=2), 50)


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_glyph_and_a_word(state):
    shown = line(Row("a", state), 50)
    assert state.glyph in shown
    assert state.word in shown


def test_a_long_name_keeps_its_ends():
    assert shortened("train@bert_large_swedish", 11) == "train…edish"
    assert shortened("train", 11) == "train"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", ["train@a", "train@b", "Clean"]),
        ("TRAIN", ["train@a", "train@b"]),
        ("*@b", ["train@b"]),
        ("clean", ["Clean"]),
        ("nothing", []),
    ],
)
def test_a_filter_is_a_part_of_a_name_or_a_glob(wanted, found):
    assert matching(["train@a", "train@b", "Clean"], wanted) == found
