"""Project modules are imported by content, afresh, and each project's apart from the others'."""

from __future__ import annotations

import importlib
import importlib.util
import marshal
import os
import py_compile
import subprocess
import sys
import traceback
import types
from pathlib import Path

import pytest

from pivot.discovery import ProjectImporter, importing
from pivot.store.content import Signature

# A moment that is over, in seconds: files of this time look as if nothing had happened to them.
LONG_AGO = 1_700_000_000


def date(file: Path) -> None:
    """Give a file the same time as ever, as an edit within one second does."""
    os.utime(file, (LONG_AGO, LONG_AGO))


def bytecode(file: Path) -> Path:
    return Path(importlib.util.cache_from_source(str(file)))


# By content


def test_two_edits_of_one_size_in_one_second_never_run_old_code(tmp_path, write):
    for number in (1, 2, 3):
        date(write("steps.py", f"VALUE = {number}\n"))
        with importing(tmp_path):
            assert number == importlib.import_module("steps").VALUE


def test_stale_bytecode_of_plain_python_is_not_used(tmp_path, write):
    file = write("steps.py", "VALUE = 1\n")
    date(file)
    py_compile.compile(str(file), doraise=True)
    date(write("steps.py", "VALUE = 2\n"))
    plain = subprocess.run(
        [sys.executable, "-c", "import steps; print(steps.VALUE)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert plain.stdout == "1\n", "this Python would not have been deceived"
    with importing(tmp_path):
        assert importlib.import_module("steps").VALUE == 2


def test_a_file_swapped_for_one_of_the_same_size_and_time_is_seen(tmp_path, write):
    file = write("steps.py", "VALUE = 1\n")
    date(file)
    with importing(tmp_path) as importer:
        assert importlib.import_module("steps").VALUE == 1
        date(write("other.txt", "VALUE = 2\n"))
        (tmp_path / "other.txt").replace(file)
        importer.install_afresh()
        assert importlib.import_module("steps").VALUE == 2


def test_bytecode_is_used_when_the_content_is_the_same(tmp_path, write):
    file = write("steps.py", "VALUE = 1\n")
    with importing(tmp_path):
        importlib.import_module("steps")
    # What was compiled for these very bytes is proved to be used by being another code.
    cached = bytecode(file)
    data = cached.read_bytes()
    code = compile("VALUE = 'from bytecode'", str(file), "exec")
    cached.write_bytes(data[:16] + marshal.dumps(code))
    file.touch()
    with importing(tmp_path):
        assert importlib.import_module("steps").VALUE == "from bytecode"


def test_the_bytecode_is_good_for_plain_python_too(tmp_path, write):
    file = write("steps.py", "VALUE = 1\n")
    with importing(tmp_path):
        importlib.import_module("steps")
    flags = int.from_bytes(bytecode(file).read_bytes()[4:8], "little")
    assert flags == 0b11, "checked by hash, PEP 552"
    write("steps.py", "VALUE = 2\n")
    plain = subprocess.run(
        [sys.executable, "-c", "import steps; print(steps.VALUE)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert plain.stdout == "2\n"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:10],
        lambda data: data[:16],
        lambda data: data[:-3],
        lambda data: data[:16] + b"\xff" * 20,
        lambda data: data[:16] + b"N",  # a None, well formed
        lambda data: b"\0\0\0\0" + data[4:],
    ],
)
def test_broken_bytecode_is_made_anew(tmp_path, write, spoil):
    file = write("steps.py", "VALUE = 1\n")
    with importing(tmp_path):
        importlib.import_module("steps")
    good = bytecode(file).read_bytes()
    bytecode(file).write_bytes(spoil(good))
    with importing(tmp_path):
        assert importlib.import_module("steps").VALUE == 1
    assert bytecode(file).read_bytes() == good


def test_a_moved_project_shows_its_new_paths(tmp_path, write):
    write("old/steps.py", "def fail():\n    raise ValueError('here')\n")
    with importing(tmp_path / "old"):
        importlib.import_module("steps")
    (tmp_path / "old").rename(tmp_path / "new")
    with importing(tmp_path / "new"):
        steps = importlib.import_module("steps")
        with pytest.raises(ValueError, match="here") as caught:
            steps.fail()
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert frame.filename == str(tmp_path / "new" / "steps.py")
    assert frame.line == "raise ValueError('here')"


def test_where_bytecode_cannot_be_written_nothing_is_lost(tmp_path, write):
    file = write("steps.py", "VALUE = 1\n")
    bytecode(file).parent.write_text("a file where the directory should be")
    with importing(tmp_path):
        assert importlib.import_module("steps").VALUE == 1


def test_bytecode_whose_place_is_taken_leaves_nothing_behind(tmp_path, write):
    file = write("steps.py", "VALUE = 1\n")
    (bytecode(file) / "taken").mkdir(parents=True)
    with importing(tmp_path):
        assert importlib.import_module("steps").VALUE == 1
    assert list(bytecode(file).parent.iterdir()) == [bytecode(file)]


def test_no_bytecode_is_written_where_python_was_told_not_to(tmp_path, write, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    file = write("steps.py", "VALUE = 1\n")
    with importing(tmp_path):
        importlib.import_module("steps")
    assert not bytecode(file).exists()


def test_bytecode_may_be_kept_elsewhere(tmp_path, write, monkeypatch):
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "elsewhere"))
    file = write("project/steps.py", "VALUE = 1\n")
    with importing(tmp_path / "project"):
        importlib.import_module("steps")
    assert bytecode(file).is_relative_to(tmp_path / "elsewhere")
    assert bytecode(file).exists()


# What is noted


def test_the_sources_that_were_read_are_noted(tmp_path, write):
    files = [
        write("steps.py", "import tools.text\n"),
        write("tools/__init__.py"),
        write("tools/text.py"),
    ]
    with importing(tmp_path) as importer:
        importlib.import_module("steps")
        importlib.import_module("json")
    assert importer.sources == {str(file): Signature.of(file.stat()) for file in files}


def test_a_loader_keeps_what_it_made_of_which_bytes(tmp_path, write):
    file = write("steps.py", "def step(): pass\n")
    for _ in ("compiled", "from bytecode"):
        with importing(tmp_path):
            module = importlib.import_module("steps")
        loader = module.__spec__.loader
        assert loader.source_hash == importlib.util.source_hash(file.read_bytes())
        assert any(module.step.__code__ is one for one in loader.code.co_consts)


# Afresh


def test_a_new_session_imports_what_is_on_disk_now(tmp_path, write):
    for value in ("first", "second"):
        write("tools.py", f"VALUE = '{value}'\n")
        write("steps.py", "from tools import VALUE\n")
        with importing(tmp_path):
            assert value == importlib.import_module("steps").VALUE


def test_a_module_that_was_added_is_found(tmp_path, write):
    with importing(tmp_path) as importer:
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("steps")
        write("steps.py", "VALUE = 1\n")
        importer.install_afresh()
        assert importlib.import_module("steps").VALUE == 1


def test_within_a_session_a_module_is_imported_once(tmp_path, write):
    write("steps.py", "VALUE = 1\n")
    with importing(tmp_path):
        assert importlib.import_module("steps") is importlib.import_module("steps")


def test_after_the_session_the_projects_names_are_the_hosts_again(tmp_path, write):
    write("steps.py", "VALUE = 1\n\ndef value():\n    return VALUE\n")
    write("later.py")
    before = list(sys.path), list(sys.meta_path)
    with importing(tmp_path):
        value = importlib.import_module("steps").value
    assert "steps" not in sys.modules
    assert value() == 1
    assert (list(sys.path), list(sys.meta_path)) == before
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("later")


def test_removing_twice_does_no_harm(tmp_path):
    importer = ProjectImporter(tmp_path)
    importer.install()
    importer.remove()
    importer.remove()
    assert importer not in sys.meta_path


def test_without_a_path_finder_it_still_works(tmp_path, write, monkeypatch):
    finders = [item for item in sys.meta_path if item is not importlib.machinery.PathFinder]
    monkeypatch.setattr(sys, "meta_path", finders)
    write("steps.py", "VALUE = 1\n")
    with importing(tmp_path):
        assert importlib.import_module("steps").VALUE == 1


# Forms of modules


def test_packages_and_relative_imports(tmp_path, write):
    write("package/__init__.py", "from .inner.deep import VALUE\n")
    write("package/inner/__init__.py")
    write("package/inner/deep.py", "from ..sibling import VALUE\n")
    write("package/sibling.py", "VALUE = 1\n")
    with importing(tmp_path) as importer:
        assert importlib.import_module("package").VALUE == 1
    assert len(importer.sources) == 4


def test_namespace_packages(tmp_path, write):
    write("space/steps.py", "VALUE = 1\n")
    with importing(tmp_path) as importer:
        assert importlib.import_module("space.steps").VALUE == 1
    assert list(importer.sources) == [str(tmp_path / "space" / "steps.py")]


def test_circular_imports(tmp_path, write):
    write("one.py", "import two\nVALUE = 1\n")
    write("two.py", "import one\ndef value():\n    return one.VALUE\n")
    with importing(tmp_path):
        assert importlib.import_module("two").value() == 1


def test_a_syntax_error_names_the_file(tmp_path, write):
    file = write("steps.py", "x = 1\ndef broken(:\n")
    with importing(tmp_path), pytest.raises(SyntaxError) as caught:
        importlib.import_module("steps")
    assert (caught.value.filename, caught.value.lineno) == (str(file), 2)


def test_installed_modules_are_left_to_python(tmp_path, write):
    write(".venv/pyvenv.cfg")
    write(".venv/lib/site-packages/installed.py", "VALUE = 1\n")
    with importing(tmp_path) as importer:
        sys.path.insert(0, str(tmp_path / ".venv/lib/site-packages"))
        assert importlib.import_module("installed").VALUE == 1
    assert importer.sources == {}
    first = sys.modules["installed"]
    with importing(tmp_path):
        assert importlib.import_module("installed") is first


def test_modules_that_are_not_found_are_not_found(tmp_path):
    with importing(tmp_path), pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_module_anywhere")


# Apart from others


def test_two_projects_with_one_name_for_their_helpers(tmp_path, write):
    for name in ("a", "b", "a"):
        write(f"{name}/helpers.py", f"WHO = '{name}'\n")
        write(f"{name}/steps.py", "import helpers\n")
        with importing(tmp_path / name):
            assert name == importlib.import_module("steps").helpers.WHO


def test_a_helper_that_only_the_other_project_has(tmp_path, write):
    write("a/helpers.py")
    (tmp_path / "b").mkdir()
    with importing(tmp_path / "a"):
        importlib.import_module("helpers")
    with importing(tmp_path / "b"), pytest.raises(ModuleNotFoundError):
        importlib.import_module("helpers")


def test_a_namespace_package_of_another_project_does_not_stay(tmp_path, write):
    write("a/space/only_a.py")
    write("b/space/only_b.py")
    with importing(tmp_path / "a"):
        importlib.import_module("space.only_a")
    with importing(tmp_path / "b"):
        importlib.import_module("space.only_b")
        assert not hasattr(sys.modules["space"], "only_a")
        with pytest.raises(ImportError):
            exec("from space import only_a", {})


def test_a_namespace_package_that_is_shared_with_others_stays(tmp_path, write):
    write("a/space/inside.py")
    write("elsewhere/space/outside.py")
    sys.path.append(str(tmp_path / "elsewhere"))
    with importing(tmp_path / "a"):
        importlib.import_module("space.inside")
        outside = importlib.import_module("space.outside")
    with importing(tmp_path / "a"):
        exec("import space.outside\nassert space.outside", {})
        assert sys.modules["space.outside"] is outside


def test_a_project_inside_of_another(tmp_path, write):
    write("outer/helpers.py", "WHO = 'outer'\n")
    write("outer/inner/helpers.py", "WHO = 'inner'\n")
    for root, who in (("outer", "outer"), ("outer/inner", "inner"), ("outer", "outer")):
        with importing(tmp_path / root):
            assert who == importlib.import_module("helpers").WHO


def test_a_session_within_a_session(tmp_path, write):
    """A stage that runs another pipeline."""
    write("outer/helpers.py", "WHO = 'outer'\n")
    write("inner/helpers.py", "WHO = 'inner'\n")
    write("inner/tools.py")
    with importing(tmp_path / "outer"):
        outer = importlib.import_module("helpers")
        with importing(tmp_path / "inner"):
            assert importlib.import_module("helpers").WHO == "inner"
            importlib.import_module("tools")
        assert importlib.import_module("helpers") is outer


# Apart from the host application


def host_module(name: str, file: Path) -> types.ModuleType:
    """Import a module as a host application does, before Pivot comes."""
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_modules_of_the_host_are_not_forgotten(tmp_path, write):
    host = host_module("hosts_own", write("host/hosts_own.py"))
    write("project/steps.py")
    for _ in range(2):
        with importing(tmp_path / "project"):
            importlib.import_module("steps")
            assert sys.modules["hosts_own"] is host
    assert sys.modules["hosts_own"] is host


def test_a_host_in_the_project_shares_its_modules(tmp_path, write):
    host = host_module("helpers", write("helpers.py"))
    with importing(tmp_path):
        assert importlib.import_module("helpers") is host
    assert sys.modules["helpers"] is host


def test_a_module_of_the_host_does_not_answer_for_one_of_the_project(tmp_path, write):
    host = host_module("helpers", write("host/helpers/__init__.py", "WHO = 'host'\n"))
    part = host_module("helpers.part", write("host/helpers/part.py", "WHO = 'host'\n"))
    write("project/helpers/__init__.py", "WHO = 'project'\n")
    write("project/helpers/other.py")
    with importing(tmp_path / "project"):
        assert importlib.import_module("helpers").WHO == "project"
        importlib.import_module("helpers.other")
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("helpers.part")
    assert sys.modules["helpers"] is host
    assert sys.modules["helpers.part"] is part
    assert "helpers.other" not in sys.modules


@pytest.mark.parametrize("place", ["host", "project"])
def test_a_pipeline_module_of_the_host_comes_back(tmp_path, write, place):
    host = host_module("pipeline", write(f"{place}/pipeline.py", "WHO = 'host'\n"))
    write("project/pipeline.py", "WHO = 'project'\n")
    with importing(tmp_path / "project"):
        assert importlib.import_module("pipeline").WHO == "project"
    assert sys.modules["pipeline"] is host


def test_what_is_installed_does_not_stand_aside(tmp_path, write):
    """It can't be imported a second time, and may be in use by Pivot itself."""
    yaml, pivot, json = (importlib.import_module(name) for name in ("yaml", "pivot", "json"))
    for name in ("yaml", "pivot", "json", "builtins"):
        write(f"{name}/__init__.py", "raise AssertionError\n")
    with importing(tmp_path):
        assert sys.modules["yaml"] is yaml
        assert sys.modules["pivot"] is pivot
        assert sys.modules["json"] is json
