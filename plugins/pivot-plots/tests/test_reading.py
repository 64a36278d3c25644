"""Tables in each shape, and what is wrong with them."""

from __future__ import annotations

import math

import pytest
from pivot_plots.reading import PlotFileError, image_type, is_plot_file, read_table


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("t.csv", "a,b\n1,x\n2,\n"),
        ("t.TSV", "\ufeffa\tb\n1\tx\n2\t\n"),
        ("t.json", '[{"a": 1, "b": "x"}, {"a": 2}]'),
        ("t.json", '{"a": [1, 2], "b": ["x", null]}'),
        ("t.json", '{"curve": [{"a": 1, "b": "x"}, {"a": 2, "b": null}]}'),
    ],
)
def test_each_shape_gives_the_same(path, text):
    assert read_table(path, text.encode()) == {"a": (1.0, 2.0), "b": ("x", None)}


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("[1, 2.5, null]", {"value": (1.0, 2.5, None)}),
        ("[[1, 2], [3, 4]]", {"column 1": (1.0, 3.0), "column 2": (2.0, 4.0)}),
        ('{"a": 1, "b": 2}', {"name": ("a", "b"), "value": (1.0, 2.0)}),
        ('[{"a": true, "b": [1]}]', {"a": ("true",), "b": ("[1]",)}),
        ('[{"a": 1%s}]' % ("0" * 400), {"a": (math.inf,)}),
    ],
)
def test_other_shapes_of_json(text, table):
    assert read_table("t.json", text.encode()) == table


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("t.csv", b"", "it is empty"),
        ("t.csv", b"a,b\n1\n", "row 2 has 1 cells, and the header 2"),
        ("t.csv", b"a,a\n1,2\n", "two columns of one name"),
        ("t.csv", b"\xff\xfe", "not UTF-8"),
        ("t.json", b"[1,", "not valid JSON"),
        ("t.json", b"[]", "no series"),
        ("t.json", b'"x"', "no series"),
        ("t.json", b'{"a": [1], "b": [1, 2]}', "no series"),
        ("t.json", b"[" * 100_000, "nested too deeply"),
        ("t.parquet", b"", "its name ends in none of .bmp, .csv"),
    ],
)
def test_what_is_wrong_is_told(path, data, said):
    with pytest.raises(PlotFileError, match=f"{path}: .*{said}"):
        read_table(path, data)


def test_names():
    assert image_type("a/B.PNG") == "image/png"
    assert is_plot_file("x.svg")
    assert is_plot_file("x.json")
    assert not is_plot_file("x.png.txt")
