"""How much is done to find out that little has to be done: work is counted, time is not measured.

The command line runs in processes of its own that count what they do (see counting.py): files
opened, hashes, transactions with the state, modules imported, processes started. It is done for
two numbers of stages, so that what is done once and what is done for each stage can be told apart.

`LIMITS` is to be tightened whenever less is done. What is not in it must not be done at all.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COUNTING = Path(__file__).with_name("counting.py")
FEW, MANY = 12, 24
WIDTH = 4
#: Without what makes Python or Pivot do more or less than for a user, as measuring coverage does.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("COV", "PIVOT_", "PYTHON"))
}
_RUNS_TO_SETTLE = 6
#: In later Pythons, the parts of the standard library that are used are in a few modules more.
_MORE_MODULES = 5 if sys.version_info >= (3, 14) else 0

#: For each kind of run: what may be done -> how often at most, in all and for each stage.
LIMITS = {
    "nothing changed, by the snapshot": {
        "modules imported": (9, 0),
        "the rest of the store: files read": (1, 0),
    },
    "nothing changed, by a full pass": {
        "bytecode: files read": (2, 0),
        "directories listed": (5, 0),
        "hashes": (14, 3),
        "locks: files read": (0, 1),
        "modules imported": (273, 0),
        "other files: files read": (2, 0),
        "sources: files read": (2, 0),
        "state: read transactions": (2, 4),
        "the rest of the store: files read": (3, 0),
        "the rest of the store: files written": (1, 1),
    },
    "all files touched": {
        "bytecode: files read": (2, 0),
        "bytecode: files written": (2, 0),
        "directories listed": (5, 0),
        "hashes": (17, 4),
        "inputs: files read": (1, 0),
        "locks: files read": (0, 1),
        "modules imported": (273, 0),
        "other files: files read": (2, 0),
        "outputs: files read": (0, 1),
        "sources: files read": (4, 0),
        "state: read transactions": (3, 3),
        "state: write transactions": (1, 0),
        "the rest of the store: files read": (3, 0),
        "the rest of the store: files written": (1, 1),
    },
    "one function changed": {
        "blobs: files written": (2, 0),
        "bytecode: files read": (2, 0),
        "bytecode: files written": (1, 0),
        # The last one: whether a run was killed, and left a journal.
        "directories listed": (5, 0),
        "hashes": (25, 5),
        "locks: files read": (0, 1),
        "locks: files written": (1, 0),
        "modules imported": (375, 0),
        "other files: files read": (2, 0),
        "outputs: files read": (2, 0),
        # A worker, and what watches over it.
        "processes started": (3, 0),
        "sources: files read": (4, 0),
        "state: read transactions": (9, 4),
        "state: write transactions": (1, 0),
        "the rest of the store: files read": (3, 0),
        # A hold for each stage; the mark of the one that runs, and the run's journal.
        "the rest of the store: files written": (2, 1),
    },
    "all outputs deleted": {
        "blobs: files read": (1, 1),
        "bytecode: files read": (2, 0),
        "directories listed": (4, 0),
        "hashes": (14, 5),
        "locks: files read": (0, 1),
        "locks: files written": (0, 1),
        "modules imported": (273, 0),
        "other files: files read": (2, 0),
        "outputs: files written": (2, 0),
        "sources: files read": (2, 0),
        "state: read transactions": (7, 5),
        "state: write transactions": (1, 0),
        "the rest of the store: files read": (3, 0),
        "the rest of the store: files written": (0, 1),
    },
}

HEAD = """
from typing import Annotated

import calculating
from pivot import loaders, outputs
from pivot.registry import REGISTRY
"""
STAGE = """
def stage_{number}(
    value: Annotated[int, outputs.Dep("{dep}", loaders.JSON())],
) -> Annotated[int, outputs.Out("out/{number}.json", loaders.JSON())]:
    return calculating.more(value) + {number}

REGISTRY.register(stage_{number})
"""


class Layers:
    """A project of some stages, four in each layer, that is brought up to date and counted."""

    def __init__(self, root: Path, stages: int) -> None:
        self.root = root
        self.stages = stages
        (root / "data").mkdir(parents=True)
        (root / "data" / "raw.json").write_text("1")
        (root / "calculating.py").write_text("def more(x):\n    return x + 1\n")
        self.write_pipeline(0)

    def write_pipeline(self, edit: int) -> None:
        """Write the pipeline; what the last stage gives depends on `edit`."""
        text = HEAD
        for number in range(self.stages):
            dep = f"out/{number - WIDTH}.json" if number >= WIDTH else "data/raw.json"
            text += STAGE.format(number=number, dep=dep)
        last = f"+ {self.stages - 1}\n"
        (self.root / "pipeline.py").write_text(text.replace(last, f"+ {edit} {last}"))

    def run(self) -> dict[str, int]:
        """Run, and give how often each kind of thing was done."""
        file = self.root.with_suffix(".json")
        command = [sys.executable, "-P", str(COUNTING), str(file), "run", "--quiet"]
        done = subprocess.run(
            command, cwd=self.root, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(file.read_text())

    @property
    def snapshot(self) -> Path:
        return self.root / ".pivot" / "snapshot"

    def settle(self) -> None:
        """Run until nothing is too young to be trusted, and there is a snapshot."""
        for _ in range(_RUNS_TO_SETTLE):
            self.run()
            if self.snapshot.exists():
                return
        raise AssertionError("no snapshot was written")

    def touch(self) -> None:
        """Give every file of the project another time."""
        for pattern in ("*.py", "data/*", "out/*"):
            for file in self.root.glob(pattern):
                os.utime(file)


CHANGES = {
    "nothing changed, by the snapshot": lambda project: None,
    "nothing changed, by a full pass": lambda project: project.snapshot.unlink(),
    "all files touched": Layers.touch,
    "one function changed": lambda project: project.write_pipeline(1),
    "all outputs deleted": lambda project: shutil.rmtree(project.root / "out"),
}


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    """By number of stages and kind of run: how often each kind of thing was done."""
    found = {}
    for stages in (FEW, MANY):
        project = Layers(tmp_path_factory.mktemp("work") / "project", stages)
        found[stages] = {"everything": project.run()}
        for name, change in CHANGES.items():
            project.settle()
            change(project)
            found[stages][name] = project.run()
    return found


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("stages", [FEW, MANY])
def test_no_more_is_done_than_has_to_be(counted, name, stages):
    limits = LIMITS[name]
    allowed = {what: once + each * stages for what, (once, each) in limits.items()}
    if "modules imported" in allowed:
        allowed["modules imported"] += _MORE_MODULES
    exceeded = {
        what: f"{number} times for {stages} stages, at most {allowed.get(what, 0)}"
        for what, number in counted[stages][name].items()
        if number > allowed.get(what, 0)
    }
    assert exceeded == {}


@pytest.mark.parametrize("name", LIMITS)
def test_what_is_done_grows_with_the_stages_and_no_faster(counted, name):
    few, many = counted[FEW][name], counted[MANY][name]
    grown = {what: (number - few.get(what, 0)) / (MANY - FEW) for what, number in many.items()}
    each = {what: limits[1] for what, limits in LIMITS[name].items()}
    assert {what: rate for what, rate in grown.items() if rate > each.get(what, 0)} == {}


def test_all_that_is_limited_is_seen(counted):
    # A counter that sees nothing finds nothing to object to.
    seen = {what for found in counted[FEW].values() for what in found}
    assert {what for limits in LIMITS.values() for what in limits} <= seen
    everything = counted[FEW]["everything"]
    assert everything["processes started"] >= 1
    assert everything["state: write transactions"] >= 1
    assert everything["locks: files written"] >= FEW
    assert everything["hashes"] >= FEW
