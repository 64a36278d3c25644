"""`pivot import-dvc` as a user sees it, with and without what DVC has made.

DVC itself is not needed: its lock and its cache are written here, by its rules.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from pivot_dvc_export.digests import digest
from pivot_dvc_export.import_command import import_dvc
from pivot_dvc_export.project import read_project
from pivot_dvc_export.repository import Repository

import pivot
from pivot.errors import PivotError

DOZEN = Path(__file__).parent / "dozen"
STAGES = 13


@pytest.fixture
def project(tmp_path, monkeypatch):
    root = shutil.copytree(DOZEN, tmp_path / "project", ignore=shutil.ignore_patterns("__py*"))
    monkeypatch.chdir(root)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    return root


@pytest.fixture
def invoke():
    def call(*words):
        result = CliRunner().invoke(import_dvc, words, standalone_mode=False)
        if result.exception:
            raise result.exception
        return result

    return call


@pytest.fixture
def made(project):
    """The project with all that DVC would have made, and noted."""
    (project / ".dvc").mkdir()
    repository = Repository.around(project)
    locks = {}
    for step in read_project(project).steps:
        subprocess.run(step.line.now, shell=True, cwd=project / step.directory, check=True)
        home = Path(step.directory)
        entry = {"cmd": step.lines if len(step.lines) > 1 else step.lines[0]}
        for part, found in (("deps", step.deps), ("outs", [out.path for out in step.outs])):
            entry[part] = []
            for path in (text.now for text in found):
                one = digest(project / path)
                relative = os.path.relpath(path, home)
                entry[part].append({"path": relative, "hash": "md5", "md5": one.md5})
        for out in step.outs:
            if out.cache:
                repository.keep(digest(project / out.path.now).contents)
        values = yaml.safe_load((project / "params.yaml").read_text())
        names = step.params.get("params.yaml", [])
        if names:
            entry["params"] = {"params.yaml": {name: value(values, name) for name in names}}
        locks[step.dvc_name] = entry
    (project / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": locks}))
    return project


def value(values, name):
    for part in name.split("."):
        values = values[part]
    return values


def statuses(root):
    return {stage.name: stage.status for stage in pivot.run(root, executor="inline").stages}


def test_the_pipeline_makes_what_the_commands_make(project, invoke):
    said = invoke().stderr
    assert said.startswith(
        f"wrote pipeline.py: {STAGES} stages\n  fetch\n    translated: src/fetch"
    )
    assert "  lengths\n" in said
    assert "    left: 'template' of lengths.csv has no counterpart" in said
    assert "    approximated: its variants are those of the values as they are now" in said
    assert set(statuses(project).values()) == {"ran"}
    assert set(statuses(project).values()) == {"unchanged"}
    assert len((project / "report.txt").read_text().splitlines()) == 4


def test_it_is_printed_alone_with_a_dry_run(project, invoke):
    result = invoke("--dry-run")
    assert result.stdout.startswith('"""Imported from DVC by')
    assert not (project / "pipeline.py").exists()


def test_a_pipeline_of_others_is_not_replaced(project, invoke):
    invoke()
    invoke()
    (project / "pipeline.py").write_text("import mine\n")
    with pytest.raises(PivotError, match="would be lost"):
        invoke()
    assert (project / "pipeline.py").read_text() == "import mine\n"
    invoke("--force")


def test_a_cache_needs_a_repository(project, invoke):
    with pytest.raises(PivotError, match="is in no DVC repository"):
        invoke("--cache")
    assert not (project / "pipeline.py").exists()


def test_nothing_is_computed_again(made, invoke):
    before = {path: path.read_bytes() for path in made.rglob("*.json")}
    assert invoke("--cache").stderr.endswith(f"adopted {STAGES} of {STAGES} stages from DVC\n")
    assert set(statuses(made).values()) == {"unchanged"}
    assert {path: path.read_bytes() for path in before} == before
    blob = Repository.around(made).place(digest(made / "reviews" / "all.csv").md5)
    assert blob.stat().st_nlink == 3, "the two caches and the project share the file"


def test_what_is_only_in_the_cache_of_dvc_comes_back(made, invoke):
    expected = (made / "models" / "large.json").read_bytes(), (made / "parts/test.csv").read_bytes()
    shutil.rmtree(made / "models")
    shutil.rmtree(made / "parts")
    assert f"adopted {STAGES} of" in invoke("--cache").stderr
    found = (made / "models" / "large.json").read_bytes(), (made / "parts/test.csv").read_bytes()
    assert found == expected
    assert set(statuses(made).values()) == {"unchanged"}


def test_data_of_dvc_come_back_into_their_place(made, invoke):
    raw = digest(made / "data" / "raw")
    Repository.around(made).keep(raw.contents)
    (made / "data" / "raw.dvc").write_text(f"outs:\n- path: raw\n  md5: {raw.md5}\n")
    (made / "data" / "lost.dvc").write_text(f"outs:\n- path: lost\n  md5: {'0' * 32}\n")
    expected = {file.name: file.read_bytes() for file in (made / "data" / "raw").iterdir()}
    shutil.rmtree(made / "data" / "raw")
    assert f"adopted {STAGES} of" in invoke("--cache").stderr
    assert {file.name: file.read_bytes() for file in (made / "data/raw").iterdir()} == expected
    assert set(statuses(made).values()) == {"unchanged"}


@pytest.mark.parametrize(
    ("change", "problem", "left"),
    [
        (lambda p: edit(p / "params.yaml", "seed: 7", "seed: 8"), "its command is another", 9),
        (lambda p: edit(p / "params.yaml", "most: 20", "most: 3"), "parameter vocabulary is", 8),
        (
            lambda p: edit(p / "src/lengths.py", '["length', '["size'),
            "src/lengths.py is another",
            1,
        ),
        (lambda p: edit(p / "data/raw/good.txt", "fine", "good"), "data/raw is another one", 13),
        (lambda p: edit(p / "dvc.lock", "lengths:", "widths:"), "it is not in dvc.lock", 1),
        (lambda p: edit(p / "dvc.lock", "cmd: sort", "cmd: short"), "its command is another", 1),
    ],
)
def test_what_does_not_hold_any_more_has_to_run(made, invoke, change, problem, left):
    change(made)
    said = invoke("--cache").stderr
    assert f"adopted {STAGES - left} of {STAGES} stages" in said
    assert problem in said
    ran = statuses(made)
    assert "failed" not in ran.values()
    assert len([one for one in ran.values() if one == "unchanged"]) >= STAGES - left


def test_neither_a_cache_nor_a_lock_is_believed(made, invoke):
    blob = Repository.around(made).place(digest(made / "models" / "small.json").md5)
    blob.chmod(0o644)
    blob.write_text("{}")
    (made / "models" / "small.json").unlink()
    said = invoke("--cache").stderr
    assert "train@small has to run: models/small.json is neither in DVC's cache nor" in said
    assert statuses(made)["train@small"] == "ran"


def test_a_directory_s_list_leads_nowhere_else(made, invoke, tmp_path):
    lock = yaml.safe_load((made / "dvc.lock").read_text())
    data = b'[{"md5": "00", "relpath": "../../stolen"}]'
    evil = tmp_path / "evil"
    evil.write_bytes(data)
    md5 = f"{digest(evil).md5}.dir"
    Repository.around(made).keep({md5: data})
    lock["stages"]["split"]["outs"][0]["md5"] = md5
    (made / "dvc.lock").write_text(yaml.safe_dump(lock))
    assert "split has to run: the list of parts" in invoke("--cache").stderr


@pytest.mark.parametrize("lock", ["[]", "stages: 3", "stages: {fetch: 5}", "stages: {fetch: {}}"])
def test_a_lock_that_is_none_has_nothing_adopted(made, invoke, lock):
    (made / "dvc.lock").write_text(lock)
    try:
        said = invoke("--cache").stderr
    except PivotError as error:
        said = str(error)
    assert f"adopted 0 of {STAGES}" in said or "dvc.lock" in said


def edit(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
