"""Reading `.pivot/config.yaml`, and the line of each key."""

from __future__ import annotations

import pytest

from pivot.config.yaml_layer import parse_yaml, read_yaml
from pivot.errors import ConfigError


def parsed(text):
    return [(entry.key, entry.value, entry.place.line) for entry in parse_yaml(text)]


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", []),
        ("# nothing\n", []),
        ("jobs: 2\n", [("jobs", 2, 1)]),
        ("---\njobs: 2\nkeep_going: true\n", [("jobs", 2, 2), ("keep_going", True, 3)]),
        ("cache:\n  link: [copy]\n", [("cache.link", ["copy"], 2)]),
        ("cache.link: copy\n", [("cache.link", "copy", 1)]),
        ("{cache: {link: copy}}", [("cache.link", "copy", 1)]),
        ("1: x\n", [("1", "x", 1)]),
        ("a: {b: {c: 1}}\n", [("a.b", {"c": 1}, 1)]),
    ],
)
def test_every_way_to_write_a_key_is_found_with_its_line(text, entries):
    assert parsed(text) == entries


def test_a_project_without_the_file_says_nothing(tmp_path):
    assert read_yaml(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("jobs: 1\nhash: [\n", r":3: not valid YAML"),
        ("jobs: 1\njobs: 2\n", r":2: 'jobs' is set twice, first in line 1"),
        ("cache.link: copy\ncache:\n  link: copy\n", r":3: 'cache.link' is set twice"),
        ("- jobs\n", r":1: the file must hold 'key: value' lines"),
        ("just text\n", r":1: the file must hold 'key: value' lines"),
        ("jobs: !!python/name:os.system\n", r":1: not valid YAML: could not determine"),
        ("jobs: &a [*a]\n", r":1: not valid YAML"),
        ("jobs: 1\n---\njobs: 2\n", r":2: not valid YAML"),
        ('jobs: "\\U8007D1ED"\n', r":1: not valid YAML: "),
        ("jobs: 1\nhash: " + "[" * 900, r":1: not valid YAML: this is nested too deeply"),
        ("jobs: 0x" + "f" * 9000, r":1: not valid YAML: this is a number that is too long"),
        ("jobs: 1\nhash: !!timestamp 9\n", r":2: this is not a value: it doesn't fit its tag"),
        ("jobs: 1\nhash: 2024-02-31\n", r":2: this is not a value: day"),
        ("jobs: 1\n? [hash]\n: 1\n", r":2: a key is a word, not a list or a mapping"),
        ("jobs: \x00\n", r":1: not valid YAML: unacceptable character"),
    ],
)
def test_what_is_wrong_is_an_error_with_its_line(text, message):
    with pytest.raises(ConfigError, match=rf"^.pivot/config.yaml{message}"):
        parse_yaml(text)
