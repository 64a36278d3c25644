import collections
import datetime as dt
import enum
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import pytest

from pivot.fingerprint.digest import Parts
from pivot.fingerprint.plain import Plain, plain_content, shown


@pytest.fixture
def plain():
    return Plain(["/data/project", "/links/project"])


class Count(int):
    def __int__(self):
        raise RuntimeError


class Bag(dict):
    def items(self):
        raise RuntimeError


class Row(list):
    def __iter__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        1.5,
        2j,
        "a",
        b"a",
        ...,
        NotImplemented,
        range(3),
        [1, "a"],
        (1.0, None),
        bytearray(b"a"),
    ],
)
def test_scalars_and_flat_containers_are_leaves(plain, value):
    parts = plain.take_apart(value)
    assert parts.children == ()
    assert parts.label.startswith(type(value).__name__)


def test_containers_have_children(plain):
    inner = dt.date(2024, 1, 2)
    assert plain.take_apart([1, inner]).children == (1, inner)
    assert plain.take_apart({"a": inner}).children == ("a", inner)
    assert plain.take_apart(MappingProxyType({"a": 1})).children == ("a", 1)
    assert not plain.take_apart({"a", inner}).ordered


@pytest.mark.parametrize(
    "value",
    [dt.date(2024, 1, 2), Count(1), Bag(), Row(), object(), collections.OrderedDict()],
)
def test_anything_else_is_not_plain(plain, value):
    assert plain.take_apart(value) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Path("/data/project/x"), Path("/links/project/x")),
        ("/data/project", "/links/project"),
        ("sqlite:////data/project/db", "sqlite:////links/project/db"),
    ],
)
def test_the_root_has_one_name(plain, one, other):
    assert plain.take_apart(one) == plain.take_apart(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/data/project/x", "/data/project/y"),
        ("/data/project2", "/links/project2"),
        ("/data/project/x", Path("/data/project/x")),
        ("/data/project/x", "/x"),
        (PurePosixPath("a"), "a"),
    ],
)
def test_what_is_not_the_same_path_differs(plain, one, other):
    assert plain.take_apart(one) != plain.take_apart(other)


def test_flat_containers_with_the_root_are_not_leaves(plain):
    assert plain.take_apart(["/data/project/x", 1]).children == ("/data/project/x", 1)


def test_a_project_at_the_top_of_the_file_system():
    assert Plain(["/"]).take_apart("/x").label == "str '/x'"


@pytest.mark.parametrize(
    ("value", "content"),
    [
        (Count(3), 3),
        (Bag(a=1), Parts("dict", ("a", 1))),
        (Row([1]), Parts("list", (1,))),
        (type("T", (tuple,), {})((1,)), Parts("tuple", (1,))),
        (type("S", (set,), {})({1}), Parts("set", (1,), ordered=False)),
        (type("F", (frozenset,), {})({1}), Parts("set", (1,), ordered=False)),
        (type("B", (bytes,), {})(b"a"), b"a"),
        (type("A", (bytearray,), {})(b"a"), bytearray(b"a")),
        (type("X", (float,), {})(1.5), 1.5),
        (type("C", (complex,), {})(1j), 1j),
        (enum.StrEnum("E", "a").a, "a"),
        (object(), None),
    ],
)
def test_content_of_subclasses_is_read_past_their_methods(value, content):
    found = plain_content(value)
    assert found == content
    assert type(found) in {Parts, int, bytes, bytearray, float, complex, str, type(None)}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        ("a", "'a'"),
        ([1, 2], "[1, 2]"),
        ({"a": 1}, "{'a': 1}"),
        ({1}, "{1}"),
        (bytearray(b"a"), "bytearray(b'a')"),
        ([[1]], None),
        ({"a": []}, None),
        (Bag(), None),
        (object(), None),
        pytest.param(10**5000, None, id="too many digits"),
    ],
)
def test_shown(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(
    "value", ["x" * 1000, list(range(1000)), ["x" * 500] * 10, dict.fromkeys(range(9), "y" * 40)]
)
def test_what_is_shown_is_short(value):
    assert len(shown(value)) <= 80
