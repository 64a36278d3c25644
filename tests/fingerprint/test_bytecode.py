import pytest

from pivot.fingerprint.bytecode import code_names, code_text


def compiled(source, line=1, file="<string>"):
    return compile("\n" * (line - 1) + source, file, "exec")


def test_neither_lines_nor_files_show():
    source = "def f(x):\n    return {1, 'a', 'b'} | {y for y in x if y in {'c', 'd', 'e'}}"
    assert code_text(compiled(source)) == code_text(compiled(source, 7, "/other/file.py"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("f = lambda: 1", "f = lambda: 2"),
        ("f = lambda: 1", "f = lambda: 1.0"),
        ("f = lambda x: x in {'a', 'b'}", "f = lambda x: x in {'a', 'c'}"),
        ("f = lambda: a", "f = lambda: b"),
        ("f = lambda a: a", "f = lambda *a: a"),
        ("def f(): return 1", "async def f(): return 1"),
    ],
)
def test_other_code_has_another_text(one, other):
    assert code_text(compiled(one)) != code_text(compiled(other))


def test_names_of_inner_functions_count():
    assert {"outer", "inner"} <= code_names(compiled("def f(): return outer, lambda: inner"))
