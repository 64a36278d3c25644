"""Which output a path belongs to, against a slow and obvious definition."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pivot.graph.ownership import Ownership, key_of, parents_of

_PATHS = st.lists(st.sampled_from(["a", "b", "a0", "a-", "a.x"]), min_size=1, max_size=4).map(
    "/".join
)


def is_inside(path, directory):
    return path.startswith(directory + "/")


@settings(deadline=None)
@given(st.sets(_PATHS), _PATHS)
def test_below_gives_exactly_what_lies_inside(keys, path):
    outputs = Ownership(dict.fromkeys(keys, "stage"))
    assert outputs.below(path) == sorted(key for key in keys if is_inside(key, path))


@settings(deadline=None)
@given(st.sets(_PATHS), _PATHS)
def test_holder_is_the_path_itself_or_the_nearest_directory_around_it(keys, path):
    outputs = Ownership(dict.fromkeys(keys, "stage"))
    around = [key for key in keys if key == path or is_inside(path, key)]
    assert outputs.holder(path) == max(around, key=len, default=None)


@settings(deadline=None)
@given(st.sets(_PATHS), _PATHS)
def test_a_trailing_slash_changes_nothing(keys, path):
    outputs = Ownership(dict.fromkeys(keys, "stage"))
    assert outputs.feeding(path + "/") == outputs.feeding(path)


def test_the_parents_of_a_key_come_nearest_first():
    assert list(parents_of("a/b/c")) == ["a/b", "a"]


def test_the_key_of_a_directory_has_no_slash():
    assert key_of("data/") == "data"
