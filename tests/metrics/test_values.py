"""Values one by one, and as JSON."""

from __future__ import annotations

import datetime as dt
import json
import math

from pivot.metrics import as_json, is_number
from pivot.metrics.values import flatten


def test_values_have_dotted_names():
    assert dict(flatten({"a": {"b": {"c": 1}}, "d": [1], "e": {}})) == {
        "a.b.c": 1,
        "d": [1],
        "e": {},
    }


def test_two_values_never_have_one_name():
    keys = ["a", "a.b", '"a"', ""]
    found = [name for key in keys for name, _ in flatten({key: {key: 1}})]
    assert len(set(found)) == len(keys)


def test_what_is_not_json_becomes_it():
    day = dt.date(2024, 2, 3)
    assert dict(flatten({day: {1: [day, (1, 2)]}, "x": b"b"})) == {
        "2024-02-03.1": ["2024-02-03", [1, 2]],
        "x": "b'b'",
    }


def test_documents_are_strict_json():
    values = {"a": [math.nan, math.inf], "b": -math.inf, "c": 1}
    text = json.dumps(as_json(values), allow_nan=False)
    assert json.loads(text) == {"a": ["NaN", "Infinity"], "b": "-Infinity", "c": 1}


def test_truth_is_no_number():
    assert is_number(1)
    assert is_number(math.nan)
    assert not is_number(True)
    assert not is_number("1")
