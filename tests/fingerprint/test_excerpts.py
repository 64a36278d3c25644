"""An excerpt is what counts of a symbol's source, in a form of its own."""

from __future__ import annotations

from textwrap import dedent

import pytest

from pivot.fingerprint import excerpt

SOURCE = dedent(
    '''
    """A module."""
    import registry  # where all is kept

    LIMITS = {"low": 1,  "high": 9}  # in metres
    LIMITS["middle"] = 5

    @registry.add(1,
                  2)
    def area(radius):
        """Give the area."""
        # Not a disc.
        if radius < 0:
            """Impossible."""
        return (radius
                * radius)

    TABLE = {"a": lambda x: x + 1, "b": lambda x: x + 2}

    class Shape:
        """Any shape."""
        def area(self):
            """Give the area."""

    Point = namedtuple("Point", "x y")
    registry.seed(3)
    '''
).encode()

AREA = """\
@registry.add(1, 2)
def area(radius):
    if radius < 0:
        pass
    return radius * radius"""


def line(text):
    """Give the number of the line that begins so."""
    return [one.strip().startswith(text) for one in SOURCE.decode().splitlines()].index(True) + 1


@pytest.mark.parametrize(
    ("kind", "name", "start", "source"),
    [
        ("func", "m:area", "def area(radius)", AREA),
        ("func", "m:Shape.area", "def area(self)", "def area(self):\n    pass"),
        ("class", "m:Shape", "class Shape", "class Shape:\n\n    def area(self):\n        pass"),
        ("class", "m:Point", "Point", "Point = namedtuple('Point', 'x y')"),
        ("func", "m:TABLE.<lambda>", "TABLE", "lambda x: x + 1"),
        ("func", "m:TABLE.<lambda>.1", "TABLE", "lambda x: x + 2"),
        ("const", "m:LIMITS", "LIMITS", "LIMITS = {'low': 1, 'high': 9}\nLIMITS['middle'] = 5"),
        ("source", "m:Point", "Point", "Point = namedtuple('Point', 'x y')"),
        ("ran", "src/m.py:Point", "Point", "Point = namedtuple('Point', 'x y')"),
        ("setup", "m", "LIMITS[", "LIMITS['middle'] = 5\nregistry.seed(3)"),
    ],
)
def test_each_kind_of_symbol(kind, name, start, source):
    assert excerpt(SOURCE, kind, name, line(start)) == source


def test_a_module_is_all_of_it():
    whole = excerpt(SOURCE, "module", "m", 1)
    assert excerpt(SOURCE, "ran", "src/m.py:*", 1) == whole
    assert whole.startswith("import registry\nLIMITS")
    assert AREA in whole
    assert "A module" not in whole


def test_a_definition_is_found_by_its_name_alone():
    assert excerpt(SOURCE, "func", "m:Shape.area") == "def area(self):\n    pass"
    assert excerpt(SOURCE, "func", "m:TABLE.<lambda>.1") == "lambda x: x + 2"


def test_of_several_of_one_name_the_line_tells():
    source = b"if a:\n    def f(): return 1\nelse:\n    def f(): return 2\n"
    assert excerpt(source, "func", "m:f#1a2b3c4d", 2) == "def f():\n    return 1"
    assert excerpt(source, "func", "m:f", 4) == "def f():\n    return 2"


def test_a_nested_function():
    source = b"def f():\n    def g(): return 1\n    return g\n"
    assert excerpt(source, "func", "m:f.<locals>.g", 2) == "def g():\n    return 1"


@pytest.mark.parametrize(
    "change",
    [
        (b"# Not a disc.", b"# Not at all."),
        (b'"""Give the area."""', b""),
        (b"(radius\n", b"(  radius\n"),
        (b'"""Impossible."""', b"pass"),
    ],
)
def test_what_does_not_count_does_not_show(change):
    assert excerpt(SOURCE.replace(*change, 1), "func", "m:area") == AREA


def test_a_long_display_has_a_line_for_each_item():
    rows = ", ".join(f'"key {n}": [{n}, "a, b"]' for n in range(6))
    shown = excerpt(f"K = {{{rows}}}\n".encode(), "const", "m:K").splitlines()
    assert shown[0] == "K = {"
    assert shown[1] == "    'key 0': [0, 'a, b'],"
    assert shown[-1] == "}"
    assert len(shown) == 8


def test_a_long_text_stays_on_its_line():
    assert excerpt(b"K = '" + b"x, " * 60 + b"'", "const", "m:K").count("\n") == 0


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        (b"def f(:", "func", "m:f"),
        (b"\x00", "func", "m:f"),
        (b"K = 1", "func", "m:f"),
        (b"K = 1", "func", "m:K.<lambda>"),
        (b"", "module", "m"),
        (b"def f(): return 1", "opaque", "m:f"),
    ],
)
def test_what_is_not_there_has_none(text, kind, name):
    assert excerpt(text, kind, name, 1) is None


def test_a_source_that_is_nested_too_deeply_is_shown_as_it_stands():
    deep = f"def f():\n    return {' + '.join(['1'] * 5000)}\n"
    assert excerpt(deep.encode(), "func", "m:f", 1) == deep.rstrip()
