"""Names of stages in DVC: none that DVC refuses, and each can be turned back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pivot_dvc_export.names import dvc_name, stage_name

# Mostly of what the notation itself is made of.
NAMES = st.lists(
    st.sampled_from(["_", "__", "@", ".", "+", "-", "at", "low", "u40", "a", "ß"]) | st.text(),
    min_size=1,
).map("".join)


@pytest.mark.parametrize(
    ("stage", "name"),
    [
        ("train", "train"),
        ("train-all_2", "train-all_2"),
        ("train@small", "train__at__small"),
        ("v1.2+b", "v1__dot__2__plus__b"),
        ("a__b", "a__low___b"),
        ("größe", "gr__uf6____udf__e"),
    ],
)
def test_other_signs_become_words(stage, name):
    assert dvc_name(stage) == name


def test_a_stage_that_is_called_like_a_word_stays_apart():
    assert dvc_name("train__at__small") != dvc_name("train@small")


@given(NAMES)
def test_dvc_takes_the_name_of_any_stage(stage):
    assert re.fullmatch(r"[A-Za-z0-9_-]*", dvc_name(stage))


@given(NAMES)
def test_any_name_can_be_turned_back(stage):
    assert stage_name(dvc_name(stage)) == stage
