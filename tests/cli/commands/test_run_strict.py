import errno
import json
import os
import time
from pathlib import Path

import pytest

from pivot.confinement import landlock
from pivot.confinement.landlock import UnavailableError, require

try:
    require()
except UnavailableError as error:
    pytest.skip(f"this system can't confine a process: {error.message}", allow_module_level=True)

PIPELINE = """
import os
import subprocess
import sys
import tempfile
import time

import pivot
import settings

def declared(
    raw: Annotated[list, Dep("raw.json", loaders.JSON())],
) -> Annotated[list, outputs.Metric("sorted.json")]:
    import late
    with tempfile.TemporaryFile() as stream:
        stream.write(b"scratch")
    return late.arranged(raw)[: settings.MOST]

def directory() -> Annotated[pathlib.Path, Out("parts/")]:
    parts = pathlib.Path("parts")
    (parts / "new").write_text("text")
    (parts / "new").rename(parts / "renamed")
    return parts

def reads() -> Annotated[int, outputs.Metric("size.json")]:
    return len(pathlib.Path("raw.json").read_text())

def reads_natively() -> Annotated[str, outputs.Metric("rows.json")]:
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.open(b"raw.json", os.O_RDONLY) < 0:
        raise RuntimeError("can't open raw.json")
    return "read"

def takes_what_it_gets() -> Annotated[str, outputs.Metric("taken.json")]:
    try:
        return pathlib.Path("raw.json").read_text()
    except OSError:
        return "nothing"

def writes() -> Annotated[int, outputs.Metric("one.json")]:
    pathlib.Path("log.txt").write_text("text")
    return 1

def forgets() -> Annotated[pathlib.Path, Out("forgotten.txt")]:
    return pathlib.Path("forgotten.txt")

def crashes() -> Annotated[pathlib.Path, Out("crashed.txt")]:
    os.kill(os.getpid(), 9)

def hangs() -> Annotated[pathlib.Path, Out("hung.txt")]:
    pathlib.Path("hung.txt").write_text(str(os.getpid()))
    time.sleep(60)

for stage in (declared, directory, reads, reads_natively, takes_what_it_gets):
    REGISTRY.register(stage)
for stage in (writes, forgets, crashes):
    REGISTRY.register(stage)
REGISTRY.register(hangs, timeout=2)
pivot.command("cat raw.json > copy.json", name="program", outs=["copy.json"])
"""


SETTINGS = """
import pathlib

MOST = int(pathlib.Path(__file__).with_name("most.txt").read_text())
"""


@pytest.fixture
def strict(project):
    project.pipeline(PIPELINE)
    project.write("raw.json", "[3, 1, 2]")
    project.write("late.py", "arranged = sorted\n")
    project.write("most.txt", "2")
    project.write("settings.py", SETTINGS)
    return project


def test_only_what_is_declared_can_be_read_and_written(strict):
    done = strict.cli("run", "--strict", "--keep-going")
    assert done.returncode == 1
    assert "\ndeclared: ran in" in f"\n{done.stdout}"
    assert json.loads(strict.read("sorted.json")) == [1, 2]
    assert "\ndirectory: ran in" in f"\n{done.stdout}"
    assert [path.name for path in (strict.root / "parts").iterdir()] == ["renamed"]
    refused = "'raw.json' is read, but not declared: it was refused\n"
    declare = "  declare it as an input: Dep('raw.json')\n"
    for stage in ("reads", "reads_natively"):
        assert f"{stage}: failed: pipeline.py:" in done.stderr
        assert f"{refused}{declare}" in done.stderr.partition(f"{stage}: failed")[2]
    assert f"program: failed: {refused}{declare}" in done.stderr
    assert "'raw.json' is read, but not declared" in done.stderr.partition("takes_what_it_gets:")[2]
    assert "'log.txt' is written, but not declared as an output: it was refused\n" in done.stderr
    assert "it did not write its output 'forgotten.txt'" in done.stderr
    assert "crashes: failed: the worker process died: SIGKILL" in done.stderr
    assert "hangs: failed: it was ended, since it took longer than its timeout" in done.stderr
    assert "\n2 ran, 8 failed in" in done.stdout
    left = {path.name for path in strict.root.iterdir()}
    assert left.isdisjoint({"log.txt", "size.json", "rows.json", "forgotten.txt", "crashed.txt"})
    assert_gone(int(strict.read("hung.txt")))


def assert_gone(process):
    deadline = time.monotonic() + 10
    while Path(f"/proc/{process}").exists():
        assert time.monotonic() < deadline, "the stage outlived its timeout"
        time.sleep(0.02)


def test_a_strict_run_gives_what_another_gives(strict):
    strict.run("declared", executor="loky", strict=True)
    made = strict.read("sorted.json")
    assert strict.run("declared", force=True) == {"declared": "ran"}
    assert strict.read("sorted.json") == made
    assert strict.run("declared", strict=True, executor="loky") == {"declared": "unchanged"}


def test_it_takes_processes_of_their_own(strict, invoke):
    result = invoke("run", "--strict", "--executor", "inline", "declared")
    assert result.status == 2
    assert "strict confines worker processes, and executor 'inline' has none" in result.err


def test_it_is_for_stages_that_run(strict, invoke):
    result = invoke("run", "--strict", "--dry-run")
    assert result.status == 2
    assert "--strict is for stages that run, and --dry-run runs none" in result.err


def test_a_system_that_can_not_says_so_before_anything_runs(strict, invoke, monkeypatch):
    def lacks(*_arguments):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(landlock, "_call", lacks)  # as where system calls are filtered
    result = invoke("run", "--strict", "declared")
    assert result.status == 2
    assert "strict needs Landlock, by which a process gives up rights to files" in result.err
    assert not (strict.root / "sorted.json").exists()
