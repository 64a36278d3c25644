"""Which way is better, as a `Metric` declares it."""

from __future__ import annotations

import pytest

from pivot.errors import DefinitionErrors
from pivot.outputs import Metric
from pivot.registry import Registry


def stage(better):
    registry = Registry()
    registry.register(lambda: None, name="m", outs=[Metric("m.json", better=better)])
    return registry.stages[0]


@pytest.mark.parametrize(
    ("better", "ways"),
    [
        (None, ()),
        ("lower", (("*", "lower"),)),
        ({"a": "higher", "b.*": "lower"}, (("a", "higher"), ("b.*", "lower"))),
    ],
)
def test_it_is_known_by_name(better, ways):
    assert stage(better).outs[0].better == ways


@pytest.mark.parametrize("better", ["up", {"a": "less"}, {1: "lower"}, 3])
def test_anything_else_is_refused(better):
    with pytest.raises(DefinitionErrors, match="says no direction"):
        stage(better)
