"""What is refused in a subinterpreter, by whom it may be done all the same, and how it's told.

`impose` is for good, so that it is tried in processes of their own.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from pivot.executors.limits import SharedStateError, UnloadableModuleError, broken

HEADER = """
import contextlib, os, sys
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from pathlib import Path

reason = "module speedups does not support loading in subinterpreters"

create = ExtensionFileLoader.create_module

def refuse(self, spec):
    if spec.name != "speedups":
        return create(self, spec)
    raise ImportError(reason)

ExtensionFileLoader.create_module = refuse
os.environ["THERE"] = "1"
from pivot.executors.limits import SharedStateError, UnloadableModuleError, broken, impose
impose()

def load():
    Path("speedups.so").touch()
    loader = ExtensionFileLoader("speedups", "speedups.so")
    loader.create_module(ModuleSpec("speedups", loader))
"""


@pytest.fixture
def limited(tmp_path):
    """Give a function that runs a body under the limits, and gives the error that it ends with."""

    def run(body: str) -> str:
        file = tmp_path / "program.py"
        file.write_text(HEADER + textwrap.dedent(body), "utf-8")
        command = [sys.executable, str(file)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.stderr.strip().rpartition("\nTraceback")[2]

    return run


def test_a_module_that_is_made_for_one_interpreter_is_named_with_the_remedy(limited):
    assert limited("load()").endswith(
        "pivot.executors.limits.UnloadableModuleError: speedups can't be loaded in a "
        "subinterpreter: it's an extension module that is made for one interpreter in a process\n"
        "  run it in worker processes: --executor loky"
    )


def test_who_can_do_without_the_module_does(limited):
    assert limited("with contextlib.suppress(ImportError): load()") == ""


def test_a_module_that_is_nowhere_to_be_loaded_is_what_it_is_elsewhere(limited):
    told = limited("reason = 'libz.so.1: cannot open shared object file'\nload()")
    assert told.endswith("\nImportError: libz.so.1: cannot open shared object file")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("os.chdir('/')", "the working directory"),
        ("os.fchdir(os.open('/', os.O_RDONLY))", "the working directory"),
        ("os.environ['NEW'] = '1'", "the environment variable NEW"),
        ("os.environ['THERE'] = '2'", "the environment variable THERE"),
        ("del os.environ['THERE']", "the environment variable THERE"),
        ("os.environ.update(NEW='1')", "the environment variable NEW"),
    ],
)
def test_what_is_the_processs_cant_be_changed(limited, change, what):
    told = limited(change)
    assert f"SharedStateError: it changes {what}, which is also that of other stages" in told
    assert told.endswith("\n  run it in worker processes: --executor loky")


@pytest.mark.parametrize(
    "change",
    [
        "os.chdir('.')",
        "os.chdir(os.getcwd())",
        "with contextlib.chdir(Path.cwd()): pass",
        "os.environ['THERE'] = '1'",
        "os.environ.pop('NEW', None)",
        "os.environ.setdefault('THERE', '2')",
    ],
)
def test_what_changes_nothing_is_allowed(limited, change):
    assert limited(change) == ""


def test_a_directory_that_is_not_there_is_what_it_is_elsewhere(limited):
    assert "FileNotFoundError" in limited("os.chdir('nowhere')")


LIBRARY = """
library = Path("site-packages")
library.mkdir()
(library / "blas.py").write_text('''
import os
os.environ["BLAS"] = "1"
def tune():
    os.environ["BLAS"] = "2"
''')
sys.path.append(str(library))
import blas
assert os.environ["BLAS"] == "1"
"""


def test_a_library_may_set_variables_when_it_is_imported(limited):
    assert limited(LIBRARY) == ""


def test_what_a_library_sets_on_behalf_of_a_stage_is_refused(limited):
    assert "the environment variable BLAS" in limited(f"{LIBRARY}\nblas.tune()")


# Behind other errors


def caused(error, cause):
    error.__cause__ = cause
    return error


def test_a_limit_is_found_behind_what_libraries_make_of_it():
    limit = UnloadableModuleError("numpy can't be loaded")
    advice = caused(ImportError("PLEASE READ THIS"), limit)
    assert broken(caused(ValueError("no frame"), advice)) is limit


def test_a_limit_is_found_where_it_was_being_handled():
    limit = SharedStateError("it changes the working directory")
    try:
        try:
            raise limit
        except SharedStateError:
            raise KeyError("cleaning up") from None
    except KeyError as error:
        hidden = error
    assert broken(hidden) is None
    hidden.__suppress_context__ = False
    assert broken(hidden) is limit


def test_other_errors_are_behind_no_limit():
    assert broken(caused(ValueError("no"), ImportError("no"))) is None
