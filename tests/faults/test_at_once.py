"""Several processes at once in one project: nothing runs twice without need, and nothing is lost.

Each stage notes its name outside of the project when it's called. Some of the runs have targets
that overlap, some have none in common; beside them results are pushed, and the cache is cleaned.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter

import pytest

PIPELINE = """
import os
import time

LENGTH = 4
ROWS = ("a", "b")


def note(name):
    descriptor = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{{name}}\\n".encode())
    os.close(descriptor)


def make(name, before):
    def stage(rows: Annotated[list, outputs.Dep(before, loaders.JSON())]) -> Annotated[
        list, outputs.Out(f"{{name}}.json", loaders.JSON())
    ]:
        note(name)
        time.sleep(0.1)
        return [*rows, name]

    return stage


for row in ROWS:
    for number in range(LENGTH):
        before = f"{{row}}{{number - 1}}.json" if number else "seed.json"
        REGISTRY.register(make(f"{{row}}{{number}}", before), name=f"{{row}}{{number}}")
"""
#: What each of the runs is asked for; the first three are what is tried each time.
TARGETS = ((), ("a3",), ("b3",), (), ("a*",), ("b1", "a2"), ("b*",), ("a0", "b0"))


@pytest.mark.chance
def test_each_stage_runs_once_whoever_asks_and_nothing_is_lost(project, tmp_path, rounds):
    log, store = tmp_path / "log.txt", tmp_path / "store"
    project.pipeline(PIPELINE.format(log=str(log)))
    project.write("seed.json", "[0]")
    assert project.cli("config", "set", "remotes.origin", str(store)).returncode == 0
    at_once = TARGETS if rounds > 1 else TARGETS[:3]
    for number in range(rounds):
        chooser = random.Random(number)
        project.write("seed.json", f"[{number}]")
        log.unlink(missing_ok=True)
        runs = [project.start("run", *asked) for asked in chooser.sample(at_once, len(at_once))]
        beside = [project.start("push"), project.start("gc", "--yes", "--grace", "0")]
        ended = [(one.communicate(timeout=120), one.returncode) for one in (*runs, *beside)]
        told = "".join(f"{out}{err}" for (out, err), _ in ended)
        assert [status for _, status in ended[: len(runs)]] == [0] * len(runs), told
        # Whoever pushes while stages run may find that one has not ended yet: that is status 1.
        assert [status for _, status in ended[len(runs) :]] in ([0, 0], [1, 0]), told
        called = Counter(log.read_text().split())
        assert called == {f"{row}{step}": 1 for row in "ab" for step in range(4)}, told
        # Who waits says for whom: which process, and what it was started as.
        for line in re.findall(r"^\w+: waiting for .*$", told, re.MULTILINE):
            assert re.fullmatch(r"\w+: waiting for pid \d+ \(.*run.*\)", line), line
        assert "waiting for pid" in told
        for row in "ab":
            expected = [number, *(f"{row}{step}" for step in range(4))]
            assert json.loads(project.read(f"{row}3.json")) == expected
        again = project.cli("run")
        assert "up to date (8 stages)" in again.stdout, again.stdout + again.stderr
        # Nothing that is needed has gone: all can be had from the cache, and be pushed.
        for row in "ab":
            (project.root / f"{row}2.json").unlink()
        assert project.cli("checkout").returncode == 0
        pushed = project.cli("push")
        assert pushed.returncode == 0, pushed.stderr
        assert project.cli("remote", "status").returncode == 0
    assert len(log.read_text().split()) == 8
