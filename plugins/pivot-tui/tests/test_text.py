import pytest
from pivot_tui.text import clean, clean_lines, size


@pytest.mark.parametrize(
    ("line", "drawn"),
    [
        ("plain [bold]text[/]", "plain [bold]text[/]"),
        ("\x1b[2J\x1b[31mred\x1b[0m", "red"),
        ("10%\r100%", "100%"),
        ("a\tb", "a       b"),
        ("one \x1b", "one "),
        ("\x9b31mC1\x85", "31mC1"),
        ("right\u202eleft", "rightleft"),
        ("\ud800", ""),
        ("bell\x07", "bell"),
    ],
)
def test_what_would_move_the_cursor_is_left_out(line, drawn):
    assert clean(line) == drawn


def test_a_very_long_line_is_cut():
    assert clean("x" * 100_000) == "x" * 4000 + "..."


def test_lines_are_made_harmless_one_by_one():
    assert list(clean_lines("a\n\x1b[1mb\n")) == ["a", "b", ""]


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_000_000, "2.0 MB"), (3 * 10**12, "3.0 TB")],
)
def test_sizes_are_said_in_units(count, words):
    assert size(count) == words
