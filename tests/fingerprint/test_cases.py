"""After each edit of the Change Detection Matrix: never a stale output, and no needless run.

A project runs, is edited, and runs again. What is there then must be what a run from scratch of the
edited project makes, and exactly the stages of the case must have run. How cases are written stands
in matrix.py.
"""

import json
import os
import re
import runpy
import sys
import zlib
from pathlib import Path

import pytest

import pivot

MATRIX = runpy.run_path(str(Path(__file__).parent / "matrix.py"))
CASES = [(chapter.file, case) for chapter in MATRIX["chapters"]() for case in chapter.cases]
#: What takes long to import of the libraries that cases use.
SLOW = ("numpy", "pandas", "sklearn.linear_model", "sklearn.pipeline")


def slow_modules(case):
    """Give the modules that a process should have loaded before it's forked for the case."""
    text = "".join(case.files.values())
    return SLOW if re.search(r"(import|from) (numpy|pandas|sklearn)", text) else ()


#: That another run would find nothing to do is looked at after each of this many edits, and after
#: all of them with `make faults`.
AGAIN = 4
ROUNDS = int(os.environ.get("PIVOT_TEST_ROUNDS", "1"))
#: Of the cases that don't ask for it, each of this many runs in worker processes, too.
STRIDE = 40
LOKY = [
    (file, case)
    for n, (file, case) in enumerate(CASES)
    if case.loky or (n % STRIDE == 0 and not case.needless and not slow_modules(case))
]


def identified(cases):
    return [pytest.param(case, id=f"{file}: {case.name}") for file, case in cases]


class Workspace:
    """A case's project on disk, before and after its edit."""

    def __init__(self, root, case):
        self.root, self.case, self.edited = root, case, False
        root.mkdir()
        case.write(root)

    def edit(self):
        self.case.apply(self.root)
        self.edited = True

    @property
    def environment(self):
        return self.case.environment(edited=self.edited)

    def files(self):
        """Give the content of all files but Pivot's and Python's own."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
            and not {".pivot", "__pycache__"}.intersection(path.relative_to(self.root).parts)
        }

    def locks(self):
        stages = self.root / ".pivot" / "stages"
        return {path.stem: json.loads(path.read_text()) for path in stages.glob("*.lock")}


@pytest.mark.chance
@pytest.mark.parametrize("case", identified(CASES))
def test_edit_runs_exactly(tmp_path, run_servers, case):
    slow = slow_modules(case)
    run_server = run_servers("1", *slow)
    # With another order of sets, on which no hash may depend.
    other_run_server = run_server if slow else run_servers("2")
    project = Workspace(tmp_path / "project", case)
    assert ran(run_server.run(project.root, project.environment)) == set(project.locks())
    before = project.locks()
    project.edit()
    second = other_run_server.run(project.root, project.environment)
    assert ran(second) == set(case.runs), reasons(second)
    check_reasons(case, second, before, project.locks())
    check_outputs(case, before, project.locks())
    assert project.files() == from_scratch(tmp_path, run_server, case)
    if ROUNDS > 1 or case.unstable or zlib.crc32(case.name.encode()) % AGAIN == 0:
        third = other_run_server.run(project.root, project.environment)
        assert ran(third) == (set() if not case.unstable else set(case.runs)), reasons(third)


@pytest.mark.parametrize("case", identified(LOKY))
def test_edit_runs_exactly_in_workers(tmp_path, run_servers, monkeypatch, case):
    project = Workspace(tmp_path / "project", case)
    assert ran(run_with_workers(project, monkeypatch)) == set(project.locks())
    project.edit()
    second = run_with_workers(project, monkeypatch)
    assert ran(second) == set(case.runs), reasons(second)
    assert project.files() == from_scratch(tmp_path, run_servers("1"), case)
    assert ran(run_with_workers(project, monkeypatch)) == set()


def run_with_workers(project, monkeypatch):
    """Run in workers that are warm from the last time; leave nothing of it in this process."""
    before = set(sys.modules)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "path", list(sys.path))
        for name, value in project.environment.items():
            patch.setenv(name, value)
        report = pivot.run(project.root, jobs=1)
    for name in sys.modules.keys() - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(project.root)):
            del sys.modules[name]
    return {stage.name: stage for stage in report.stages}


def from_scratch(tmp_path, run_server, case):
    """Give the files of the edited project after its first run."""
    scratch = Workspace(tmp_path / "scratch", case)
    scratch.edit()
    ran(run_server.run(scratch.root, scratch.environment))
    return scratch.files()


def ran(report):
    """Give the names of the stages that ran; the others must have been up to date."""
    assert {end.status for end in report.values()} <= {"ran", "unchanged"}, report
    return {stage for stage, end in report.items() if end.status == "ran"}


def reasons(report):
    return {stage: end.reasons for stage, end in report.items() if end.status == "ran"}


def check_reasons(case, report, before, after):
    _, beginnings = MATRIX["SEEN"][case.seen]
    found = [reason for stage in before if stage in case.runs for reason in report[stage].reasons]
    assert not found or any(reason.startswith(beginnings) for reason in found), found
    if case.changes is not None:
        assert changed_symbols(before, after) == set(case.changes)


def changed_symbols(before, after):
    """Give the keys of the symbols that differ, are new, or are gone, in any stage."""
    return {
        key
        for stage in before.keys() & after.keys()
        for key in before[stage]["code"].keys() | after[stage]["code"].keys()
        if before[stage]["code"].get(key) != after[stage]["code"].get(key)
    }


def check_outputs(case, before, after):
    """A run must have had a reason: another output, unless the case says why it can't be known."""
    for stage in before.keys() & set(case.runs):
        same = contents(before[stage]) == contents(after[stage])
        assert same == (stage in case.needless), stage


def contents(lock):
    return {out["name"]: out["hash"] for out in lock["outs"]}


def test_each_case_has_a_name_of_its_own():
    for chapter in MATRIX["chapters"]():
        names = [case.name for case in chapter.cases]
        assert len(names) == len(set(names)), chapter.title
