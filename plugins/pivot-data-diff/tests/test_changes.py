"""Changes that are kept in a file."""

from __future__ import annotations

import gc
import os
import resource

import pytest
from pivot_data_diff import Options, compare
from pivot_data_diff.changes import FileKeeper
from pivot_data_diff.plan import make_plan
from pivot_data_diff.result import Kind

from pivot.errors import StorageError

EVERYTHING = set(Kind)


def table(tables, mark, numbers):
    rows = [[str(n), f"{mark}{n % 3}", "" if n % 5 else "x\ny", str(n / 7)] for n in numbers]
    return tables.text(["id", "v", "w", "x"], rows)


@pytest.fixture
def pair(tables):
    return table(tables, "a", range(60)), table(tables, "b", [*range(80, 20, -1)])


@pytest.mark.parametrize("keys", [(), ("id",)])
@pytest.mark.parametrize("memory", [6400, 10**9])
def test_they_are_what_is_kept_in_memory(pair, keys, memory):
    expected = compare(*pair, Options(keys=keys))
    stored = compare(*pair, Options(keys=keys, stored=True, memory=memory))
    assert len(stored.rows) == len(expected.rows) > 50
    assert list(stored.rows) == list(expected.rows)
    assert stored.rows[:3] == list(expected.rows[:3])
    assert stored.rows[-1] == expected.rows[-1]
    assert (stored.counts, stored.cells) == (expected.counts, expected.cells)


def test_more_than_the_memory_has_places_for_are_counted_only(pair):
    found = compare(*pair, Options(stored=True, memory=64 * 59))
    assert found.rows is None
    assert found.counts == compare(*pair, Options()).counts
    assert compare(*pair, Options(stored=True, memory=64 * 61)).rows is not None


def test_values_of_any_type_come_back(tables):
    old = tables.typed("ab", [(1, [1, {"x": None}]), (b"\0", 2.5)])
    new = tables.typed("ab", [(10**40, {"y": "\ud800"}), ("é", 2.5)])
    assert list(compare(old, new, Options(stored=True)).rows) == list(
        compare(old, new, Options()).rows
    )


@pytest.fixture
def changes(tables):
    """Modified are `a` and `b` in rows 1 and 3, `a` in row 2; 11 to 13 are added, 2 is removed."""
    plan = make_plan(*[tables.text("ab", []).columns] * 2, Options())
    keeper = FileKeeper(plan, None, 100)
    for number in (3, 1, 2):
        row = (number, ("x", "y"))
        keeper.add(Kind.MODIFIED, row, row, (0, 1)[: number % 2 + 1])
        keeper.add(Kind.ADDED, None, (number + 10, ("x", "y")), ())
    keeper.add(Kind.REMOVED, (2, ("x", "y")), None, ())
    return keeper.changes()


@pytest.mark.parametrize(
    ("kinds", "columns", "chosen"),
    [
        (EVERYTHING, None, [0, 1, 2, 3, 4, 5, 6]),
        ({Kind.MODIFIED}, None, [0, 2, 3]),
        ({Kind.ADDED, Kind.REMOVED}, None, [1, 4, 5, 6]),
        (EVERYTHING, {"a"}, [0, 2, 3]),
        (EVERYTHING, {"b", "c"}, [0, 3]),
        ({Kind.ADDED}, {"b"}, []),
        (set(), None, []),
    ],
)
def test_some_can_be_chosen(changes, kinds, columns, chosen):
    assert [change.place for change in changes] == [1, 2, 2, 3, 11, 12, 13]
    assert list(changes.choose(kinds, columns)) == chosen


def test_their_shapes_need_no_reading(changes):
    changes._store = None
    assert changes.shape(0) == (Kind.MODIFIED, ("a", "b"))
    assert changes.shape(1) == (Kind.REMOVED, ())


def test_a_few_take_no_file(pair):
    assert compare(*pair, Options(stored=True)).rows._store._file is None


def test_many_take_a_file_that_is_closed_when_nobody_has_them(tables):
    pair = table(tables, "a", range(3000)), table(tables, "b", range(3000))
    found = compare(*pair, Options(stored=True))
    assert list(found.rows) == list(compare(*pair, Options()).rows)
    descriptor = found.rows._store._file.fileno()
    os.fstat(descriptor)
    del found
    gc.collect()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_full_disk_is_an_error_that_says_where(tables, tmp_path):
    pair = table(tables, "a", range(3000)), table(tables, "b", range(3000))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(StorageError, match=f"keep the changes.*{tmp_path}"):
            compare(*pair, Options(stored=True, scratch=tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
