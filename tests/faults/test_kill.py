"""Whatever is killed, and whenever: the next run gives what a run from scratch gives.

Each round edits an input, starts `pivot run`, kills something at a random moment, and looks: no
process is left, no lock vouches for an output that is not there and whole, and the next run ends
with the bytes of a from-scratch run. The seed is printed by pytest when a round fails. `make faults`
goes on for many more rounds.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from pivot.store.cache import Cache
from pivot.store.layout import Layout
from pivot.store.lock import read_lock
from pivot.store.tree import Tree

PIPELINE = """
import json, subprocess, time

class Split(TypedDict):
    parts: Annotated[pathlib.Path, outputs.Out("parts/", loaders.PathOnly())]
    index: Annotated[list, outputs.Out("index.json", loaders.JSON())]

def split(seed: Annotated[int, outputs.Dep("seed.json", loaders.JSON())]) -> Split:
    pathlib.Path("parts").mkdir()
    for number in range(5):
        pathlib.Path(f"parts/{number}.txt").write_text(str(seed * number) * 1000)
        time.sleep(0.005)
    return Split(parts=pathlib.Path("parts/"), index=list(range(5)))

def left(parts: Annotated[pathlib.Path, outputs.Dep("parts/")]) -> Annotated[
    dict, outputs.Out("left.json", loaders.JSON())
]:
    time.sleep(0.03)
    return {p.name: len(p.read_text()) for p in sorted(parts.iterdir())}

def right(seed: Annotated[int, outputs.Dep("seed.json", loaders.JSON())]) -> Annotated[
    pathlib.Path, outputs.Out("right.txt")
]:
    # A child of the worker must not live on either.
    subprocess.run(["sh", "-c", f"sleep 0.05; echo {seed} > right.txt"], check=True)
    return pathlib.Path("right.txt")

def join(
    a: Annotated[dict, outputs.Dep("left.json", loaders.JSON())],
    b: Annotated[pathlib.Path, outputs.Dep("right.txt")],
    c: Annotated[list, outputs.Dep("index.json", loaders.JSON())],
) -> Annotated[dict, outputs.Metric("join.json")]:
    return {"a": a, "b": b.read_text().strip(), "c": c}

for stage in (split, left, right, join):
    REGISTRY.register(stage)
"""

OUTPUTS = ("parts", "index.json", "left.json", "right.txt", "join.json")


def processes_of(root: Path) -> list[int]:
    """The processes whose working directory is the project: workers, and what they started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                inside = (entry / "cwd").readlink().is_relative_to(root)
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if inside and state != "Z":
                found.append(int(entry.name))
    return found


def contents(root: Path) -> dict[str, bytes]:
    files = [root / name for name in OUTPUTS]
    files += sorted((root / "parts").iterdir()) if (root / "parts").is_dir() else []
    return {str(f.relative_to(root)): f.read_bytes() for f in files if f.is_file()}


def check_locks(root: Path) -> None:
    layout = Layout(root)
    tree, cache = Tree(root, "xxh64"), Cache(layout, "xxh64")
    for file in layout.stages.glob("*.lock"):
        lock = read_lock(file)
        assert lock is not None
        for out in lock.outs:
            assert cache.holds(out.content) or tree.content(out.path) == out.content, out


def from_scratch(project, seed: int, target: Path) -> dict[str, bytes]:
    shutil.copy(project.root / "pipeline.py", target)
    (target / "seed.json").write_text(str(seed))
    import pivot

    assert pivot.run(target, executor="inline").ok
    return contents(target)


def seconds_of_a_run(project) -> float:
    """How long a run takes that nobody kills, on this machine."""
    project.write("seed.json", "0")
    started = time.monotonic()
    assert project.cli("run").returncode == 0
    return time.monotonic() - started


def wait_until_gone(root: Path) -> None:
    deadline = time.monotonic() + 10
    while left := processes_of(root):
        assert time.monotonic() < deadline, f"still alive: {left}"
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds processes by /proc")
@pytest.mark.parametrize("how", ["parent", "worker", "interrupt", "terminate", "twice"])
@pytest.mark.chance
def test_the_run_after_a_kill_is_like_one_from_scratch(project, tmp_path, how, rounds):
    chooser = random.Random(f"{how}-{rounds}")
    project.pipeline(PIPELINE)
    longest = seconds_of_a_run(project)
    # At other moments of a run, test_injected.py kills it, and at every operation on files.
    for number in range(1 if rounds == 1 else 3 * rounds):
        seed = chooser.randrange(10**6)
        project.write("seed.json", str(seed))
        delay = chooser.uniform(0.1, 1.0) * longest
        process = project.start("run")
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            kill(process, how, project.root)
        process.communicate(timeout=60)
        wait_until_gone(project.root)
        check_locks(project.root)
        again = project.cli("run")
        assert again.returncode == 0, f"{seed=} {delay=}: {again.stdout}{again.stderr}"
        fresh = tmp_path / f"fresh{number}"
        fresh.mkdir()
        assert contents(project.root) == from_scratch(project, seed, fresh), f"{seed=} {delay=}"
        check_locks(project.root)


def kill(process, how: str, root: Path) -> None:
    match how:
        case "parent":
            process.kill()
        case "interrupt":
            process.send_signal(signal.SIGINT)
        case "terminate":
            process.send_signal(signal.SIGTERM)
        case "twice":
            process.send_signal(signal.SIGINT)
            time.sleep(0.01)
            process.send_signal(signal.SIGINT)
        case "worker":
            workers = [pid for pid in processes_of(root) if pid != process.pid]
            if workers:
                with contextlib.suppress(ProcessLookupError):  # it has just ended
                    os.kill(workers[-1], signal.SIGKILL)
