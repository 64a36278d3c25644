import ast

import pytest

from pivot.fingerprint.syntax import normalised, syntax_hash, without_defaults

SAME = [
    ("x = 1", "x  =  1  # one"),
    ("f(a, b)", "f(\n    a,\n    b,\n)"),
    ("x = 'a' 'b'", 'x = "ab"'),
    ("x = (1 + 2)", "x = 1 + 2"),
    ("x = u'a'", "x = 'a'"),
    ("x = 1_000", "x = 1000"),
    ("def f(): pass", "def f():\n    'doc'"),
    ("def f():\n    return 1", "def f():\n    '''doc'''\n    pass\n    return 1"),
    ("class C:\n    x = 1", "class C:\n    'doc'\n    x = 1\n    'of x'"),
    ("if a: pass\nelse: b()", "if a:\n    ...\nelse:\n    b()"),
    ("x = 1 # type: int", "x = 1 # type: str"),
    ("async def f(): pass", "async def f():\n    'doc'"),
]
DIFFERENT = [
    ("x = 1", "x = 1.0"),
    ("x = 1", "x = True"),
    ("x = 'a'", "x = b'a'"),
    ("x = None", "x = ..."),
    ("x = 0.0", "x = -0.0"),
    ("x = a", "x = 'a'"),
    ("x = a + b", "x = a - b"),
    ("x = a.b", "x = a.c"),
    ("f(a, b)", "f([a, b])"),
    ("f([a], b)", "f([a, b])"),
    ("f(*a)", "f(a)"),
    ("f(a=1)", "f(b=1)"),
    ("x = {**a}", "x = {None: a}"),
    ("x = [a for b in c]", "x = {a for b in c}"),
    ("def f(a, /): return a", "def f(a): return a"),
    ("def f(*, a, b=1): return a", "def f(*, b=1, a): return a"),
    ("def f(a): return a", "async def f(a): return a"),
    ("def f(a: int): return a", "def f(a: str): return a"),
    ("def f[T](a): return a", "def f(a): return a"),
    ("global a", "global b"),
    ("from . import a", "from .. import a"),
    ("import a", "import a as b"),
    ("while a:\n    b()\nelse:\n    c()", "while a:\n    b()\nc()"),
    ("match a:\n    case None: b()", "match a:\n    case True: b()"),
    ("x = f'{a}'", "x = f'{a!r}'"),
    ("x = f'{a}'", "x = f'{a=}'"),
    ("x: int", "x: int = 1"),
    ("return", "return 1"),
    ("x = 0x" + "f" * 5000, "x = 0x" + "e" * 5000),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_meaning_has_the_same_text(one, other):
    assert normalised(ast.parse(one)) == normalised(ast.parse(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_meaning_has_another_hash(one, other):
    assert syntax_hash(ast.parse(one)) != syntax_hash(ast.parse(other))


def test_fields_that_are_empty_are_left_out():
    # A newer Python adds fields to nodes; in code that doesn't use them they're empty.
    node = ast.parse("def f(): return 1").body[0]
    before = normalised(node)
    assert "type_params" not in before
    assert "decorator_list" not in before
    del node.type_params
    assert normalised(node) == before


def test_a_class_without_the_defaults_of_some_fields():
    (node,) = ast.parse(
        "class C(B):\n    a: int = 1\n    b = 2\n    c: int = 3\n    d = e = 4"
    ).body
    (expected,) = ast.parse("class C(B):\n    a: int\n    c: int = 3\n    d = e = 4").body
    assert normalised(without_defaults(node, {"a", "b", "d"})) == normalised(expected)
    assert without_defaults(node, frozenset()) is node
