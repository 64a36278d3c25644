"""`pivot verify`: stages are run in clean copies, and what they make is compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PIPELINE = """
import ctypes
import os
import time
from pathlib import Path
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY


def good(
    raw: Annotated[list, outputs.Dep("raw.json", loaders.JSON())],
) -> Annotated[dict, outputs.Out("build/good.json", loaders.JSON())]:
    return {"n": len(raw)}


def after(
    good: Annotated[dict, outputs.Dep("build/good.json", loaders.JSON())],
) -> Annotated[dict, outputs.Out("after.json", loaders.JSON())]:
    return good


def chance() -> None:
    Path("chance").mkdir()
    Path("chance/same.txt").write_text("same")
    Path("chance/time.txt").write_text(f"one\\n{time.time_ns()}\\n")


def sly() -> Annotated[str, outputs.Out("sly.json", loaders.JSON())]:
    # As a library in C would.
    libc = ctypes.CDLL(None)
    descriptor = libc.open(b"secret.txt", 0)
    if descriptor < 0:
        raise FileNotFoundError(2, "No such file or directory", "secret.txt")
    text = os.read(descriptor, 100).decode()
    os.close(descriptor)
    return text


for stage in (good, after, sly):
    REGISTRY.register(stage)
REGISTRY.register(chance, outs=["chance/"])
"""


@pytest.fixture
def ran(project, invoke, monkeypatch, tmp_path):
    """A project that ran, and whose copies are made in a directory of the test's."""
    (tmp_path / "copies").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "copies"))
    project.pipeline(PIPELINE)
    project.write("raw.json", "[1, 2]")
    project.write("secret.txt", "secret")
    assert invoke("run", "--executor", "inline").status == 0
    return project


def test_what_comes_out_otherwise_and_what_is_read_unseen_is_found(ran, invoke, tmp_path):
    def everything():
        places = [place for place in ran.root.rglob("*") if place.is_file()]
        return {one: one.read_bytes() for one in places if "state.lmdb" not in one.parts}

    # An input that is only in the cache will do.
    (ran.root / "build/good.json").unlink()
    before = everything()
    done = invoke("verify")
    assert done.status == 1
    lines = done.out.splitlines()
    assert lines[:2] == ["good: same", "after: same"]
    assert lines[2] == "sly: failed"
    assert "  secret.txt is in the project, and the stage doesn't declare it" in done.out
    assert "chance: different\n  chance/: time.txt: line 2: '" in done.out
    assert lines[-1] == "2 of 4 stages made the same again"
    assert everything() == before
    assert not list((tmp_path / "copies").iterdir())


def test_a_copy_is_kept_if_that_is_asked_for(ran, invoke):
    [found] = json.loads(invoke("verify", "good", "--keep", "--json").out)
    assert (found["stage"], found["result"]) == ("good", "same")

    copy = Path(found["kept"])
    assert json.loads((copy / "build/good.json").read_text())["n"] == 2
    assert not (copy / "secret.txt").exists()


def test_what_is_not_up_to_date_can_not_be_tried(ran, invoke):
    ran.write("raw.json", "[1]")
    done = invoke("verify", "good")
    assert done.status == 1
    assert "good: untried\n  it is not up to date: Input changed: raw.json" in done.out
    assert "run it first: pivot run good" in done.out
    assert invoke("verify", "nosuch").status == 2


def test_a_sample_is_the_same_for_the_same_seed(ran, invoke, monkeypatch):
    asked: list[str] = []

    def note(session, names, *, keep):
        asked.append(" ".join(names))
        return iter(())

    monkeypatch.setattr("pivot.past.verifying.verify", note)
    for seed in ("1", "1", "2", "3", "4", "5"):
        assert invoke("verify", "--sample", "2", "--seed", seed).status == 0
    assert asked[0] == asked[1]
    assert len(set(asked)) > 1
    assert all(len(names.split()) == 2 for names in asked)
