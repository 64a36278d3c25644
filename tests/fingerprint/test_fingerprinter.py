"""Each case of `edits/*.toml` edits a small project; exactly the named symbols may differ."""

import tomllib
from pathlib import Path

import pytest

CASES = [
    pytest.param(case, id=f"{file.stem}: {case['name']}")
    for file in sorted((Path(__file__).parent / "edits").glob("*.toml"))
    for case in tomllib.loads(file.read_text())["case"]
]


@pytest.mark.parametrize("case", CASES)
def test_edit_changes_exactly(project, case):
    stage = case.get("stage", "pipeline:stage")
    project.write(case["files"])
    before = project.manifest(stage)
    project.edit(*case["edit"])
    project.write(case.get("adds", {}))
    after = project.manifest(stage)
    assert project.changed(before, after) == set(case["changes"])
    assert set(after.unstable) == set(case.get("unstable", []))
