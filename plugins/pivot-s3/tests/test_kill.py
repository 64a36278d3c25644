"""Processes that are killed, and several at once: what is there is whole, and running it again mends it."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time

import pytest

import pivot
from pivot.hashing import hash_bytes
from pivot.store.layout import Layout

#: How many times as much as usual is to be tried: `make faults` sets it.
ROUNDS = int(os.environ.get("PIVOT_TEST_ROUNDS", "1"))

PIPELINE = """
import pathlib, random

from pivot.registry import REGISTRY

def make() -> None:
    chance = random.Random(0)
    for name, size in (("a", 9_000_000), ("b", 300_000), ("c", 5_000)):
        pathlib.Path(name).write_bytes(chance.randbytes(size))
    directory = pathlib.Path("many")
    directory.mkdir()
    for number in range(40):
        (directory / str(number)).write_text(str(number))

REGISTRY.register(make, outs=["a", "b", "c", "many/"])
"""


@pytest.fixture
def project(tmp_path, server, bucket, monkeypatch):
    monkeypatch.setenv("PIVOT_REMOTES__ORIGIN", f"s3://{bucket}/x?endpoint_url={server.url}")
    root = tmp_path / "project"
    root.mkdir()
    (root / "pipeline.py").write_text(PIPELINE)
    assert pivot.run(root, executor="inline").ok
    return root


def start(root, *words):
    command = [sys.executable, "-m", "pivot.cli", *words]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def killed(root, *words):
    """Start a command and kill it some time later, by chance."""
    process = start(root, *words)
    time.sleep(random.uniform(0.3, 1.5))
    process.kill()
    process.communicate()


def check(server, bucket):
    """Every blob of the bucket is what its name says."""
    for name in server.names(bucket):
        if name.startswith("x/files/"):
            body = server.client.get_object(Bucket=bucket, Key=name)["Body"].read()
            assert name.removeprefix("x/files/").replace("/", "") == hash_bytes(body)


def forget(root):
    for path in ("a", "b", "c"):
        (root / path).unlink(missing_ok=True)
    shutil.rmtree(root / "many", ignore_errors=True)
    shutil.rmtree(Layout(root).blobs, ignore_errors=True)


@pytest.mark.chance
def test_a_killed_push_and_a_killed_pull_leave_nothing_half(project, server, bucket):
    for _ in range(ROUNDS):
        killed(project, "push")
        check(server, bucket)
    assert pivot.push(project).complete
    forget(project)
    for _ in range(ROUNDS):
        killed(project, "pull")
        assert pivot.api.verify_cache(project).sound
    assert pivot.pull(project).complete
    assert pivot.run(project, executor="inline").unchanged
    assert list((Layout(project).dot / "cache").glob("incoming/*/*")) == []


def test_two_pushes_and_two_pulls_at_once_end_well(project, server, bucket):
    for verb in ("push", "pull"):
        processes = [start(project, verb) for _ in range(2)]
        for process in processes:
            _, said = process.communicate()
            assert (process.returncode, said) == (0, b"")
        check(server, bucket)
        forget(project)
    assert pivot.pull(project).complete
    assert pivot.run(project, executor="inline").unchanged
