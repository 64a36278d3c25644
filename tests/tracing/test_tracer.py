"""What a tracer sees of a stage: run real project code, look at the trace."""

from __future__ import annotations

import contextlib
import importlib
import os
import sqlite3
import sys

import pytest

from pivot.discovery import importing
from pivot.hashing import hash_text
from pivot.tracing import Tracer


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
            sys.modules.pop("traced_code", None)
        return trace

    run.root = root
    return run


def names(trace):
    """Give (module, name, line) of the project's code that ran."""
    return {site[1:] for site in trace.code if site.module in {"traced_code", "late"}}


def paths(opened):
    return [one.path for one in opened]


def test_functions_that_ran_are_named_and_others_not(traced):
    trace = traced(
        "def used(): return 1\ndef unused(): return 2\n"
        "TABLE = {'a': used}\n"
        "def main(): return TABLE['a']() + (lambda: 1)()\n"
    )
    assert names(trace) == {
        ("traced_code", "main", 4),
        ("traced_code", "main.<locals>.<lambda>", 4),
        ("traced_code", "used", 1),
    }
    assert {site.file for site in trace.code} == {str(traced.root / "traced_code.py")}
    assert trace.complete


def test_a_second_trace_sees_the_same_functions_again(traced):
    source = "def used(): return 1\ndef main(): return used()\n"
    assert traced(source).code == traced(source).code


def test_a_module_that_is_imported_while_tracing_is_named(traced):
    trace = traced("def main():\n    import late\n", late__py="K = 1\n")
    assert ("late", "<module>", 1) in names(trace)
    assert trace.imports == ()


def test_a_computed_name_that_is_imported_is_recorded_even_if_the_module_is_loaded(traced):
    trace = traced(
        "import importlib, json\ndef main(): importlib.import_module('js%s' % 'on'.lower())\n"
    )
    assert trace.imports == ("json",)


def test_a_name_that_is_chosen_among_texts_is_recorded(traced):
    trace = traced(
        "import importlib\ndef main(): importlib.import_module('json' if main else 'csv')\n"
    )
    assert trace.imports == ("json",)


def test_data_of_a_package_is_read_whoever_opens_it(traced):
    source = "import pkgutil\ndef main(): pkgutil.get_data(__name__, 'words.txt')\n"
    (read,) = traced(source, words__txt="1").reads
    assert read.path == "words.txt"


@pytest.mark.parametrize(
    "command",
    [
        "['sh', '-c', 'cat words.txt|tr a-z A-Z']",
        "['dd', 'if=words.txt', 'status=none', 'of=/dev/null']",
        "'cat<words.txt', shell=True",
    ],
)
def test_files_in_the_words_of_a_command(traced, command):
    source = f"import subprocess\ndef main(): subprocess.check_output({command})\n"
    (read,) = traced(source, words__txt="1").reads
    assert read.path == "words.txt"


def test_a_file_that_access_is_asked_for_is_looked_for(traced):
    (looked,) = traced("import os\ndef main(): os.access('extra.txt', os.R_OK)\n").looked
    assert (looked.path, looked.found) == ("extra.txt", "absent")


def test_a_module_that_was_looked_for_is_recorded(traced):
    trace = traced("import importlib.util\ndef main(): importlib.util.find_spec('extra')\n")
    assert trace.probed == ("extra",)


def test_the_bodies_of_classes_are_no_functions(traced):
    trace = traced("def main():\n    class Inner:\n        K = 1\n")
    assert names(trace) == {("traced_code", "main", 1)}


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
    assert traced(f"import os\ndef main(): return {asking}\n").environment == (
        ("A_NAME", hash_text("1")),
    )


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


def test_what_a_child_process_does_is_not_seen(traced):
    # A limit that the documentation names.
    trace = traced(
        "import subprocess, sys\n"
        "def main(): subprocess.run([sys.executable, '-c', 'open(\"d.txt\")'], check=True)\n",
        d__txt="",
    )
    assert trace.reads == ()


def test_a_file_that_is_looked_for_is_recorded_whether_it_is_there_or_not(traced):
    trace = traced(
        "import os, pathlib\n"
        "def main(): os.path.exists('a.txt'), pathlib.Path('b.txt').is_file(), os.path.isdir('c')\n",
        b__txt="",
    )
    assert [(one.path, one.found) for one in trace.looked] == [
        ("a.txt", "absent"),
        ("b.txt", "file"),
        ("c", "absent"),
    ]


def test_the_last_look_at_a_file_counts(traced):
    trace = traced(
        "import os, subprocess\n"
        "def main():\n"
        "    os.path.exists('a.txt')\n"
        "    subprocess.run(['touch', 'a.txt'], check=True)\n"
        "    os.path.exists('a.txt')\n"
    )
    assert [(one.path, one.found) for one in trace.looked] == [("a.txt", "file")]


def test_making_a_path_canonical_is_no_look(traced):
    trace = traced("import pathlib\ndef main(): pathlib.Path('x/y').resolve()\n")
    assert trace.looked == ()


def test_stat_is_the_real_one_afterwards_and_can_do_all_that_it_could(traced):
    before = os.stat, os.lstat
    source = "import os, shutil\ndef main():\n    assert os.stat in os.supports_follow_symlinks\n"
    traced(source)
    assert (os.stat, os.lstat) == before


def test_what_a_directory_held_is_recorded(traced):
    trace = traced("import os\ndef main(): os.listdir()\n", a__txt="")
    (listed,) = trace.listed
    assert (listed.path, str(listed.place)) == ("", "traced_code.py:2")
    assert "a.txt" in listed.names


def test_a_directory_that_is_not_there_has_no_names(traced):
    (listed,) = traced("import os\ndef main(): os.listdir('plugins')\n").listed
    assert listed.names is None


def test_moving_a_file_into_place_and_making_a_directory_are_writes(traced):
    trace = traced(
        "import os\ndef main():\n    os.mkdir('d')\n    open('t', 'w').close()\n    os.replace('t', 'w')\n"
    )
    assert paths(trace.writes) == ["d", "t", "w"]


def test_files_that_a_shell_is_given_are_recorded(traced):
    trace = traced("import os\ndef main(): os.system('cat given.txt > /dev/null')\n", given__txt="")
    assert paths(trace.reads) == ["given.txt"]


def test_variables_that_the_project_sets_itself_are_not_recorded(traced):
    source = (
        "import os\ndef main():\n    os.environ['A_NAME'] = '1'\n    return os.environ['A_NAME']\n"
    )
    try:
        assert traced(source).environment == ()
    finally:
        os.environ.pop("A_NAME", None)


def test_a_variable_that_is_not_set_has_no_hash(traced):
    source = "import os\ndef main(): os.environ.get('NOT_SET_AT_ALL')\n"
    assert traced(source).environment == (("NOT_SET_AT_ALL", None),)


def test_variables_that_are_expanded_in_a_path_are_the_projects(traced, monkeypatch):
    monkeypatch.setenv("A_NAME", "1")
    source = "import os\ndef main(): return os.path.expandvars('$A_NAME/x')\n"
    assert traced(source).environment == (("A_NAME", hash_text("1")),)


def test_variables_that_the_frozen_library_asks_for_are_not(traced, monkeypatch):
    monkeypatch.delenv("PYTHONCASEOK", raising=False)
    source = "import os\ndef main(): return exec(compile('import os; os.getenv(\"A_NAME\")', '<frozen x>', 'exec'))\n"
    assert traced(source).environment == ()
