import ast
from textwrap import dedent

import pytest

from pivot.fingerprint.names import uses_in_module, uses_of

FUNCTIONS = {
    "a global and a chain": ("return helper(x, settings.limits.LOW)", "helper settings.limits.LOW"),
    "a chain that starts with a call": ("return make().part.other", "make"),
    "a local": ("y = 1\nreturn y", ""),
    "a parameter": ("return x.part", ""),
    "a local import": ("import a.b as c\nreturn c.d.e", "a.b:d.e"),
    "a local import by name": ("from a import b as c\nreturn c.d", "a:b.d"),
    "a relative import": ("from ..a import b\nreturn b", "..a:b"),
    "a relative import of a module": ("from . import b\nreturn b.c", ".:b.c"),
    "a star import": ("from a import *", "a:"),
    "a dotted import": ("import a.b\nreturn a.b.c", "a:b.c"),
    "a dotted import that isn't used": ("import a.b\nreturn a.x", "a.b: a:x"),
    "an import that isn't used": ("import a", "a:"),
    "an import that may fail": (
        "try:\n    import a\nexcept ImportError:\n    a = None\nreturn a.b",
        "ImportError a:b",
    ),
    "an import as a global": ("global a\nimport a\nreturn a.b", "a a:b"),
    "import_module": (
        "return import_module('.a', 'p'), importlib.import_module('b.c')",
        ".a: b.c: import_module importlib.import_module",
    ),
    "import_module of what isn't known": ("return import_module(x)", "import_module"),
    "__import__": ("return __import__('a')", "__import__ a:"),
    "a global statement": ("global counter\ncounter += 1", "counter"),
    "a nonlocal statement": ("y = 1\ndef inner():\n    nonlocal y\n    y += 1\nreturn inner", ""),
    "a nested function": (
        "def inner(a=first):\n    return second(a)\nreturn inner",
        "first second",
    ),
    "a nested class": (
        "class Inner(Base):\n    k = 1\n    def m(self):\n        return k\nreturn Inner",
        "Base k",
    ),
    "an import in a nested class": (
        "class Inner:\n    import a\n    b = a.c\n    def m(self):\n        return a.d",
        "a.d a:c",
    ),
    "a lambda": ("return lambda a, *b, c=first, **d: (a, b, c, d, second)", "first second"),
    "a comprehension": (
        "return [a for a in first if a for b in a for c in second]",
        "first second",
    ),
    "a comprehension over its own name": ("return [a for a in a]", "a"),
    "a dict comprehension": ("return {a: first for a, b in second.items()}", "first second.items"),
    "a walrus in a comprehension": ("[b := a for a in first]\nreturn b", "first"),
    "a loop, a with, an except, a del": (
        "for a in first:\n    pass\nwith second as b:\n    pass\ntry:\n    pass\nexcept E as c:\n    pass\ndel d\nreturn a, b, c, d",
        "E first second",
    ),
    "a bare except": ("try:\n    pass\nexcept:\n    return first", "first"),
    "match": (
        "match first:\n    case Point(x=a) | [a, *_]:\n        return a\n    case {'k': b, **c}:\n        return b, c\n    case {'k': e}:\n        return e\n    case [*d] if d:\n        return d\n    case other.K:\n        pass\n    case _:\n        pass",
        "Point first other.K",
    ),
    "type parameters": ("def inner[T: Bound](a: T) -> T:\n    return T\nreturn inner", "Bound"),
    "a type alias": ("type Row[T] = list[T] | Other\nreturn Row", "Other list"),
    "an annotated local": ("y: Type = first\nreturn y", "first"),
    "an undecorated function's annotations": ("def inner(a: Type) -> 'Other':\n    return a", ""),
    "a decorated function's annotations": (
        "@deco(first)\ndef inner(a: Type, *b: B, c: 'C' = 1, **d: 'not a type at all') -> list['Other']:\n    return a",
        "B C Other Type deco first list",
    ),
    "annotations that hold texts": (
        "@deco\ndef inner(a: Annotated[Type, 'text', meta.data], b: Literal['word']):\n    return a",
        "Annotated Literal Type deco meta.data",
    ),
    "fields of a class": ("class Inner:\n    a: Type = first\n    b: 'Other'", "Other Type first"),
    "a text that's evaluated": ("return eval('first + x', second)", "first second"),
    "a text that's executed": ("exec('y = first')", "first"),
    "a text that isn't code": ("return eval('first +')", ""),
    "a text that isn't known": ("return eval(x)", "eval"),
    "a query of a frame": ("return x.query('a > @LOW and b < @x').eval('c = @HIGH')", "HIGH LOW"),
    "subclasses": ("return x.__subclasses__()", "__subclasses__"),
    "an f-string": ("return f'{first!r:{second}}'", "first second"),
    "what is only asked for its truth": (
        "if a and not b or c.d:\n    return e is None\nreturn -f if g == h else (i or j)",
        "a.? b.? c.d e.? f g h i j",
    ),
    "async": (
        "async with first as a:\n    async for b in second:\n        await a(b, third)",
        "first second third",
    ),
}


@pytest.mark.parametrize(("body", "expected"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_uses_of_a_function(body, expected):
    source = f"def f(x):\n{'\n'.join(f'    {line}' for line in body.splitlines())}"
    found = {str(use) for use in uses_of(ast.parse(source).body[0])}
    assert found == set(expected.split())


def test_a_functions_own_name_comes_from_outside():
    assert [str(use) for use in uses_of(ast.parse("def f(): return f").body[0])] == ["f"]


def test_uses_in_annotations_are_marked():
    tree = ast.parse("@d\ndef f(a: A, b=B): return C")
    assert {use.path[0]: use.annotation for use in uses_of(tree.body[0])} == {
        "A": True,
        "B": False,
        "C": False,
        "d": False,
    }


def test_uses_of_a_module_are_those_of_other_modules():
    source = """
        import a, b.c
        from d import e
        from .f import g as h

        K = a.x + OUTER

        class C(h):
            def m(self):
                return e.y, K, C
    """
    tree = ast.parse(dedent(source))
    found = {str(use) for use in uses_in_module(tree)[tree]}
    assert found == {"a:x", "b.c:", "b:", "d:e.y", ".f:g", "OUTER"}
