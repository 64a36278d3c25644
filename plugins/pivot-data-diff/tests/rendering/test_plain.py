"""A report as text."""

from __future__ import annotations

from pivot_data_diff.rendering.plain import render_plain
from pivot_data_diff.result import Report

TEXT = """\
data/keyed.csv: modified
  + column new* (text)
  - column old (text)
  ~ column size: integer -> text
  ~ column size: column 4 -> 2
  rows: 1 added, 1 removed, 2 modified, 0 unchanged
  keys that several rows have: 0 before, 1 after
  ~ id=1 (row 1): price 1.5 -> 1.75, note "a|b" -> "a\\nb"
  - id=2 (row 2): id=2, old="x", price=2, note="c", size="2"
  ~ id=3 (row 2): size "3" -> "L", note "d" -> null
  + id=3 (row 3): id=3, size=null, price=4, note="d", new*="y"
large_file.csv: modified
  + column new* (text)
  - column old (text)
  ~ column size: integer -> text
  ~ column size: column 4 -> 2
  rows: 0 added, 0 removed, 3 modified, 0 unchanged
  too large for the allowed memory: rows were counted only (see --memory)
  cells modified in id: 1
  cells modified in size: 2
  cells modified in price: 3
  cells modified in note: 2
reformatted.csv: unchanged
  the bytes differ, the data do not
untouched.csv: unchanged
different, but not data files: model.pkl"""


def test_everything(report):
    assert render_plain(report, None) == TEXT


def test_no_more_rows_than_wanted(report):
    lines = render_plain(report, 1).splitlines()
    assert [line for line in lines if "id=" in line] == [
        line for line in TEXT.splitlines() if "id=1 " in line
    ]
    assert "  ... and 3 more (see --max-rows)" in lines


def test_lines_are_painted_by_their_sign(report):
    painted = render_plain(report, 1, lambda sign, line: f"<{sign}>{line}")
    assert painted.startswith("<=>data/keyed.csv: modified\n<+>  + column new*")
    assert "\n<->  - column old" in painted
    assert "\n<~>  ~ id=1" in painted


def test_nothing():
    text = render_plain(Report("HEAD", "workspace"), None)
    assert text == "no data differ between HEAD and workspace"
