"""Rows that don't fit into memory, matched by key."""

from __future__ import annotations

import resource

import pytest
from pivot_data_diff import Options, compare
from pivot_data_diff.errors import TooManyDuplicatesError
from pivot_data_diff.result import Counts, DuplicateKeys

from pivot.errors import StorageError


def many(tables, keys, each, mark="", tail="x" * 40):
    rows = [[key, f"{mark}{number}", tail] for number in range(each) for key in keys]
    return tables.text(["k", "v", "tail"], rows)


def counted(before, after):
    found = compare(before, after, Options(keys=("k",), memory=1))
    assert found.rows is None
    return found


def test_parts_that_are_too_large_are_split_again(tables):
    # Some keys must share a part: there are fewer parts than keys, and each key half fills one.
    keys = [f"key {n}" for n in range(8)]
    before, after = many(tables, keys, 2000), many(tables, keys, 2001)
    found = counted(before, after)
    assert found.counts == Counts(16_000, 16_008, added=8)
    assert found.duplicates == DuplicateKeys(8, 8)


def test_a_key_with_more_rows_than_fit_is_an_error(tables):
    before, after = many(tables, ["same"], 6000), many(tables, ["same"], 6000)
    with pytest.raises(TooManyDuplicatesError, match="12000 rows have the key k='same'") as caught:
        counted(before, after)
    assert "more key columns" in caught.value.hint


def test_rows_that_are_longer_than_the_average_are_parted_too(tables):
    rows = [[f"key {n}", "", "x" * (400_000 if n < 60 else 1)] for n in range(60_000)]
    found = counted(tables.text(["k", "v", "tail"], rows), tables.text(["k", "v", "tail"], rows))
    assert found.counts == Counts(60_000, 60_000)


def test_two_rows_are_compared_however_long_they_are(tables):
    old, new = ([["same", mark, "x" * 3_000_000]] for mark in "ab")
    found = counted(tables.text(["k", "v", "tail"], old), tables.text(["k", "v", "tail"], new))
    assert found.counts.modified == 1


def test_such_a_key_of_the_new_side_only_is_too(tables):
    before, after = many(tables, ["other"], 1), many(tables, ["same"], 12_000)
    with pytest.raises(TooManyDuplicatesError, match="k='same'"):
        counted(before, after)


def test_nothing_is_left_in_the_directory(tables, tmp_path):
    before, after = many(tables, "abc", 100), many(tables, "abc", 100, mark="new ")
    found = compare(before, after, Options(keys=("k",), memory=1, scratch=tmp_path))
    assert found.counts.modified == 300
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_an_error_that_says_where(tables, tmp_path):
    before, after = many(tables, "abc", 2000), many(tables, "abc", 2000)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(StorageError, match=f"keep rows.*{tmp_path}"):
            compare(before, after, Options(keys=("k",), memory=1, scratch=tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
