"""What an outline says of a file, and that the index learns of every change of what it says."""

import ast
import marshal
from textwrap import dedent

import pytest

from pivot.fingerprint.index import VERSION
from pivot.fingerprint.outline import Piece, outline, pieces_of
from pivot.hashing import hash_bytes

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

#: Version of the index -> the hash of what the outline of TEXT is in it.
KNOWN = {1: "5b50b9b273b1271c"}


def pieces(text):
    tree = ast.parse(dedent(text))
    unpacked = map(Piece.unpack, outline(tree).pieces)
    return list(zip(unpacked, pieces_of(tree), strict=True))


def test_the_version_is_raised_when_outlines_change():
    """Without that, what an earlier Pivot found would be taken for what this one finds.

    If this fails, outlines have changed: raise `VERSION`, and put it here with the new hash.
    """
    made = outline(ast.parse(TEXT))
    text = repr([*map(Piece.unpack, made.pieces), *made[1:]])
    assert {VERSION: hash_bytes(text.encode())} == KNOWN


def test_an_outline_is_plain_data():
    made = tuple(outline(ast.parse(TEXT)))
    assert marshal.loads(marshal.dumps(made)) == made


def test_each_piece_has_its_node():
    labelled = {piece[0]: (piece[1], node) for piece, node in pieces(TEXT) if piece[0]}
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
    (uses,) = [piece[3] for piece, node in pieces(text) if isinstance(node, ast.Lambda)]
    assert uses == ((("a",), "", 0, False),)


def test_methods_know_the_class_whose_body_they_stand_in():
    text = "class C:\n    def m(self): pass\n    if a:\n        def n(self): pass\ndef f(): pass\n"
    found = {piece[0]: number for number, (piece, _) in enumerate(pieces(text)) if piece[0]}
    within = {piece[0]: piece[4] for piece, _ in pieces(text) if piece[0]}
    assert within == {"C": None, "C.m": found["C"], "C.n": None, "f": None}


def test_the_whole_file_is_the_same_when_only_its_looks_change():
    one = "'Text.'\nx = 1\ndef f(): return x\n"
    other = "x  =  1 # one\n\n\ndef f():\n    'Text.'\n    return x\n"
    assert pieces(one)[0][0][2] == pieces(other)[0][0][2]
    assert pieces(one)[0][0][2] != pieces("def f(): return x\nx = 1\n")[0][0][2]
