"""YAML that DVC reads as it is meant."""

from __future__ import annotations

import pytest
from pivot_dvc_export.notation import dumps, loads, unescaped


def test_lists_are_indented_and_order_is_kept():
    assert dumps({"b": ["x", {"y": {"cache": False}}], "a": "z"}) == (
        "b:\n  - x\n  - y:\n      cache: false\na: z\n"
    )


def test_a_text_stays_on_one_line():
    assert dumps({"desc": "word " * 100 + "end"}).count("\n") == 1


def test_equal_values_are_written_in_full():
    shared = ["x"]
    assert dumps({"a": shared, "b": shared}) == "a:\n  - x\nb:\n  - x\n"


@pytest.mark.parametrize(
    "text", ["1e3", "0o17", "1_000", "12", "-1", "+.inf", ".5", ".NaN", "2024-01-31"]
)
def test_what_looks_like_a_number_is_quoted(text):
    assert dumps({text: text}) == f"'{text}': '{text}'\n"


@pytest.mark.parametrize(
    "text", ["on", "null", "", " x", "a: b", "# x", "*x", "größe", "\t", "- x"]
)
def test_any_text_comes_back(text):
    assert loads(dumps({text: [text]})) == {text: [text]}


@pytest.mark.parametrize("text", ["${A}", "a ${A} $${B} $ {", r"\${A}", "${", r"\\${A}"])
def test_templates_are_escaped_in_keys_and_values(text):
    content = loads(dumps({"outs": [{text: None}, text]}))
    assert content == {"outs": [{text.replace("${", r"\${"): None}, text.replace("${", r"\${")]}
    assert unescaped(content["outs"][1]) == text
