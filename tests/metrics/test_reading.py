"""Files of metrics in each format, and what is wrong with them."""

from __future__ import annotations

import math

import pytest

from pivot.metrics import MetricsFileError, is_metrics_file, read_metrics


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("m.json", '{"a": {"b": 1, "c": 0.5}}'),
        ("m.yaml", "a:\n  b: 1\n  c: 0.5\n"),
        ("m.YML", "a: {b: 1, c: 0.5}"),
        ("m.toml", "[a]\nb = 1\nc = 0.5\n"),
        ("m.csv", "a.b,a.c\n1,0.5\n"),
        ("m.tsv", "a.b\ta.c\n1\t0.5\n"),
        ("m", '\ufeff{"a": {"b": 1, "c": 0.5}}'),
    ],
)
def test_each_format_gives_the_same(path, text):
    found = read_metrics(path, text.encode())
    quoted = path in {"m.csv", "m.tsv"}
    assert found == {'"a.b"' if quoted else "a.b": 1, '"a.c"' if quoted else "a.c": 0.5}
    assert [type(value) for value in found.values()] == [int, float]


def test_numbers_that_are_none():
    found = read_metrics("m.json", b'{"a": NaN, "b": -Infinity, "c": 1e999}')
    assert math.isnan(found["a"])
    assert (found["b"], found["c"]) == (-math.inf, math.inf)
    assert math.isinf(read_metrics("m.toml", b"a = inf")["a"])
    assert math.isnan(read_metrics("m.csv", b"a\nnan\n")["a"])


def test_other_values():
    found = read_metrics("m.json", b'{"a": null, "b": true, "c": "x", "d": [1, {"e": 2}], "f": {}}')
    assert found == {"a": None, "b": True, "c": "x", "d": [1, {"e": 2}], "f": {}}
    cells = read_metrics("m.csv", b"a,b,c,d,e\n,True,x,1_0,-7\n")
    assert cells == {"a": None, "b": True, "c": "x", "d": "1_0", "e": -7}
    assert read_metrics("m.yaml", b"day: 2024-02-03\n1: x\nnothing:")["day"] == "2024-02-03"
    assert read_metrics("m.toml", b"at = 07:32:00")["at"] == "07:32:00"


def test_a_huge_integer_stays_exact():
    assert read_metrics("m.json", b'{"n": %d}' % 10**100)["n"] == 10**100
    assert read_metrics("m.csv", b"n\n%d\n" % 10**100)["n"] == 10**100


def test_exponents_in_yaml_are_numbers():
    found = read_metrics("m.yaml", b"a: 1e-5\nb: 2E3\nc: '1e-5'\nd: 1e5x\ne: +1e1\n")
    assert found == {"a": 1e-5, "b": 2e3, "c": "1e-5", "d": "1e5x", "e": 10.0}


def test_a_file_of_one_value_has_a_metric_without_a_name():
    assert read_metrics("m.json", b"0.5") == {"": 0.5}


def test_the_index_that_pandas_writes_is_no_metric():
    assert read_metrics("m.csv", b",loss\n0,0.5\n") == {"loss": 0.5}


def test_keys_with_dots_are_quoted():
    assert read_metrics("m.json", b'{"a.b": 1, "a": {"b": 2}, "": 3}') == {
        '"a.b"': 1,
        "a.b": 2,
        '""': 3,
    }


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("m.json", b'{"a": 1,', "m.json: it is not valid JSON: Expecting property name"),
        ("m.json", b"", "(line 1, column 1)"),
        ("m.json", b"\xff", "it is not UTF-8 text"),
        ("m.json", b"[" * 100_000, "it is nested too deeply"),
        ("m.json", b"1" * 5000, "a number that is too long"),
        ("m.yaml", b"a: [1", "(line 1, column 6)"),
        ("m.yaml", b"a: 1\n---\nb: 2\n", "it is not valid YAML: but found another document"),
        ("m.yaml", b"a: 0x" + b"f" * 5000, "a number that is too long"),
        ("m.yaml", b"a: 2024-99-99", "it is not valid YAML"),
        ("m.toml", b"a = ", "it is not valid TOML"),
        ("m.csv", b"", "it has no rows"),
        ("m.csv", b"a\n1\n2\n", "it has 2 rows, and metrics have one"),
        ("m.csv", b"a,b\n1\n", "its header has 2 columns, and its row 1"),
        ("m.csv", b"a,a\n1,2\n", "two columns of one name"),
        ("m.txt", b"hello", "the suffix says what it is"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(path, data, said):
    with pytest.raises(MetricsFileError) as caught:
        read_metrics(path, data)
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)


def test_suffixes():
    assert is_metrics_file("a/b.JSON")
    assert not is_metrics_file("a.json/b")
