import click
import pytest

from pivot.cli.wording import columns, counted, duration, plural


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (59.94, "59.9 s"),
        (60, "1 min 0 s"),
        (63.2, "1 min 3 s"),
        (3599.9, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (90_000, "25 h 0 min"),
    ],
)
def test_a_duration_has_the_units_a_person_would_use(seconds, words):
    assert duration(seconds) == words


def test_counts_stand_in_the_order_of_the_statuses():
    counts = {"unchanged": 3, "ran": 2, "failed": 1}
    assert click.unstyle(counted(counts)) == "2 ran, 3 unchanged, 1 failed"


def test_one_is_not_plural():
    assert (plural(0, "stage"), plural(1, "stage"), plural(2, "stage")) == (
        "0 stages",
        "1 stage",
        "2 stages",
    )


def test_columns_align_whatever_is_styled():
    rows = [(click.style("a", bold=True), "x"), ("long", "y", "z"), ("b",)]
    assert [click.unstyle(line) for line in columns(rows)] == ["a     x", "long  y  z", "b"]


def test_no_rows_are_no_lines():
    assert columns([]) == []
