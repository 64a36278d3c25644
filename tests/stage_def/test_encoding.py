"""Parameters become JSON values that are equal exactly when the parameters are."""

# No postponed evaluation here: the models are defined inside of tests.

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import json
import math
import pathlib
import re
import subprocess
import sys
import types
import uuid
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.errors import Place
from pivot.stage_def import StageParams, encode_params
from pivot.store.lock import Lock, decode_lock, encode_lock


class Color(enum.Enum):
    RED = "red"
    GREEN = "green"
    NOTHING = None
    PAIR = (1, 2)


class Level(enum.IntEnum):
    LOW = 1


class Inner(StageParams):
    size: int = 1
    name: str = "x"


class Other(pydantic.BaseModel):
    size: int = 1
    name: str = "x"


@dataclasses.dataclass(frozen=True)
class Point:
    x: float
    y: float = 0


class Pair(NamedTuple):
    left: int
    right: str


class Anything(StageParams):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    value: Any = None


def encoded(annotation: Any, value: Any) -> Any:
    """Give the encoding of a parameter that is declared with an annotation."""
    config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    model = pydantic.create_model("Model", __config__=config, value=(annotation, ...))
    return encode_params(model(value=value))["value"]


def through_a_lock(params: dict[str, Any]) -> dict[str, Any]:
    """Give what a lock file gives back."""
    lock = Lock("stage", "xxh64", {}, params, (), ())
    return dict(decode_lock(encode_lock(lock), pathlib.Path("x.lock")).params)


def test_no_parameters_encode_as_nothing():
    assert encode_params(None) == {}


# What stands where the annotation names the type


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (int, 3, 3),
        (float, 0.1, 0.1),
        (float, math.nan, "nan"),
        (float, -math.inf, "-inf"),
        (bool, True, True),
        (str, "text", "text"),
        (None, None, None),
        (int | None, None, None),
        (pathlib.Path, pathlib.Path("a/b"), "a/b"),
        (pathlib.Path | None, pathlib.Path("a/b"), "a/b"),
            (pathlib.PurePosixPath, pathlib.PurePosixPath("a/b"), "a/b"),
        (Color, Color.RED, "red"),
        (Color, Color.NOTHING, {"!name": "NOTHING"}),
        (Color, Color.PAIR, {"!name": "PAIR"}),
        (Level, Level.LOW, 1),
        (Literal["a", "b"], "a", "a"),
        (dt.date, dt.date(2024, 2, 3), "2024-02-03"),
        (dt.datetime, dt.datetime(2024, 2, 3, 4, 5, 6, 7, dt.UTC), "2024-02-03T04:05:06.000007+00:00"),
        (dt.time, dt.time(4, 5), "04:05:00"),
        (dt.timedelta, dt.timedelta(days=1, microseconds=3), "P1DT0.000003S"),
        (decimal.Decimal, decimal.Decimal("1.10"), "1.10"),
        (uuid.UUID, uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (bytes, b"\xff\xfe", "__4="),
        (complex, 1 + 2j, "1+2j"),
        (list[int], [1, 2], [1, 2]),
        (tuple[int, ...], (1, 2), [1, 2]),
        (tuple[int, pathlib.Path], (1, pathlib.Path("a")), [1, "a"]),
        (tuple[()], (), []),
        (set[str], {"b", "a"}, ["a", "b"]),
        (frozenset[int], frozenset({3, 1}), [1, 3]),
        (collections.deque[int], collections.deque([1]), [1]),
        (dict[str, pathlib.Path], {"k": pathlib.Path("a")}, {"k": "a"}),
        (dict[int, float], {1: 0.5}, {"1": 0.5}),
        (dict[Color, int], {Color.RED: 1}, {"red": 1}),
        (dict[Color, int], {Color.PAIR: 1}, [[{"!name": "PAIR"}, 1]]),
        (dict[tuple[int, int], int], {(2, 1): 1, (1, 2): 0}, [[[1, 2], 0], [[2, 1], 1]]),
        (Pair, Pair(1, "x"), [1, "x"]),
        (Point, Point(1.5), {"x": 1.5, "y": 0}),
        (Inner, Inner(size=2), {"size": 2, "name": "x"}),
        (list[Inner], [Inner()], [{"size": 1, "name": "x"}]),
        (list[Annotated[pathlib.Path, "to it"]], [pathlib.Path("a")], ["a"]),
        (re.Pattern[str], re.compile("a", re.IGNORECASE), ["a", 34]),
        (type[int], int, "builtins.int"),
    ],
)  # fmt: skip
def test_a_value_is_plain_where_its_type_is_written(annotation, value, expected):
    assert encoded(annotation, value) == expected


def test_an_alias_is_what_it_stands_for():
    type Folder = pathlib.Path

    assert encoded(Folder, pathlib.Path("a")) == "a"


def test_a_nested_alias_keeps_its_items_plain():
    type Folders = list[pathlib.Path]

    assert encoded(Folders, [pathlib.Path("a")]) == ["a"]


# What carries its type, since the annotation leaves it open


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (Any, pathlib.Path("a"), {"!Path": "a"}),
        (str | pathlib.Path, pathlib.Path("a"), {"!Path": "a"}),
        (Any, (1, 2), {"!tuple": [1, 2]}),
        (Any, {1, 2}, {"!set": [1, 2]}),
        (Any, {1: 2}, {"!dict": [[1, 2]]}),
        (Any, math.nan, {"!float": "nan"}),
        (float | str, math.inf, {"!float": "inf"}),
        (Any, types.MappingProxyType({"a": 1}), {"!mappingproxy": {"a": 1}}),
        (Any, b"ab", {"!bytes": "YWI="}),
        (Any, decimal.Decimal(1), {"!decimal.Decimal": "1"}),
        (Any, Color.RED, {f"!{__name__}.Color": "red"}),
        (Inner | Other, Other(), {f"!{__name__}.Other": {"size": 1, "name": "x"}}),
        (Any, len, {"!builtin_function_or_method": "builtins.len"}),
    ],
)  # fmt: skip
def test_a_value_of_an_open_type_is_tagged(annotation, value, expected):
    assert encoded(annotation, value) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, "1"),
        (1, True),
        (0, None),
        (0, False),
        ("", None),
        ({1: "a"}, {"1": "a"}),
        ({None: "a"}, {"None": "a"}),
        ({True: "a"}, {"True": "a"}),
        ([1, 2], (1, 2)),
        ([1, 2], {1, 2}),
        ([], {}),
        (pathlib.Path("a"), "a"),
        (math.nan, "nan"),
        (math.nan, {"!float": "nan"}),
        (math.inf, -math.inf),
        ((1, 2), {"!tuple": [1, 2]}),
        ({"!tuple": [1]}, {"!!tuple": [1]}),
        (b"a", "a"),
        (decimal.Decimal(1), "1"),
        (dt.date(2024, 1, 1), "2024-01-01"),
        (re.compile("a"), re.compile("a", re.IGNORECASE)),
        (Color.RED, "red"),
        (Level.LOW, 1),
        (Inner(), Other()),
        (Inner(), {"size": 1, "name": "x"}),
        (Point(1), Pair(1, "x")),
        (pydantic.SecretStr("one"), pydantic.SecretStr("two")),
        (np.arange(3000), np.where(np.arange(3000) == 1500, 0, np.arange(3000))),
        (int, str),
        (len, print),
        (range(3), range(4)),
        (frozenset({1}), {1}),
        (collections.OrderedDict(a=1), {"a": 1}),
    ],
)  # fmt: skip
def test_different_values_encode_differently(one, other):
    texts = [json.dumps(encode_params(Anything(value=value))) for value in (one, other)]
    assert texts[0] != texts[1]


def test_two_values_of_one_array_encode_alike():
    first, second = (encode_params(Anything(value=np.arange(5000))) for _ in range(2))
    assert first == second


def test_the_order_of_a_dict_does_not_count():
    one, other = {(1, 2): 1, (2, 1): 2}, {(2, 1): 2, (1, 2): 1}
    assert encode_params(Anything(value=one)) == encode_params(Anything(value=other))


def test_what_has_no_lasting_form_is_never_the_same_again():
    class Unpicklable:
        def __reduce__(self):
            raise TypeError("not me")

    params = Anything(value=Unpicklable())
    assert encode_params(params) != encode_params(params)


def test_an_object_is_the_hash_of_its_pickle():
    first, second = (encode_params(Anything(value=Place("a", 1))) for _ in range(2))
    assert first == second
    assert first != encode_params(Anything(value=Place("a", 2)))


def test_a_value_that_contains_itself_beyond_our_sight_has_a_form():
    loop: list[Any] = []
    loop.append(loop)
    assert encode_params(Anything(value=iter(loop)))["value"].keys() == {"!list_iterator"}


def test_a_secret_is_not_written():
    text = json.dumps(encode_params(Anything(value=pydantic.SecretStr("hunter2"))))
    assert "hunter2" not in text


def test_fields_of_a_model_that_allows_more_count():
    class Open(StageParams):
        model_config = pydantic.ConfigDict(extra="allow")

    assert encode_params(Open(depth=3)) == {"depth": 3}


def test_a_field_left_out_of_dumps_counts():
    class Hidden(StageParams):
        depth: int = pydantic.Field(default=3, exclude=True)

    assert encode_params(Hidden()) == {"depth": 3}


# For ever


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -0.0, 1e300, 2**80, "\ud800", {"a": (math.nan,)}, {1.5: None}, "\n\t\0ü"],
)
def test_it_survives_a_lock_file(value):
    params = encode_params(Anything(value=value))
    assert json.dumps(through_a_lock(params)) == json.dumps(params)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
        | st.frozensets(st.integers() | st.text(max_size=3), max_size=3)
    ),
    max_leaves=8,
)


def canonical(value: Any) -> str:
    """Give a text that is equal exactly when values are, types included."""
    match value:
        case list() | tuple():
            return f"{type(value).__name__}({','.join(map(canonical, value))})"
        case frozenset():
            return f"frozenset({','.join(sorted(map(canonical, value)))})"
        case dict():
            pairs = sorted(f"{canonical(k)}:{canonical(v)}" for k, v in value.items())
            return f"dict({','.join(pairs)})"
    return f"{type(value).__name__}:{value!r}"


@given(values, values)
def test_encodings_are_equal_exactly_when_values_are(one, other):
    encodings = [json.dumps(encode_params(Anything(value=v)), sort_keys=True) for v in (one, other)]
    assert (encodings[0] == encodings[1]) == (canonical(one) == canonical(other))


@given(values)
def test_any_value_survives_a_lock_file(value):
    params = encode_params(Anything(value=value))
    again = through_a_lock(params)
    assert json.dumps(again, sort_keys=True) == json.dumps(params, sort_keys=True)


PROGRAM = """
import enum, json, pathlib
from pivot.stage_def import StageParams, encode_params

class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"

class Params(StageParams):
    words: set[str] = {"alpha", "beta", "gamma", "delta"}
    mixed: set[str | int | None] = {"1", 1, None}
    colors: frozenset[Color] = frozenset(Color)
    nested: set[frozenset[str]] = {frozenset({"a", "b"}), frozenset({"c", "d"})}
    by_color: dict[Color, set[str]] = {Color.RED: {"x", "y", "z"}}

print(json.dumps(encode_params(Params())))
"""


def test_the_hash_seed_does_not_matter():
    texts = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1
