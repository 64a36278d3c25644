"""Changing one key of a YAML text."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pivot.config.editing import with_value, without_key
from pivot.config.yaml_layer import parse_yaml
from pivot.errors import ConfigError


@pytest.mark.parametrize(
    ("before", "key", "value", "after"),
    [
        ("", "jobs", 2, "jobs: 2\n"),
        ("jobs: 1\n", "jobs", 2, "jobs: 2\n"),
        ("jobs: 1  # of 8\n", "jobs", 2, "jobs: 2  # of 8\n"),
        ("# mine\nhash: xxh64\n", "jobs", 2, "# mine\nhash: xxh64\njobs: 2\n"),
        ("hash: xxh64", "jobs", 2, "hash: xxh64\njobs: 2\n"),
        ("", "cache.link", ["copy"], "cache:\n  link: [copy]\n"),
        ("cache.link: copy\n", "cache.link", ["reflink"], "cache.link: [reflink]\n"),
        (
            "cache:\n  # why\n  link:\n  - reflink\n  - copy\njobs: 1\n",
            "cache.link",
            ["copy"],
            "cache:\n  # why\n  link: [copy]\njobs: 1\n",
        ),
        (
            "cache:\n    other: 1 # x\n",
            "cache.link",
            "copy",
            "cache:\n    link: copy\n    other: 1 # x\n",
        ),
        ("keep_going: no\n", "keep_going", True, "keep_going: true\n"),
        ("hash: 'a: b'\n", "hash", "# c: d", "hash: '# c: d'\n"),
    ],
)
def test_a_value_is_written_and_the_rest_stays_as_it_is(before, key, value, after):
    assert with_value(before, key, value) == after


@pytest.mark.parametrize(
    ("before", "key", "after"),
    [
        ("jobs: 1\n", "jobs", ""),
        ("# top\njobs: 1 # of 8\n# end\nhash: xxh64\n", "jobs", "# top\n# end\nhash: xxh64\n"),
        ("cache:\n  link: [copy,\n    reflink]\njobs: 1\n", "cache.link", "jobs: 1\n"),
        ("cache:\n  link:\n  - copy\n  other: 1\n", "cache.link", "cache:\n  other: 1\n"),
        ("jobs: 1\ncache.link: copy", "cache.link", "jobs: 1\n"),
    ],
)
def test_a_key_is_removed_and_the_rest_stays_as_it_is(before, key, after):
    assert without_key(before, key) == after


@pytest.mark.parametrize(
    "text",
    ["{jobs: 1, hash: xxh64}\n", "jobs: 1\nhash: xxh64\n...\n", "? jobs\n: 1\nhash: xxh64\n"],
)
def test_unusual_yaml_keeps_its_meaning(text):
    assert yaml.safe_load(with_value(text, "executor", "inline")) == {
        "jobs": 1,
        "hash": "xxh64",
        "executor": "inline",
    }
    assert yaml.safe_load(with_value(text, "jobs", 3)) == {"jobs": 3, "hash": "xxh64"}
    assert yaml.safe_load(without_key(text, "jobs")) == {"hash": "xxh64"}


def test_the_only_key_of_an_unusual_text_leaves_nothing():
    assert parse_yaml(without_key("{jobs: 1}", "jobs")) == []


def test_a_section_that_is_not_one_is_replaced():
    after = with_value("cache: 3\njobs: 1\n", "cache.link", "copy")
    assert {entry.key: entry.value for entry in parse_yaml(after)} == {
        "cache.link": "copy",
        "jobs": 1,
    }


def test_a_text_that_is_not_valid_is_not_touched():
    with pytest.raises(ConfigError, match="not valid YAML"):
        with_value("jobs: [\n", "jobs", 2)


_VALUES = st.one_of(
    st.integers(1, 10**9),
    st.floats(0, allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1),
    st.lists(st.sampled_from(["reflink", "copy"]), max_size=2),
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "s.x", "s.y", "t.x"]), _VALUES), _VALUES)
def test_what_is_set_is_read_again_and_what_is_unset_is_gone(others, value):
    text = ""
    for key, other in others.items():
        text = with_value(text, key, other)
    text = with_value(text, "s.key", value)
    assert {entry.key: entry.value for entry in parse_yaml(text)} == {**others, "s.key": value}
    text = without_key(text, "s.key")
    assert {entry.key: entry.value for entry in parse_yaml(text)} == others
