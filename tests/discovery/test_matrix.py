"""Names, combinations and placeholders; what the file makes of them is in test_declaring.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.discovery.matrix import PlaceholderError, filled

VALUES = {"model": "bert", "lang": "swe"}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("", ""),
        ("${model}", "bert"),
        ("a/${model}_${lang}.json", "a/bert_swe.json"),
        ("${model}${model}", "bertbert"),
        ("$${model}", "${model}"),
        ("$$${model}", "$${model}"),
        ("$$", "$$"),
        ("$model {model} $ {model}", "$model {model} $ {model}"),
        ("$${", "${"),
    ],
)
def test_texts(text, result):
    assert filled(text, VALUES) == result


@pytest.mark.parametrize("text", ["${modle}", "${}", "${ model }", "${model", "${model.x}", "${"])
def test_what_means_nothing(text):
    with pytest.raises(PlaceholderError):
        filled(text, VALUES)


def test_without_a_matrix_the_hint_is_the_escape():
    with pytest.raises(PlaceholderError) as caught:
        filled("${HOME}", {})
    assert caught.value.hint == "the stage has no matrix; write $${ for a literal ${"


@given(st.text(alphabet="${}ab"))
def test_every_text_can_be_written(text):
    assert filled(text.replace("${", "$${"), {"a": "b"}) == text
