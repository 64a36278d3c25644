"""What the import of a module reads is noted, and only that."""

from __future__ import annotations

import importlib
import sys

import pytest

from pivot.discovery import importing
from pivot.hashing import hash_text
from pivot.tracing import ImportTracer


@pytest.fixture
def traced(tmp_path, monkeypatch):
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)

    def run(source, **files):
        for name, text in files.items():
            (root / name.replace("_dot_", ".")).write_text(text)
        (root / "traced_import.py").write_text(source)
        with importing(root), ImportTracer(root) as tracer:
            importlib.import_module("traced_import")
        sys.modules.pop("traced_import", None)
        return tracer

    run.root = root
    return run


def test_files_are_noted_with_what_they_looked_like(traced):
    tracer = traced("import pathlib\nK = pathlib.Path('k.txt').read_text()\n", k_dot_txt="12")
    ((path, signature),) = tracer.reads.items()
    assert path == str(traced.root / "k.txt")
    assert signature.size == 2


def test_a_file_that_is_not_there_is_noted_too(traced):
    tracer = traced("try:\n    open('k.txt')\nexcept FileNotFoundError:\n    pass\n")
    assert tracer.reads == {str(traced.root / "k.txt"): None}


def test_variables_are_noted(traced, monkeypatch):
    monkeypatch.setenv("LEVEL", "1")
    tracer = traced("import os\nK = os.environ.get('LEVEL')\n")
    assert tracer.environment == (("LEVEL", hash_text("1")),)


def test_modules_are_none_of_its_business(traced):
    tracer = traced("import json.tool\nimport other\n", other_dot_py="")
    assert (tracer.reads, tracer.environment) == ({}, ())


def test_what_else_an_import_depends_on_is_noted(traced):
    elsewhere = traced.root.parent / "elsewhere.txt"
    elsewhere.write_text("5")
    (traced.root / "parts").mkdir()
    (traced.root / "parts" / "one").touch()
    tracer = traced(
        "import os, pathlib\n"
        "os.listdir('parts')\n"
        "pathlib.Path('local.txt').exists()\n"
        "pathlib.Path('../elsewhere.txt').read_text()\n"
    )
    listed, looked = tracer.others
    assert listed == [(str(traced.root / "parts"), ("one",))]
    assert (str(traced.root / "local.txt"), "absent") in looked
    assert tracer.reads[str(elsewhere)].size == 1
    assert str(elsewhere) in tracer.paths


def test_what_is_imported_from_elsewhere_is_not_noted(traced, monkeypatch):
    library = traced.root.parent / "library"
    library.mkdir()
    (library / "traced_library.py").write_text("open(__file__).close()\n")
    monkeypatch.syspath_prepend(str(library))
    tracer = traced("import traced_library\n")
    sys.modules.pop("traced_library", None)
    assert tracer.reads == {}
