"""What a tracer sees of a stage: run real project code, look at the trace."""

from __future__ import annotations

import contextlib
import importlib
import sqlite3
import sys

import pytest

from pivot.discovery import importing
from pivot.engine.tracing import Tracer


@pytest.fixture
def traced(tmp_path, monkeypatch):
    """Write a module, call its `main` under a tracer, and give the trace."""
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)

    def run(source, **files):
        for name, text in files.items():
            (root / name.replace("__", ".")).write_text(text)
        (root / "traced_code.py").write_text(source)
        with importing(root):
            module = importlib.import_module("traced_code")
            tracer = Tracer(root)
            tracer.start()
            try:
                with contextlib.suppress(FileNotFoundError):
                    module.main()
            finally:
                trace = tracer.stop()
                tracer.close()
            sys.modules.pop("traced_code", None)
        return trace

    run.root = root
    return run


def paths(opened):
    return [one.path for one in opened]


def test_functions_that_ran_are_named_and_others_not(traced):
    trace = traced(
        "def used(): return 1\ndef unused(): return 2\n"
        "TABLE = {'a': used}\n"
        "def main(): return TABLE['a']() + (lambda: 1)()\n"
    )
    assert set(trace.code) == {
        ("traced_code.py", "main"),
        ("traced_code.py", "main.<locals>.<lambda>"),
        ("traced_code.py", "used"),
    }
    assert trace.complete


def test_a_second_trace_sees_the_same_functions_again(traced):
    source = "def used(): return 1\ndef main(): return used()\n"
    assert traced(source).code == traced(source).code


def test_a_module_that_is_imported_while_tracing_is_named(traced):
    trace = traced(
        "import importlib\ndef main(): importlib.import_module('la' + 'te')\n", late__py="K = 1\n"
    )
    assert ("late.py", "<module>") in trace.code


def test_a_read_is_recorded_with_its_line_and_what_the_file_looked_like(traced):
    trace = traced("def main():\n    x = 1\n    return open('data.txt').close()\n", data__txt="1")
    (read,) = trace.reads
    assert (read.path, str(read.place)) == ("data.txt", "traced_code.py:3")
    assert read.signature.size == 1


def test_a_read_through_a_library_is_put_down_to_the_project_line(traced):
    source = "import json, pathlib\ndef main():\n    return json.loads(pathlib.Path('d.json').read_text())\n"
    (read,) = traced(source, d__json="{}").reads
    assert str(read.place) == "traced_code.py:3"


def test_a_file_that_is_not_there_is_recorded_as_looked_for(traced):
    (read,) = traced("def main(): open('absent.txt')\n").reads
    assert (read.path, read.signature) == ("absent.txt", None)


def test_writes_are_no_reads_nor_is_reading_what_was_written(traced):
    trace = traced(
        "def main():\n    open('w.txt', 'w').close()\n    return open('w.txt').close()\n"
    )
    assert (paths(trace.writes), paths(trace.reads)) == (["w.txt"], [])


def test_a_descriptor_opened_by_number_is_told_apart_by_its_flags(traced):
    trace = traced(
        "import os\ndef main():\n"
        "    os.close(os.open('r.txt', os.O_RDONLY))\n"
        "    os.close(os.open('w.txt', os.O_WRONLY | os.O_CREAT))\n",
        r__txt="",
    )
    assert (paths(trace.reads), paths(trace.writes)) == (["r.txt"], ["w.txt"])


def test_listings_are_recorded(traced):
    (traced.root / "plugins").mkdir()
    trace = traced("import pathlib\ndef main(): list(pathlib.Path('plugins').iterdir())\n")
    assert paths(trace.listed) == ["plugins"]


def test_sqlite_and_subprocess_files_are_recorded(traced):
    with contextlib.closing(sqlite3.connect("base.db")):
        pass
    trace = traced(
        "import sqlite3, subprocess\n"
        "def main():\n"
        "    sqlite3.connect('base.db').close()\n"
        "    subprocess.run(['cat', 'given.txt'], check=True, capture_output=True)\n",
        given__txt="x",
    )
    assert paths(trace.reads) == ["base.db", "given.txt"]


def test_imports_tracebacks_and_caches_are_no_reads(traced):
    trace = traced(
        "import traceback\n"
        "def main():\n"
        "    import late\n"
        "    try:\n        1 / 0\n    except ZeroDivisionError:\n        traceback.format_exc()\n"
        "    open('.git/config') if False else None\n",
        late__py="",
    )
    assert trace.reads == ()


def test_files_outside_the_project_are_none_of_its_business(traced, tmp_path):
    (tmp_path / "outside.txt").write_text("")
    assert traced("def main(): open('../outside.txt').close()\n").reads == ()


@pytest.mark.parametrize(
    "asking",
    [
        "os.environ['A_NAME']",
        "os.environ.get('A_NAME')",
        "os.getenv('A_NAME')",
        "'A_NAME' in os.environ",
    ],
)
def test_variables_that_the_project_asks_for_are_recorded(traced, asking, monkeypatch):
    monkeypatch.setenv("A_NAME", "1")
    assert traced(f"import os\ndef main(): return {asking}\n").environment == ("A_NAME",)


def test_variables_that_libraries_ask_for_are_not(traced):
    source = "import os, tempfile, shutil\ndef main():\n    os.getenv('HOME'); shutil.which('sh'); os.path.expanduser('~')\n"
    assert traced(source).environment == ()


def test_when_all_tool_ids_are_taken_the_trace_says_that_it_is_incomplete(traced):
    taken = []
    try:
        for number in range(6):
            with contextlib.suppress(ValueError):
                sys.monitoring.use_tool_id(number, "test")
                taken.append(number)
        trace = traced("def main(): return open('d.txt').close()\n", d__txt="")
    finally:
        for number in taken:
            sys.monitoring.free_tool_id(number)
    assert not trace.complete
    assert trace.code == ()
    assert paths(trace.reads) == ["d.txt"]


def test_a_tool_id_is_given_back(tmp_path):
    for _ in range(20):
        tracer = Tracer(tmp_path)
        tracer.start()
        assert tracer.stop().complete
        tracer.close()


def test_what_a_child_process_does_is_not_seen(traced):
    # A limit that the documentation names.
    trace = traced(
        "import subprocess, sys\n"
        "def main(): subprocess.run([sys.executable, '-c', 'open(\"d.txt\")'], check=True)\n",
        d__txt="",
    )
    assert trace.reads == ()
