"""What an outline says of a file, and that the index learns of every change of what it says."""

import ast
import marshal
from pathlib import Path
from textwrap import dedent

import pytest

from pivot.fingerprint import index
from pivot.fingerprint.names import uses_of
from pivot.fingerprint.outline import Piece, outline, pieces_of
from pivot.fingerprint.scopes import read_uses

TEXT = """
from __future__ import annotations
import a.b, c as d
from .e import f, g as h

if TYPE_CHECKING:
    import i

K: int = j(k)
K += 1
L.append(lambda m: (m, n, lambda: o.p))
d.q = {r: s for r in t}

class C(B, metaclass=M):
    u: int = v
    w = lambda self: x

    @y.z
    def one(self, a: b, c=d) -> e:
        "Text."
        import f.g
        return f.g.h(i, a, __name__)

    if L:
        def two(self): ...

@j
def one(x=lambda y: y):
    global counter
    def inner():
        nonlocal x
        return [k(l) for l in m if (n := l)]
    return inner

def one():
    match p:
        case q.R(s, t=[*u]):
            return f"{s!r:>{width}}"
"""


def pieces(text):
    tree = ast.parse(dedent(text))
    return list(zip(map(Piece._make, outline(tree)[0].pieces), pieces_of(tree), strict=True))


def test_entries_of_other_code_are_known_by_all_modules_that_make_them():
    """Without that, what an earlier Pivot found would be taken for what this one finds."""
    package = "pivot.fingerprint."
    directory = Path(index.__file__).parent
    # The second says what is left of code that `pivot.opaque` empties.
    todo, found = ["sources", "marked"], set()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            tree = ast.parse((directory / f"{name}.py").read_text())
            modules = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
            todo += [one.removeprefix(package) for one in modules if one.startswith(package)]
    assert found == set(index.IMPLEMENTATION)


def test_an_outline_is_plain_data():
    made = tuple(outline(ast.parse(TEXT))[0])
    assert marshal.loads(marshal.dumps(made)) == made


@pytest.mark.parametrize(
    "source",
    [
        "def f(x): return x\n",
        "def f(x): return g(h.i.j, k) if l else None\n",
        "def f():\n    import a.b\n    from . import c\n    from ..d import e as g\n    return a.x, c.y, g\n",
        "def f(): return import_module('a b'), import_module('..c', 'd'), import_module('')\n",
        "def f():\n    from .a import *\n    from . import *\n",
        "class C:\n    a: 'b.c' = d\n    e: Literal['f'] = 1\n",
        "é = ß.µ\n",
    ],
)
def test_uses_are_what_they_were_when_they_have_been_written(source):
    tree = ast.parse(source)
    (statement,) = tree.body
    found = [piece.uses for piece, node in pieces(source) if isinstance(node, type(statement))]
    assert [read_uses(text) for text in found] == [uses_of(statement)]


def test_each_piece_has_its_node():
    labelled = {piece.label: (piece.line, node) for piece, node in pieces(TEXT) if piece.label}
    assert sorted(label.partition("#")[0] for label in labelled) == [
        "",
        "",
        "C",
        "C.<lambda>",
        "C.one",
        "C.two",
        "one",
        "one",
        "one.<lambda>",
        "one.<locals>.inner",
    ]
    assert all(line == node.lineno for line, node in labelled.values())
    assert isinstance(labelled["C.<lambda>"][1], ast.Lambda)
    assert labelled["one"][0] > labelled["C"][0]


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    x: (lambda: a) = 1\n",
        "def f(x: (lambda: a)): pass\n",
        "x = eval('1', b=lambda: a)\n",
    ],
)
def test_lambdas_in_places_that_name_nothing_have_uses_of_their_own(text):
    assert [piece.uses for piece, node in pieces(text) if isinstance(node, ast.Lambda)] == ["a"]


def test_the_nodes_are_the_same_when_the_file_is_parsed_again():
    _, nodes = outline(ast.parse(TEXT))
    assert list(map(ast.dump, nodes)) == list(map(ast.dump, pieces_of(ast.parse(TEXT))))


def test_methods_know_the_class_whose_body_they_stand_in():
    text = "class C:\n    def m(self): pass\n    if a:\n        def n(self): pass\ndef f(): pass\n"
    found = {piece.label: number for number, (piece, _) in enumerate(pieces(text)) if piece.label}
    within = {piece.label: piece.within for piece, _ in pieces(text) if piece.label}
    assert within == {"C": None, "C.m": found["C"], "C.n": None, "f": None}


def test_the_whole_file_is_the_same_when_only_its_looks_change():
    one = "'Text.'\nx = 1\ndef f(): return x\n"
    other = "x  =  1 # one\n\n\ndef f():\n    'Text.'\n    return x\n"
    assert pieces(one)[0][0].hash == pieces(other)[0][0].hash
    assert pieces(one)[0][0].hash != pieces("def f(): return x\nx = 1\n")[0][0].hash
