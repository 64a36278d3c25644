"""What scripts import, without being imported."""

from __future__ import annotations

import pytest

from pivot.fingerprint import Fingerprinter
from pivot.shell import Script


@pytest.fixture
def symbols(tmp_path):
    """Give the hashes of what a script leads to, by key, given the files of a project."""

    def find(files, script="src/main.py", base="src"):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return Fingerprinter(tmp_path).manifest({"script": Script(script, base)}).hashes()

    return find


def scripts(found):
    return {key.removeprefix("script:") for key in found if key.startswith("script:")}


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("import a", {"src/a.py"}),
        ("import a", {"a.py"}),
        ("import a.b.c", {"src/a/__init__.py", "src/a/b/__init__.py", "src/a/b/c.py"}),
        ("import a.b as x", {"a/b.py"}),
        ("from a import b", {"src/a/__init__.py", "src/a/b.py"}),
        ("from a import *", {"src/a.py"}),
        ("def f():\n    from a.b import c", {"src/a/b.py"}),
        ("try:\n    import a\nexcept ImportError:\n    import b", {"src/a.py", "src/b.py"}),
        ("import importlib\nx = importlib.import_module('a.b')", {"src/a/b.py"}),
    ],
)
def test_all_ways_to_import_are_followed(symbols, line, files):
    found = symbols({"src/main.py": f"{line}\n", **dict.fromkeys(files, "")})
    assert scripts(found) == {"src/main.py", *files}


def test_imports_are_followed_from_file_to_file_and_in_circles(symbols):
    found = symbols(
        {
            "src/main.py": "import a",
            "src/a/__init__.py": "from . import b\nfrom .c import d",
            "src/a/b.py": "from .. import nothing\nimport main",
            "src/a/c.py": "from a import b",
            "src/unused.py": "",
        }
    )
    assert scripts(found) == {"src/main.py", "src/a/__init__.py", "src/a/b.py", "src/a/c.py"}


def test_the_script_s_own_directory_comes_first(symbols):
    found = symbols({"src/main.py": "import a", "src/a.py": "", "a.py": ""})
    assert scripts(found) == {"src/main.py", "src/a.py"}


def test_code_of_others_counts_by_its_version(symbols):
    found = symbols({"src/main.py": "import yaml, json, no_such_module"})
    assert found.keys() - {"script:src/main.py"} == {"dist:pyyaml", "python:python"}


def test_only_what_counts_in_a_file_changes_its_hash(symbols):
    files = {"src/main.py": "import a", "src/a.py": "def f(x):\n    return x\n"}
    first = symbols(files)
    assert symbols({"src/a.py": "def f(x):  # said\n    return (x)\n"}) == first
    assert symbols({"src/a.py": "def f(x):\n    return -x\n"}) != first


def test_what_is_no_python_counts_as_it_is(symbols):
    first = symbols({"src/main.py": "this is (not Python"})
    assert symbols({"src/main.py": "this is  (not Python"}) != first
