"""The answer "nothing changed" is given without a look at the pipeline, and never when it's wrong."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pivot
from pivot.cli import main
from pivot.engine import snapshot
from pivot.signature import TICK_NS

PIPELINE = """
import importlib, json, os, pathlib

import tools
from package import inner
from pivot.registry import REGISTRY

SIZE = os.environ.get("SIZE_AT_IMPORT", "small")
LIMITS = (pathlib.Path(__file__).parent / "limits.json").read_text()
SHARED = (pathlib.Path(__file__).parent.parent / "shared.txt").read_text()
try:
    import fast
except ImportError:
    fast = None

class Params(StageParams):
    rate: float = 0.5

def clean(
    params: Params,
    raw: Annotated[list, outputs.Dep("raw.json", loaders.JSON())],
    parts: Annotated[pathlib.Path, outputs.Dep("parts/")],
) -> Annotated[list, outputs.Out("clean.json", loaders.JSON())]:
    names = sorted(os.listdir("listed"))
    extra = pathlib.Path("extra.txt").read_text() if os.path.exists("extra.txt") else ""
    plugin = importlib.import_module("plugins." + json.loads('"one"'))
    level = os.environ.get("LEVEL")
    return [tools.scale(raw), params.rate, SIZE, LIMITS, names, extra, plugin.K, level, inner.K, SHARED]

def total(
    data: Annotated[list, outputs.Dep("clean.json", loaders.JSON())],
) -> Annotated[pathlib.Path, outputs.Out("totals/")]:
    path = pathlib.Path("totals")
    path.mkdir()
    (path / "total.json").write_text(json.dumps(data))
    return path

REGISTRY.register(clean)
REGISTRY.register(total)
"""
FILES = {
    "tools.py": "def scale(raw):\n    return [2 * x for x in raw]\n",
    "package/__init__.py": "",
    "package/inner.py": "K = 1\n",
    "plugins/one.py": "K = 1\n",
    "limits.json": "[9]",
    "raw.json": "[1, 2]",
    "../shared.txt": "outside of the project",
    "parts/deep/a.txt": "a",
    "listed/x": "",
}
ANSWER = "Everything is up to date (2 stages)\n"


@pytest.fixture
def answered(project, monkeypatch, capsys):
    """A project of which a snapshot answers that all is up to date."""
    for name in ("SIZE_AT_IMPORT", "LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIVOT_EXECUTOR", "inline")
    monkeypatch.chdir(project.root)
    for name, text in FILES.items():
        project.write(name, text)
    project.pipeline(PIPELINE)
    certify()
    capsys.readouterr()
    return project


def certify(*words: str) -> None:
    """Run until all is up to date, and has been for long enough to be certain of it."""
    asked = words or ("run",)
    for _ in range(20):
        assert main(asked) == 0
        if snapshot.recall(asked) is not None:
            return
        time.sleep(2 * TICK_NS / 1e9)
    pytest.fail("nothing was certified")


def test_the_answer_is_what_the_run_would_say(answered, capsys):
    assert snapshot.recall(["run"]) == ANSWER
    assert main(["run"]) == 0
    assert capsys.readouterr().out == ANSWER


def test_nothing_is_imported_for_it(answered):
    code = "import sys; from pivot.cli import main; main(['run']); print(*sorted(sys.modules))"
    run = functools.partial(
        subprocess.run,
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
    )
    # A question of another process, so the first answer is not by a snapshot; the next ones are,
    # unless another test leaves a file where Pivot is developed, which may hold modules.
    for _ in range(20):
        done = run(check=True)
        assert done.stdout.startswith(ANSWER)
        loaded = set(done.stdout.removeprefix(ANSWER).split())
        if "click" not in loaded:
            break
        time.sleep(2 * TICK_NS / 1e9)
    assert loaded.isdisjoint({"click", "pydantic", "pluggy", "typing", "pathlib", "json", "lmdb"})
    assert {name for name in loaded if name.startswith("pivot")} == {
        "pivot",
        "pivot.cli",
        "pivot.engine",
        "pivot.engine.snapshot",
    }
    assert "pipeline" not in loaded


def test_quiet_is_quiet(answered, capsys):
    assert main(["run", "--quiet"]) == 0
    assert snapshot.recall(["run", "-q"]) is None
    assert snapshot.recall(["run", "--quiet"]) == ""
    assert main(["run", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_it_is_given_in_a_subdirectory_that_asked(answered, monkeypatch):
    monkeypatch.chdir(answered.root / "package")
    assert snapshot.recall(["run"]) is None
    certify()
    assert snapshot.recall(["run"]) == ANSWER


EDITS = {
    "the pipeline": lambda p: p.edit("pipeline.py", "fast = None", "fast = 1"),
    "a helper": lambda p: p.edit("tools.py", "2 * x", "3 * x"),
    "a module in a package": lambda p: p.edit("package/inner.py", "K = 1", "K = 2"),
    "a module that ran": lambda p: p.edit("plugins/one.py", "K = 1", "K = 2"),
    "a module that appears": lambda p: p.write("fast.py", ""),
    "a module that appears in a package": lambda p: p.write("package/other.py", ""),
    "a package in place of a module": lambda p: p.write("tools/__init__.py", ""),
    "what the import read": lambda p: p.write("limits.json", "[8]"),
    "what the import read outside of the project": lambda p: p.write("../shared.txt", "else"),
    "an input": lambda p: p.write("raw.json", "[1, 3]"),
    "an input that is gone": lambda p: (p.root / "raw.json").unlink(),
    "a file deep in an input": lambda p: p.write("parts/deep/a.txt", "b"),
    "a file more in an input": lambda p: p.write("parts/deep/b.txt", "b"),
    "a file less in an input": lambda p: (p.root / "parts/deep/a.txt").unlink(),
    "an empty directory in an input": lambda p: (p.root / "parts/empty").mkdir(),
    "an output": lambda p: p.write("clean.json", "[]"),
    "an output that is gone": lambda p: (p.root / "clean.json").unlink(),
    "a file in an output": lambda p: p.write("totals/total.json", "1"),
    "the mode of an input": lambda p: (p.root / "raw.json").chmod(0o755),
    "parameters": lambda p: p.write("params.yaml", "clean:\n  rate: 0.7\n"),
    "settings of the project": lambda p: p.write("pyproject.toml", "[tool.pivot]\njobs = 1\n"),
    "local settings": lambda p: p.write(".pivot/config.yaml", "jobs: 1\n"),
    "what is ignored": lambda p: p.write(".pivotignore", "parts/deep/a.txt\n"),
    "a lock": lambda p: p.write(".pivot/stages/clean.lock", "{}"),
    "a lock that is gone": lambda p: (p.root / ".pivot/stages/clean.lock").unlink(),
    "a file that was looked for": lambda p: p.write("extra.txt", "x"),
    "a file in a listed directory": lambda p: p.write("listed/y", ""),
    "a link in place of a file": lambda p: link(p, "raw.json"),
}


def link(project, name):
    file = project.root / name
    assert not file.is_symlink()
    file.rename(project.root / "elsewhere.json")
    file.symlink_to("elsewhere.json")


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_after_an_edit_the_full_pass_decides(answered, edit):
    edit(answered)
    assert snapshot.recall(["run"]) is None


VARIABLES = ["SIZE_AT_IMPORT", "LEVEL", "PIVOT_JOBS", "PYTHONHASHSEED", "PIVOT_REMOTES__ORIGIN"]


@pytest.mark.parametrize("name", VARIABLES)
def test_after_a_variable_changed_the_full_pass_decides(answered, name, monkeypatch):
    monkeypatch.setenv(name, "1")
    assert snapshot.recall(["run"]) is None
    monkeypatch.delenv(name)
    certify()


def rate(project) -> float:
    return json.loads(project.read("clean.json"))[1]


def test_a_variable_that_appears_runs_what_sees_the_parameter(answered, monkeypatch, capsys):
    monkeypatch.setenv("PIVOT_PARAMS__CLEAN__RATE", "0.7")
    assert snapshot.recall(["run"]) is None
    assert main(["run", "--quiet"]) == 0
    assert rate(answered) == 0.7
    certify()
    monkeypatch.setenv("PIVOT_PARAMS__CLEAN__RATE", "0.8")
    assert main(["run", "--quiet"]) == 0
    assert rate(answered) == 0.8
    certify()
    monkeypatch.delenv("PIVOT_PARAMS__CLEAN__RATE")
    assert main(["run", "--quiet"]) == 0
    assert rate(answered) == 0.5


def test_a_variable_of_another_case_runs_what_sees_the_parameter(answered, monkeypatch):
    monkeypatch.setenv("PIVOT_PARAMS__clean__rate", "0.7")
    assert snapshot.recall(["run"]) is None
    assert main(["run", "--quiet"]) == 0
    assert rate(answered) == 0.7


def test_a_variable_for_a_parameter_that_is_not_there_is_told(answered, monkeypatch, capsys):
    monkeypatch.setenv("PIVOT_PARAMS__CLEAN__RAET", "0.7")
    assert main(["run"]) == 2
    assert "PIVOT_PARAMS__CLEAN__RAET: stage 'clean' has no parameter" in capsys.readouterr().err


def test_a_value_that_is_set_runs_what_sees_it_and_is_answered_for_itself(answered):
    words = ["run", "--set", "clean.rate=0.7"]
    assert snapshot.recall(words) is None
    certify(*words)
    assert rate(answered) == 0.7
    assert snapshot.recall(["run", "--set", "clean.rate=0.8"]) is None
    assert snapshot.recall(["run"]) is None
    assert main(["run", "--quiet"]) == 0
    assert rate(answered) == 0.5
    assert snapshot.recall(words) is None


def test_a_variable_that_nobody_asked_for_changes_nothing(answered, monkeypatch):
    monkeypatch.setenv("SOMETHING_ELSE", "1")
    certify()
    monkeypatch.setenv("SOMETHING_ELSE", "2")
    assert snapshot.recall(["run"]) == ANSWER


def test_values_of_variables_are_not_in_it(answered, monkeypatch):
    monkeypatch.setenv("LEVEL", "a-secret-value")
    certify()
    assert b"a-secret-value" not in (answered.root / ".pivot/snapshot").read_bytes()


def test_after_something_was_installed_the_full_pass_decides(answered, monkeypatch, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    (answered.root / ".pivot/snapshot").unlink()
    certify()
    (site / "thing-1.0.dist-info").mkdir()
    assert snapshot.recall(["run"]) is None


def test_what_decides_is_certified_as_well(answered):
    data = (answered.root / ".pivot/snapshot").read_bytes()
    assert os.fsencode(pivot.api.__file__) in data


@pytest.mark.parametrize(
    "arguments", [["run", "clean"], ["run", "--force"], ["run", "--json"], ["run", "-k"], []]
)
def test_only_what_was_asked_is_answered(answered, arguments):
    assert snapshot.recall(arguments) is None


@pytest.mark.parametrize("arguments", [["run", "--force"], ["run", "--json"], ["run", "--dry-run"]])
def test_what_is_not_a_mere_yes_is_never_answered(answered, arguments, capsys):
    for _ in range(2):
        time.sleep(2 * TICK_NS / 1e9)
        assert main(arguments) == 0
    assert snapshot.recall(arguments) is None


def test_a_swapped_file_of_the_same_size_and_time(answered):
    file = answered.root / "raw.json"
    times = file.stat()
    other = answered.write("other.json", "[7, 8]")
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(file)
    assert snapshot.recall(["run"]) is None


def test_a_write_in_place_of_the_same_size_and_time(answered):
    file = answered.root / "raw.json"
    times = file.stat()
    file.write_text("[7, 8]")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert snapshot.recall(["run"]) is None


def test_what_changed_just_now_is_not_certified(answered):
    # The clock may not have ticked since: a second write would look the same.
    answered.write("raw.json", FILES["raw.json"])
    (answered.root / ".pivot/snapshot").unlink()
    assert main(["run"]) == 0
    assert snapshot.recall(["run"]) is None


def test_a_run_in_which_something_ran_certifies_nothing(answered):
    (answered.root / ".pivot/snapshot").unlink()
    answered.write("raw.json", "[5]")
    assert main(["run"]) == 0
    assert not (answered.root / ".pivot/snapshot").exists()


def test_a_run_that_warns_certifies_nothing(answered, monkeypatch):
    (answered.root / ".pivot/snapshot").unlink()
    report = pivot.run(
        answered.root,
        plugins=listening(),
        question=lambda _: pivot.api.Question(("run",), ANSWER),
    )
    assert report.counts == {"unchanged": 2}
    assert not (answered.root / ".pivot/snapshot").exists()


def listening():
    class Listener:
        @pivot.hookimpl
        def pivot_run_finished(self, event):
            pass

    host = pivot.PluginHost()
    host.register(Listener())
    return host


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:-3],
        lambda data: data[:100] + b"\0" + data[101:],
        lambda data: os.urandom(len(data)),
        lambda data: b"\0" * 8,
    ],
)
def test_a_damaged_snapshot_is_none(answered, spoil):
    file = answered.root / ".pivot/snapshot"
    file.write_bytes(spoil(file.read_bytes()))
    assert snapshot.recall(["run"]) is None
    assert main(["run"]) == 0


def test_one_of_another_format_is_none(answered, monkeypatch):
    monkeypatch.setattr(snapshot, "_VERSION", 2)
    assert snapshot.recall(["run"]) is None


def test_outside_of_a_project_there_is_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert snapshot.recall(["run"]) is None


def test_in_a_directory_that_is_gone_there_is_none(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert snapshot.recall(["run"]) is None


def test_a_moved_project_has_none(answered, monkeypatch):
    moved = answered.root.rename(answered.root.with_name("moved"))
    monkeypatch.chdir(moved)
    assert snapshot.recall(["run"]) is None


CHANGES = [
    *EDITS.values(),
    lambda p: p.write("raw.json", FILES["raw.json"]),
    lambda p: p.write("tools.py", FILES["tools.py"]),
    lambda p: p.write("limits.json", FILES["limits.json"]),
    lambda p: p.write("unrelated.txt", str(time.time_ns())),
    lambda p: main(["run"]),
    lambda p: main(["run"]),
    lambda p: time.sleep(2 * TICK_NS / 1e9),
    lambda p: os.utime(p.root / "raw.json"),
]


@pytest.mark.chance
@given(steps=st.lists(st.integers(0, len(CHANGES) - 1), min_size=1, max_size=6))
@settings(
    max_examples=settings().max_examples * 2 // 5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_answer_is_never_other_than_that_of_the_full_pass(answered, steps):
    for name, text in FILES.items():
        answered.write(name, text)
    answered.pipeline(PIPELINE)
    for step in steps:
        try:
            CHANGES[step](answered)
        except (FileNotFoundError, FileExistsError, AssertionError):
            continue  # what it would change was changed already
        if snapshot.recall(["run"]) is not None:
            found = pivot.explain(answered.root)
            assert [one.forecast for one in found] == ["skip", "skip"]
            data = json.loads(answered.read("clean.json"))
            assert json.loads(answered.read("totals/total.json")) == data
