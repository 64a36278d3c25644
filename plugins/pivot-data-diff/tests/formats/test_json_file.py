"""JSON and JSONL."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pivot_data_diff import FormatError
from pivot_data_diff.formats.json_file import open_json, open_json_lines


@pytest.fixture
def read(tmp_path):
    def read(content, opener=open_json):
        file = tmp_path / "blob"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        table = opener(file)
        rows = list(table.rows())
        assert len(rows) == table.count
        return [column.name for column in table.columns], rows

    return read


def lines(read, content):
    return read(content, open_json_lines)


def test_a_list_of_objects(read):
    content = '[{"a": 1, "b": "x"},\n {"b": null, "c": [1, {"d": 2}]}]'
    assert read(content) == (["a", "b", "c"], [(1, "x", None), (None, None, [1, {"d": 2}])])


def test_an_object_is_one_row(read):
    assert read(' {"loss": 0.5, "steps": 3}\n') == (["loss", "steps"], [(0.5, 3)])


@pytest.mark.parametrize("content", ["", "  \n", "[]", " [ ] "])
def test_nothing(read, content):
    assert read(content) == ([], [])


def test_objects_without_keys_are_rows(read):
    assert read("[{}, {}]") == ([], [(), ()])


def test_lines(read):
    content = '{"a": 1}\n\n{"b": 2}\r\n  \n{"a": "\\n"}'
    assert lines(read, content) == (["a", "b"], [(1, None), (None, 2), ("\n", None)])
    assert lines(read, "") == ([], [])


@pytest.mark.parametrize("number", ["1" + "0" * 30, "-123456789012345678901234567890"])
def test_large_integers_are_exact(read, number):
    assert read(f'[{{"a": {number}}}]')[1] == [(int(number),)]


def test_integers_beyond_what_python_reads(read):
    digits = "7" * 5000
    assert read(f'[{{"a": {digits}}}]')[1] == [(Decimal(digits),)]
    assert lines(read, f'{{"a": {digits}}}')[1] == [(Decimal(digits),)]


def test_numbers_that_json_has_no_form_for(read):
    ((nan, infinity),) = read('[{"a": NaN, "b": -Infinity}]')[1]
    assert nan != nan
    assert infinity == float("-inf")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks(read, encoding):
    assert read('[{"ä": "€"}]'.encode(encoding)) == (["ä"], [("€",)])
    assert lines(read, '{"ä": "€"}\n'.encode(encoding)) == (["ä"], [("€",)])


def test_compressed(read):
    assert read(gzip.compress(b'[{"a": 1}]'))[1] == [(1,)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"a": 1}', r"line 1 is not JSON"),
        ('[{"a": 1},', r"line 1 is not JSON: Expecting value"),
        ('[{"a": 1},]', r"line 1 is not JSON: (Expecting value|Illegal)"),
        ('[{"a": 1}\n {"b": 2}]', r"line 2 is not JSON: Expecting ',' or '\]'"),
        ('[{"a": 1}]\n\n[]', r"line 3 is not JSON: there is more after the end"),
        ('{"a": 1}\n{"a": 2}', r"line 2 is not JSON: there is more after the end"),
        ('[\n{"a": x}]' + " " * 100, r"line 2 is not JSON: Expecting value"),
        ('[{"a": "unclosed}]', r"line 1 is not JSON: Unterminated string"),
        ("nonsense", r"line 1 is not JSON: Expecting value"),
        ("[1, 2]", r"item 1 is a number, and not an object\n.*list of objects"),
        ('[{}, "x"]', r"item 2 is a text"),
        ("[[1]]", r"item 1 is a list"),
        ("[null]", r"item 1 is null"),
        ("[true]", r"item 1 is true or false"),
        ("3", r"the file is a number"),
        ('"text"', r"the file is a text"),
        (b'[{"a": "\xff"}]', r"the file is not utf-8: invalid start byte"),
        (gzip.compress(b"[{}]" * 999, mtime=0)[:-10], r"not sound gzip"),
    ],
)
def test_what_is_no_table_is_an_error(read, content, message):
    with pytest.raises(FormatError, match=message):
        read(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1}\n{"a": }\n', "line 2 is not JSON: Expecting value"),
        ('{"a": 1}\n\n[1]\n', "line 3 is a list, and not an object"),
        ("5", "line 1 is a number"),
    ],
)
def test_what_is_no_table_in_lines_is_an_error(read, content, message):
    with pytest.raises(FormatError, match=message):
        lines(read, content)


@pytest.mark.parametrize("width", [65_530, 65_531, 65_532, 65_533, 65_534, 65_535, 65_536, 65_537])
@pytest.mark.parametrize(
    "tail",
    ['{"a":-Infinity}', '{"a":"\\ud834\\udd1e"}', '{"a":12345.5e3}', '{"a":true}', '{"a" : 1 }'],
)
def test_values_that_a_piece_ends_in(read, width, tail):
    """The file is read in pieces of 65,536 characters."""
    content = "[" + " " * (width - 8) + tail + "\n,\n" + tail + "]"
    assert [list(row) for row in read(content)[1]] == [[json.loads(tail)["a"]]] * 2


def test_a_value_of_many_pieces(read):
    rows = [{"a": "x" * 300_000}, {"a": list(range(100_000))}, {"b": 1}]
    assert read(json.dumps(rows))[1] == [
        (rows[0]["a"], None),
        (rows[1]["a"], None),
        (None, 1),
    ]


def test_a_mistake_is_found_before_the_whole_file_is_read(tmp_path):
    file = tmp_path / "x.json"
    file.write_text('[{"a": 1}, {"a": oops}, ' + " " * 10_000_000 + "]")
    with pytest.raises(FormatError, match="line 1 is not JSON: Expecting value"):
        open_json(file)


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
nested = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)


# How long it takes to make up nested values says nothing about reading them.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    rows=st.lists(st.dictionaries(st.sampled_from("abc"), nested, max_size=3), max_size=5),
    indent=st.sampled_from([None, 2]),
    ascii_only=st.booleans(),
)
def test_what_the_json_module_writes_is_read(rows, indent, ascii_only, tmp_path_factory):
    file = tmp_path_factory.mktemp("json") / "blob"
    text = json.dumps(rows, indent=indent, ensure_ascii=ascii_only)
    file.write_text(text, "utf-8", "surrogatepass")
    table = open_json(file)
    names = [column.name for column in table.columns]
    assert list(table.rows()) == [tuple(row.get(name) for name in names) for row in rows]
