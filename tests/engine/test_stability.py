"""A value that differs at every import is named; one that was computed from something is not."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

import pivot
from pivot.registry import Registry

STAGE = """
def stage() -> Annotated[str, outputs.Out("out.json", loaders.JSON())]:
    return str(NOW)

REGISTRY.register(stage)
"""
ADVICE = "compute it in the stage, or make it a parameter"


def complaints(project):
    return [message for message in project.warnings() if ADVICE in message]


def write(project, text):
    project.pipeline(textwrap.dedent(text) + STAGE)


@pytest.fixture
def clock(project):
    write(project, "import time\nNOW = time.time_ns()\n")
    return project


def line(project, text):
    return project.read("pipeline.py").splitlines().index(text) + 1


def test_the_first_run_can_not_know_it(clock):
    assert clock.run() == {"stage": "ran"}
    assert complaints(clock) == []


def test_every_further_run_warns_with_file_and_line_and_advice(clock):
    clock.run()
    at = line(clock, "NOW = time.time_ns()")
    for _ in range(2):
        assert clock.run() == {"stage": "ran"}
        (message,) = complaints(clock)
        assert message.startswith(f"pipeline.py:{at}: const:pipeline:NOW has another value")


def test_an_explanation_names_it(clock):
    clock.run()
    (explanation,) = pivot.explain(clock.root)
    (change,) = explanation.changes
    assert (change.kind, change.name) == ("code_changed", "const:pipeline:NOW")
    assert change.unstable
    assert change.note.endswith(ADVICE)
    assert change.old_value != change.new_value


def test_it_is_told_once_whatever_the_number_of_stages(project):
    again = "REGISTRY.register(stage, name='again', outs={'return': 'again.json'})\n"
    project.pipeline("import time\nNOW = time.time_ns()\n" + STAGE + again)
    project.run()
    assert project.run() == {"stage": "ran", "again": "ran"}
    assert len(complaints(project)) == 1


def test_it_is_told_by_another_process_too(clock):
    assert clock.cli("run").returncode == 0
    result = clock.cli("run")
    assert "warning: pipeline.py:" in result.stderr
    assert ADVICE in result.stderr
    assert (
        f"Note: it has another value at every import, though its source is the same: {ADVICE}"
        in (clock.cli("explain").stdout)
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("class NOW:\n    made = time.time_ns()\n", "class:pipeline:NOW"),
        ("def NOW(at=time.time_ns()):\n    return at\n", "func:pipeline:NOW"),
        ("NOW = [object(), {'at': time.time_ns()}]\n", "const:pipeline:NOW"),
    ],
)
def test_values_are_found_wherever_they_are_held(project, text, key):
    write(project, "import time\n" + text)
    project.run()
    project.run()
    assert [key in message for message in complaints(project)] == [True]


def test_an_edited_constant_is_not_unstable(project):
    write(project, "NOW = 1\n")
    project.run()
    project.edit("pipeline.py", "NOW = 1", "NOW = 2")
    assert project.run() == {"stage": "ran"}
    assert complaints(project) == []


def test_a_value_that_a_helper_gives_is_not_unstable_when_the_helper_changes(project):
    project.write("helpers.py", "def value():\n    return 1\n")
    write(project, "import helpers\nNOW = helpers.value()\n")
    project.run()
    project.edit("helpers.py", "return 1", "return 2")
    assert project.run() == {"stage": "ran"}
    assert complaints(project) == []


SOURCES = {
    "a file": "NOW = json.loads(pathlib.Path('config.json').read_text())",
    "a file that may be absent": "NOW = pathlib.Path('local.txt').exists()",
    "the size of a file": "NOW = os.stat('config.json').st_size",
    "a listing": "NOW = sorted(os.listdir('parts'))",
    "a file elsewhere": "NOW = pathlib.Path('../elsewhere.txt').read_text()",
    "a variable": "NOW = os.environ.get('LEVEL')",
    "a variable of every machine": "NOW = os.environ.get('HOME')",
}


def change_all(project, monkeypatch, text):
    project.write("config.json", json.dumps([text] * len(text)))
    project.write(f"parts/{text}", "")
    if text == "three":
        project.write("local.txt", "")
    (project.root.parent / "elsewhere.txt").write_text(text)
    monkeypatch.setenv("LEVEL", text)
    monkeypatch.setenv("HOME", f"{project.root}/{text}")


@pytest.mark.parametrize("source", SOURCES)
def test_what_an_import_reads_makes_no_value_unstable(project, monkeypatch, source):
    monkeypatch.chdir(project.root)
    write(project, f"import json, os, pathlib\n{SOURCES[source]}\n")
    change_all(project, monkeypatch, "one")
    project.run()
    assert project.run() == {"stage": "unchanged"}
    change_all(project, monkeypatch, "three")
    assert project.run() == {"stage": "ran"}
    assert complaints(project) == []


def test_a_lock_of_somebody_else_says_nothing_about_values(project):
    write(project, "import os\nNOW = 5\n")
    project.run()
    lock = project.root / ".pivot/stages/stage.lock"
    code = json.loads(lock.read_text())["code"]["const:pipeline:NOW"]
    lock.write_text(lock.read_text().replace(code, "0" * 16))
    assert project.run() in ({"stage": "ran"}, {"stage": "restored"})
    assert complaints(project) == []


def test_values_of_a_registry_of_ones_own_may_change_at_any_time(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    registry = Registry()
    registry.register(measured, outs=["out.txt"])
    warned = []
    for value in (1, 2, 3):
        VALUES[0] = value
        report = pivot.run(tmp_path, registry=registry, executor="inline", on_event=warned.append)
        assert report["measured"].status == "ran"
    assert not [event for event in warned if ADVICE in getattr(event, "message", "")]


VALUES = [0]


def measured():
    Path("out.txt").write_text(str(VALUES[0]))


def test_a_stage_that_runs_here_does_not_change_what_the_others_consist_of(project):
    project.pipeline(
        """
        SEEN = []

        def first() -> Annotated[int, outputs.Out("first.json", loaders.JSON())]:
            SEEN.append(1)
            return 1

        def second(
            x: Annotated[int, outputs.Dep("first.json", loaders.JSON())],
        ) -> Annotated[int, outputs.Out("second.json", loaders.JSON())]:
            return x + len(SEEN)

        REGISTRY.register(first)
        REGISTRY.register(second)
        """
    )
    project.run()
    assert project.run() == {"first": "unchanged", "second": "unchanged"}
    assert complaints(project) == []
