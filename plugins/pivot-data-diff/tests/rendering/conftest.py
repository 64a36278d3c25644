"""A report with every kind of difference."""

from __future__ import annotations

import pytest
from pivot_data_diff import Options, compare
from pivot_data_diff.errors import FormatError
from pivot_data_diff.result import FileDiff, Kind, Problem, Report


@pytest.fixture
def report(tables):
    before = tables.text(
        ["id", "old", "price", "note", "size"],
        [["1", "x", "1.5", "a|b", "1"], ["2", "x", "2", "c", "2"], ["3", "x", "3", "d", "3"]],
    )
    after = tables.text(
        ["id", "size", "price", "note", "new*"],
        [["1", "1", "1.75", "a\nb", "y"], ["3", "L", "3", "", "y"], ["3", "", "4", "d", "y"]],
    )
    keyed = compare(before, after, Options(keys=("id",)))
    counted = compare(before, after, Options(memory=1))
    same = compare(before, before, Options())
    return Report(
        "HEAD~1",
        "workspace",
        (
            FileDiff("data/keyed.csv", Kind.MODIFIED, keyed),
            FileDiff("large_file.csv", Kind.MODIFIED, counted),
            FileDiff("reformatted.csv", Kind.UNCHANGED, same),
            FileDiff("untouched.csv", Kind.UNCHANGED),
        ),
        (Problem("bad.json", FormatError("bad.json: line 1 is not JSON")),),
        ("model.pkl",),
    )
