"""Tools are given the same pipeline in their own words, and what they did is checked."""

from __future__ import annotations

import hashlib
import shutil
import sys

import pytest
import yaml

from benchmarks.measuring.processes import FailedError, Use
from benchmarks.projects.layered import Layered, output
from benchmarks.tools.dvc import Dvc
from benchmarks.tools.loops import Loop
from benchmarks.tools.peers import Peers
from benchmarks.tools.pivot import Pivot
from benchmarks.tools.tool import COLD, HELPER, LEAF, NO_OP, perform

STAGES = 20
PIPELINE = Layered(STAGES)


@pytest.fixture
def dvc(tmp_path):
    """DVC's project, prepared with a `dvc` that does nothing."""
    command = tmp_path / "peers" / "bin" / "dvc"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    tool = Dvc(tmp_path / "project", PIPELINE, Peers(tmp_path / "peers"))
    tool.prepare()
    return tool


def described(tool, name):
    return yaml.safe_load((tool.root / name).read_text())["stages"]


def test_dvc_is_given_every_stage_with_its_scripts_and_inputs(dvc):
    stages = described(dvc, "dvc.yaml")
    assert list(stages) == [f"s{number}" for number in range(STAGES)]
    for number, stage in enumerate(stages.values()):
        script, helper, *inputs = stage["deps"]
        assert stage["cmd"] == f"{sys.executable} {script}"
        assert script == f"steps/s{number}.py"
        assert (
            f"from {helper[len('steps/') : -len('.py')]} import" in (dvc.root / script).read_text()
        )
        assert tuple(inputs) == PIPELINE.inputs(number)
        assert stage["outs"] == [output(number)]


def test_the_lock_that_stands_for_a_run_of_dvc_has_what_was_made(dvc):
    dvc.record()
    yet = described(dvc, "dvc.yaml")
    for name, locked in described(dvc, "dvc.lock").items():
        assert locked["cmd"] == yet[name]["cmd"]
        assert [dep["path"] for dep in locked["deps"]] == sorted(yet[name]["deps"])
        assert [out["path"] for out in locked["outs"]] == yet[name]["outs"]
        for entry in (*locked["deps"], *locked["outs"]):
            data = (dvc.root / entry["path"]).read_bytes()
            assert entry["md5"] == hashlib.md5(data).hexdigest()
            assert entry["size"] == len(data)
        md5 = locked["outs"][0]["md5"]
        assert (dvc.root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]).exists()


def test_peers_keep_to_themselves(tmp_path):
    environment = Peers(tmp_path).environment
    assert environment["DVC_NO_ANALYTICS"] == "1"
    own = [value for value in environment.values() if value.startswith("/")]
    assert own
    assert all(value.startswith(str(tmp_path)) for value in own)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_runs_what_an_edit_affects(tmp_path):
    make = Loop("make", ["make", "-j2"], tmp_path / "project", PIPELINE)
    make.prepare()
    # The number of stages that ran is checked there.
    perform(make, COLD, 1000)
    perform(make, NO_OP, 1001)
    perform(make, LEAF, 1002)
    perform(make, HELPER, 1003)


class Claiming(Pivot):
    """A Pivot that says that one stage ran, whatever it's asked."""

    def run(self):
        return Use(seconds=1.0, cpu=1.0, peak=1, output="1 ran, 19 unchanged in 1.0 s\n")


def test_what_did_not_run_as_it_must_is_no_figure(tmp_path):
    tool = Claiming(tmp_path / "project", PIPELINE)
    tool.prepare()
    assert perform(tool, LEAF, 1000).seconds == 1.0
    with pytest.raises(FailedError, match="pivot helper ran 1, not 4"):
        perform(tool, HELPER, 1000)


@pytest.mark.parametrize(
    ("output", "ran"),
    [
        ("Everything is up to date (176 stages)\n", 0),
        ("stage_1: ran in 0.0 s\n3 ran, 2 restored, 1 unchanged in 0.1 s\n", 3),
        ("176 restored in 0.4 s\n", 0),
        ("", 0),
    ],
)
def test_pivot_says_how_many_stages_ran(tmp_path, output, ran):
    assert Pivot(tmp_path, PIPELINE).ran(output) == ran
