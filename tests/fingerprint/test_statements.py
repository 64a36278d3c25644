import ast

import pytest

from pivot.fingerprint.statements import concerned_names, imported, is_skipped, touched_names


@pytest.mark.parametrize(
    ("source", "concerned", "touched"),
    [
        ("a = b", "a", ""),
        ("a, (b, *c) = d", "a b c", ""),
        ("a: int = b", "a", ""),
        ("a.x = b", "a", "a"),
        ("a[b].c = d", "a b", "a"),
        ("a[0]: int = d", "a", "a"),
        ("a.x += b", "a b", "a"),
        ("a += b", "a b", ""),
        ("del a.x", "a", "a"),
        ("a.b(c)", "a c", "a"),
        ("a(b)(c).d()", "a b c", "a"),
        ("(a or b)()", "a b", ""),
        ("'text'", "", ""),
        ("import a.b, c as d", "a d", ""),
        ("from a import b as c", "c", ""),
        ("def f(): a()", "f", ""),
        ("async def f(): a()", "f", ""),
        ("class C:\n    a()", "C", ""),
        ("if a:\n    b()\nelse:\n    import c\n    def d(): e()", "a b c d e", "b"),
        ("try:\n    import a\nexcept E:\n    b.c()\nfinally:\n    d()", "E a b d", "b d"),
        ("for a in b:\n    c[a] = 1", "a b c", "c"),
        ("match a:\n    case 1:\n        b()", "a b", "b"),
    ],
)
def test_names_of_a_statement(source, concerned, touched):
    (statement,) = ast.parse(source).body
    assert concerned_names(statement) == set(concerned.split())
    assert touched_names(statement) == set(touched.split())


def test_imports_of_a_statement():
    source = (
        "if x:\n    import a.b, c as d\nelse:\n    from ..e import f as g, h\n    from i import *"
    )
    (statement,) = ast.parse(source).body
    found = {(name, str(use)) for name, use in imported(statement)}
    assert found == {
        ("a", "a:"),
        ("", "a.b:"),
        ("d", "c:"),
        ("", "c:"),
        ("g", "..e:f"),
        ("h", "..e:h"),
        ("*", "i:"),
    }


@pytest.mark.parametrize(
    ("source", "skipped"),
    [
        ("if TYPE_CHECKING: import a", True),
        ("if typing.TYPE_CHECKING: import a", True),
        ("if __name__ == '__main__': a()", True),
        ("if a == '__main__': a()", False),
        ("a()", False),
    ],
)
def test_statements_that_are_not_executed_when_imported(source, skipped):
    assert is_skipped(ast.parse(source).body[0]) is skipped
