"""Contents, and what goes with them."""

from __future__ import annotations

import pickle

import pytest

from pivot.store.content import Content, Signature


@pytest.mark.parametrize("value", [Content("ab", 1, executable=True), Signature(1, 2, 3, 4)])
def test_both_travel_between_processes(value):
    assert pickle.loads(pickle.dumps(value)) == value
