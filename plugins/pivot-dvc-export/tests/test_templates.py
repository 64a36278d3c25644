"""What templates come to, and what stays a reference."""

from __future__ import annotations

import pytest
from pivot_dvc_export.templates import Reference, Scope, TemplateError, Text

VALUES = {"train": {"rate": 0.1, "fast": True, "layers": [8, {"size": 2}]}, "none": None}
SCOPE = Scope((({"local": "here"}, None), (VALUES, "params.yaml")))


def test_plain_text_is_itself():
    assert SCOPE.text("a $b {c}") == Text(("a $b {c}",))


def test_a_value_of_a_file_stays_a_reference():
    found = SCOPE.text("--rate ${train.rate} ${ local }!")
    rate = Reference("params.yaml", "train.rate", 0.1)
    assert found == Text(("--rate ", rate, " here!"))
    assert found.now == "--rate 0.1 here!"
    assert found.references == [rate]


@pytest.mark.parametrize(
    ("template", "now"),
    [
        ("${train.fast}", "true"),
        ("${none}", ""),
        ("${train.layers[1].size}", "2"),
        ("${train.layers.0}", "8"),
        (r"\${train.rate}", "${train.rate}"),
        ("${a}${a}", "11"),
    ],
)
def test_what_it_comes_to(template, now):
    assert SCOPE.inside({"a": 1}).text(template).now == now


def test_a_mapping_becomes_options():
    values = {"rate": 0.1, "fast": True, "slow": False, "names": ["a b", 2], "deep": {"x": "y z"}}
    found = Scope((({"o": values}, None),)).text("run ${o}").now
    assert found == "run --rate 0.1 --fast --names 'a b' 2 --deep.x 'y z'"


@pytest.mark.parametrize("template", ["${nothing}", "${train.nothing}", "${train.layers.7}", "${}"])
def test_what_stands_for_nothing_is_an_error(template):
    with pytest.raises(TemplateError, match="nothing says what"):
        SCOPE.text(template)


def test_a_list_can_not_stand_in_a_text():
    scope = Scope((({"l": [1]}, None),))
    with pytest.raises(TemplateError, match="a list"):
        scope.text("x ${l}")
    assert scope.value("${l}") == [1]
    assert scope.value({"k": ["${l}", 2, "a"]}) == {"k": [[1], 2, "a"]}
