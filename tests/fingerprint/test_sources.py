import ast
import importlib.machinery
import linecache
import sys

import pytest

from pivot.fingerprint.sources import SourceFiles, compiled_verbatim


@pytest.fixture
def find(project):
    """Give a function that writes a module, imports it, and finds one of its functions."""

    def find(text, function, *, verbatim=True):
        project.write({"module.py": text})
        project.load("module")
        code = eval(function, vars(sys.modules["module"])).__code__
        return SourceFiles().read(str(project.root / "module.py")).find(code, verbatim=verbatim)

    return find


@pytest.mark.parametrize(
    ("text", "function", "label", "line"),
    [
        ("def f(): pass", "f", "f", 1),
        ("class C:\n    def m(self): pass", "C.m", "C.m", 2),
        ("class C:\n    def __m(self): pass", "C._C__m", "C.__m", 2),
        ("def f():\n    def g(): pass\n    return g", "f()", "f.<locals>.g", 2),
        ("def d(f): return f\n@d\n@d\ndef f(): pass", "f", "f", 4),
        ("if 1:\n    try:\n        def f(): pass\n    finally: pass", "f", "f", 3),
        ("match 1:\n    case 1:\n        def f(): pass", "f", "f", 3),
        ("try: 1/0\nexcept Exception:\n    def f(): pass", "f", "f", 3),
        ("async def f(): pass", "f", "f", 1),
        ("def f[T](x: T): pass", "f", "f", 1),
        ("f = lambda: 1", "f", "f.<lambda>", 1),
        ("f: object = lambda: 1", "f", "f.<lambda>", 1),
        ("f = lambda x: x, lambda x: x", "f[1]", "f.<lambda>.1", 1),
        ("f = (lambda x:\n   x), lambda x: (yield)", "f[1]", "f.<lambda>.1", 2),
        ("f = lambda: (lambda: 1)", "f()", "f.<lambda>.1", 1),
        ("f = lambda a: (a if a else lambda: 1), lambda: None", "f[0](0)", "f.<lambda>.1", 1),
        ("def f(): return lambda: 1", "f()", "f.<lambda>", 1),
    ],
)
def test_functions_are_found_in_their_source(find, text, function, label, line):
    found = find(text, function)
    assert (found.label, found.line) == (label, line)


def test_definitions_that_share_a_name_have_their_own_labels(find):
    text = "def f(): return 1\ng = f\ndef f(): return 2\n"
    first, last = find(text, "g"), find(text, "f")
    assert last.label == "f"
    assert first.label == f"f#{first.hash[:8]}"


def test_lambdas_of_statements_without_a_name_have_their_own_labels(find):
    text = "L = []\nL.append(lambda: 1)\nL.append(lambda: 2)\nL[0:0] = [lambda: 3]\n"
    labels = {find(text, f"L[{n}]").label for n in range(3)}
    assert len(labels) == 3


def test_code_that_is_not_that_of_the_file_is_not_found(find, project):
    code = find("def f(): return 1", "f")
    assert code is not None
    stale = sys.modules["module"].f.__code__
    project.edit("module.py", "return 1", "return 2")
    file = str(project.root / "module.py")
    assert SourceFiles().read(file).find(stale, verbatim=True) is None
    # Where a loader rewrites the source, only the place can tell.
    assert SourceFiles().read(file).find(stale, verbatim=False).label == "f"


def test_files_are_read_anew_by_a_new_reader_only(project):
    project.write({"module.py": "x = 1"})
    file = str(project.root / "module.py")
    files = SourceFiles()
    before = files.read(file)
    project.write({"module.py": "x = 2"})
    assert files.read(file) is before
    assert SourceFiles().read(file) is not before


@pytest.mark.parametrize(
    "content", [b"def f(:", b"\xff\xfe", b"# coding: nothing\n", b"\0", b"x = 1\n" + b"(" * 5000]
)
def test_what_is_no_source_is_none(tmp_path, content):
    file = tmp_path / "module.py"
    file.write_bytes(content)
    assert SourceFiles().read(str(file)) is None


def test_encoding_is_respected(tmp_path):
    file = tmp_path / "module.py"
    file.write_bytes("# coding: latin-1\nx = 'é'".encode("latin-1"))
    (statement,) = SourceFiles().read(str(file)).statements("x")
    assert statement.node.value.value == "é"


def test_cells_of_a_notebook_are_read_from_memory(monkeypatch):
    name, text = "/tmp/ipykernel_1/2.py", "def f(): return 1\n"
    monkeypatch.setitem(linecache.cache, name, (len(text), None, [text], name))
    namespace = {}
    exec(compile(text, name, "exec"), namespace)
    assert SourceFiles().read(name).find(namespace["f"].__code__, verbatim=True).label == "f"


def test_a_file_that_is_gone_is_not_read_from_an_old_memory(tmp_path):
    name = str(tmp_path / "module.py")
    linecache.cache[name] = (1, 2.0, ["x = 1"], name)
    assert SourceFiles().read(name) is None
    del linecache.cache[name]


def test_loaders_that_rewrite_the_source_are_known():
    class Rewriting(importlib.machinery.SourceFileLoader):
        def source_to_code(self, data, path, *, _optimize=-1):
            return compile("", path, "exec")

    class Checking(importlib.machinery.SourceFileLoader):
        pass

    assert compiled_verbatim(None)
    assert compiled_verbatim(Checking("m", "m.py"))
    assert not compiled_verbatim(Rewriting("m", "m.py"))
    assert not compiled_verbatim(object())


def test_the_syntax_of_many_files_is_not_kept_and_is_there_when_it_is_needed(tmp_path):
    files = SourceFiles()
    sources = []
    for number in range(100):
        file = tmp_path / f"m{number}.py"
        file.write_text(f"def f():\n    return {number}\n")
        sources.append(files.read(str(file)))
    kept = [source for source in sources if source._nodes is not None]
    assert 0 < len(kept) < 50
    assert kept == sources[-len(kept) :]
    again = SourceFiles().read(str(tmp_path / "m0.py"))
    assert [ast.dump(node) for node in sources[0].nodes] == [ast.dump(node) for node in again.nodes]
