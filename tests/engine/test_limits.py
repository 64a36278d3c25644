"""What the docs say that Pivot does not see, or counts in vain, each with an edit that shows it.

A test here fails when a limit is gone: then docs/fingerprints.md has to lose it, too.
"""

from __future__ import annotations

import sys

import pytest

STAGE = """
{before}

def stage() -> Annotated[str, outputs.Out("out.json", loaders.JSON())]:
    {body}

REGISTRY.register(stage)
"""


def write(project, body, before=""):
    project.pipeline(STAGE.format(before=before, body=body))


def runs_again(project) -> bool:
    return project.run() != {"stage": "unchanged"}


# Not seen: the stage does not run though its result would be another one.


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("import time", "return str(time.time_ns())"),
        ("import random", "return str(random.random())"),
    ],
    ids=["the clock", "random numbers"],
)
def test_what_differs_each_time_runs_no_stage(project, before, body):
    write(project, body, before)
    project.run()
    assert not runs_again(project)


def test_a_file_that_machine_code_opens(project):
    pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow, which opens files by itself")
    from pyarrow import parquet

    write(
        project,
        'return str(parquet.read_table("data.parquet").num_rows)',
        "from pyarrow import parquet",
    )
    parquet.write_table(pyarrow.table({"a": [1]}), project.root / "data.parquet")
    project.run()
    parquet.write_table(pyarrow.table({"a": [1, 2]}), project.root / "data.parquet")
    assert not runs_again(project)


def test_a_file_that_another_process_opens_by_itself(project):
    write(
        project,
        'return subprocess.check_output([sys.executable, "-c", SCRIPT], text=True)',
        "import subprocess, sys\nSCRIPT = \"print(open('price.txt').read())\"",
    )
    project.write("price.txt", "5")
    project.run()
    project.write("price.txt", "6")
    assert not runs_again(project)


def test_a_file_outside_of_the_project(project):
    elsewhere = project.root.parent / "elsewhere.txt"
    elsewhere.write_text("5")
    write(project, f"return pathlib.Path({str(elsewhere)!r}).read_text()")
    project.run()
    elsewhere.write_text("6")
    assert not runs_again(project)


def test_a_variable_that_a_library_asks_for(project, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    write(project, "return str(shutil.get_terminal_size().columns)", "import shutil")
    project.run()
    monkeypatch.setenv("COLUMNS", "90")
    assert not runs_again(project)


def test_the_time_of_a_file_that_is_only_looked_at(project):
    write(project, "return str(pathlib.Path('data.txt').stat().st_size)")
    project.write("data.txt", "5")
    project.run()
    project.write("data.txt", "55")
    assert not runs_again(project)


def test_a_library_that_was_changed_in_its_place(project, tmp_path, monkeypatch):
    site = tmp_path / "site-packages"
    (site / "thing-1.0.dist-info").mkdir(parents=True)
    (site / "thing-1.0.dist-info" / "METADATA").write_text("Name: thing\nVersion: 1.0\n")
    (site / "thing-1.0.dist-info" / "RECORD").write_text("thing.py,,\n")
    (site / "thing.py").write_text("def work():\n    return 'one'\n")
    monkeypatch.syspath_prepend(str(site))
    write(project, "return thing.work()", "import thing")
    try:
        project.run()
        (site / "thing.py").write_text("def work():\n    return 'two'\n")
        del sys.modules["thing"]
        assert not runs_again(project)
    finally:
        sys.modules.pop("thing", None)


def test_what_only_opaque_code_names(project):
    write(
        project,
        "return sealed()",
        """
import pivot

def helper():
    return "one"

@pivot.opaque(version="1")
def sealed():
    return helper()
""",
    )
    project.run()
    project.edit("pipeline.py", '"one"', '"two"')
    assert not runs_again(project)


# Counted in vain: the stage runs though its result is the same.


@pytest.mark.parametrize(
    ("before", "body", "edit"),
    [
        (
            "class Model:\n    def fit(self): return 'x'\n    def plot(self): return 1",
            "return Model().fit()",
            ("return 1", "return 2"),
        ),
        (
            "import helpers\ndef call(module): return module.used()",
            "return call(helpers)",
            ("return 1", "return 2"),
        ),
        (
            "def used(): return 'x'\ndef unused(): return 1",
            "return globals()['us' + 'ed']()",
            ("return 1", "return 2"),
        ),
        (
            "TABLE = {'a': lambda: 'x', 'b': lambda: 1}",
            "return TABLE['a']()",
            ("lambda: 1", "lambda: 2"),
        ),
        (
            "def helper(number: int): return 'x'",
            "return helper(3)",
            ("number: int", "n: int"),
        ),
        (
            "def helper(): return 'x' + ''",
            "return helper()",
            ("'x' + ''", "'x'"),
        ),
    ],
    ids=[
        "another method of a class",
        "another function of a module that is passed around",
        "another function of a module that looks its globals up",
        "another function of a table",
        "the name of a parameter",
        "another way to say the same",
    ],
)
def test_what_is_counted_though_it_makes_no_difference(project, before, body, edit):
    project.write("helpers.py", "def used(): return 'x'\ndef unused(): return 1\n")
    write(project, body, before)
    project.run()
    file = "pipeline.py" if edit[0] in project.read("pipeline.py") else "helpers.py"
    project.edit(file, *edit)
    assert runs_again(project)
