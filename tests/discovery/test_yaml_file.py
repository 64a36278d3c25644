"""How a YAML file of the project is read: plain values with lines, and what is wrong with it.

What `params.yaml` makes of it is in test_overrides.py.
"""

from __future__ import annotations

import datetime as dt

import pytest

from pivot.discovery.yaml_file import WRONG, YamlFile, is_nothing, line_of, members
from pivot.errors import DefinitionError


def parsed(text: str) -> YamlFile:
    return YamlFile("some.yaml", text.encode())


def test_a_file_that_is_not_there_is_none(tmp_path):
    assert YamlFile.read(tmp_path, "some.yaml") is None


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "some.yaml").mkdir()
    with pytest.raises(DefinitionError, match=r"some\.yaml:1: the file can't be read"):
        YamlFile.read(tmp_path, "some.yaml")


def test_keys_are_nodes_with_lines():
    file = parsed("# a comment\non: 1\n123: {x: 2}\n")
    found = [(key.value, line_of(key), file.value(node)) for key, node in members(file.node)]
    assert found == [("on", 2, 1), ("123", 3, {"x": 2})]


def test_only_a_mapping_has_members():
    assert members(parsed("[a, b]").node) == []


@pytest.mark.parametrize("text", ["~", "null", "!!null ''"])
def test_nothing(text):
    assert is_nothing(parsed(text).node)


def test_an_empty_file_has_no_node():
    assert parsed("# nothing\n").node is None


def test_a_name_that_is_there_twice_is_kept_as_an_error():
    assert [str(error) for error in parsed("a:\n  b: 1\n  b: 2\n").errors] == [
        "some.yaml:3: 'b' is here twice; the first is in line 2"
    ]


def test_a_value_that_is_none_is_kept_as_an_error():
    file = parsed("a: 2024-02-31\n")
    [(_, node)] = members(file.node)
    assert file.value(node) is WRONG
    with pytest.raises(ValueError, match="day") as caught:
        dt.date(2024, 2, 31)
    assert [str(error) for error in file.errors] == [
        f"some.yaml:1: this is not a value: {caught.value}"
    ]


@pytest.mark.parametrize(
    "text", ["a: [", 'a: "\\U8007D1ED"', "a: b: c", "- x\na: b", "a: *b", "---\na\n---\nb\n"]
)
def test_what_is_not_yaml_is_one_error_with_its_line(text):
    with pytest.raises(DefinitionError, match=r"^some\.yaml:[1-4]: this is not YAML: "):
        parsed(text)


def test_no_tag_makes_an_object():
    file = parsed("!!python/object/apply:os.getcwd []")
    with pytest.raises(DefinitionError, match="this is not YAML: could not determine"):
        file.value(file.node)
