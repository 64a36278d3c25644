"""What one machine ran, no other runs: two clones of a project, and a bucket."""

from __future__ import annotations

import subprocess

import pytest
from pivot_s3 import open_s3

import pivot

PIPELINE = """
import pathlib
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY

def split() -> Annotated[pathlib.Path, outputs.Out("parts/", loaders.PathOnly())]:
    directory = pathlib.Path("parts")
    directory.mkdir()
    for number in range(3):
        (directory / f"{number}.txt").write_text(str(number))
    return directory

def train(
    parts: Annotated[pathlib.Path, outputs.Dep("parts/", loaders.PathOnly())],
) -> Annotated[str, outputs.Out("model.json", loaders.JSON())]:
    return "x" * 9_000_000

def evaluate(
    model: Annotated[str, outputs.Dep("model.json", loaders.JSON())],
) -> Annotated[int, outputs.Out("score.json", loaders.JSON())]:
    return len(model)

for stage in (split, train, evaluate):
    REGISTRY.register(stage)
"""


@pytest.fixture
def plugins():
    """A plugin host that knows S3 without an installed distribution."""

    class S3:
        @pivot.hookimpl
        def pivot_open_remote(self, url, options):
            return open_s3(url, options) if url.startswith("s3://") else None

    host = pivot.PluginHost(disabled="pivot-s3")
    host.register(S3())
    return host


def git(directory, *words):
    identity = ["-c", "user.name=me", "-c", "user.email=me@example.com"]
    subprocess.run(["git", *identity, *words], cwd=directory, check=True, capture_output=True)


@pytest.fixture
def first(tmp_path, server, bucket, monkeypatch):
    """A project under git."""
    monkeypatch.setenv("PIVOT_REMOTES__ORIGIN", f"s3://{bucket}/cache?endpoint_url={server.url}")
    root = tmp_path / "first"
    root.mkdir()
    (root / "pipeline.py").write_text(PIPELINE)
    (root / ".gitignore").write_text("parts/\nmodel.json\nscore.json\n__pycache__/\n")
    git(root, "init", "-q")
    return root


def statuses(report):
    return {stage.name: str(stage.status) for stage in report.stages}


def test_the_workflow_of_two_machines(first, tmp_path, plugins):
    assert set(statuses(pivot.run(first, executor="inline")).values()) == {"ran"}
    git(first, "add", "-A")
    git(first, "commit", "-qm", "results")
    pushed = pivot.push(first, plugins=plugins)
    assert (pushed.complete, pushed.files) == (True, 6)
    assert pivot.push(first, plugins=plugins).files == 0

    second = tmp_path / "second"
    git(tmp_path, "clone", "-q", str(first), str(second))
    pulled = pivot.pull(second, targets=["train"], plugins=plugins)
    assert (pulled.complete, pulled.restored) == (True, ("parts/", "model.json"))
    assert (second / "parts/2.txt").read_text() == "2"
    assert statuses(pivot.run(second, targets=["train"], executor="inline")) == {
        "split": "unchanged",
        "train": "unchanged",
    }
    assert pivot.pull(second, plugins=plugins).restored == ("score.json",)
    assert set(statuses(pivot.run(second, executor="inline")).values()) == {"unchanged"}


def test_what_ran_with_the_same_code_is_restored_where_no_lock_tells_of_it(
    first, tmp_path, plugins
):
    git(first, "add", "-A")
    git(first, "commit", "-qm", "code")
    pivot.run(first, executor="inline")
    assert pivot.push(first, plugins=plugins).runs == 3
    assert pivot.push(first, plugins=plugins).runs == 0

    second = tmp_path / "second"
    git(tmp_path, "clone", "-q", str(first), str(second))
    assert not (second / ".pivot/stages").exists()
    report = pivot.run(second, executor="inline", pull=True, plugins=plugins)
    assert set(statuses(report).values()) == {"restored"}
    assert (second / "parts/2.txt").read_text() == "2"
    assert set(statuses(pivot.run(second, executor="inline")).values()) == {"unchanged"}


def test_a_damaged_object_never_enters_the_cache(first, tmp_path, plugins, server, bucket):
    pivot.run(first, executor="inline")
    git(first, "add", "-A")
    git(first, "commit", "-qm", "results")
    pivot.push(first, plugins=plugins)
    for name in server.names(bucket):
        server.client.put_object(Bucket=bucket, Key=name, Body=b"damage")
    second = tmp_path / "second"
    git(tmp_path, "clone", "-q", str(first), str(second))
    report = pivot.pull(second, plugins=plugins)
    assert [short.problem for short in report.shortages] == ["corrupt"] * 3
    assert report.restored == ()
    assert not (second / ".pivot/cache/files").exists()
