"""What is different between the files of the benchmark of `pivot data diff`, and that it's found."""

from __future__ import annotations

import pytest

from benchmarks.data_diff.__main__ import table
from benchmarks.data_diff.cases import CASES
from benchmarks.data_diff.files import write_pair
from benchmarks.scripts.diff_by_key import with_pivot


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_differences_of_small_files_are_found(tmp_path, case):
    files = tmp_path / "before.csv", tmp_path / "after.csv"
    for file, content in zip(files, (case.before, case.after), strict=True):
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    found = with_pivot(*map(str, files))
    assert [sorted(part) for part in found] == [
        [tuple(one) if isinstance(one, list) else one for one in part] for part in case.expected
    ]


def test_the_differences_of_large_files_are_those_that_were_made(tmp_path):
    files = tmp_path / "before.csv", tmp_path / "after.csv"
    expected = write_pair(*files, 12_000)
    assert expected == [60, 60, 120]
    assert [len(part) for part in with_pivot(*map(str, files))] == expected


def test_a_table():
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
