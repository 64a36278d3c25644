"""No secret reaches a file, what is printed, or an error; the secret of these tests is a canary."""

from __future__ import annotations

import pickle
import traceback

import pytest
from pivot_s3 import open_s3

from pivot.cli import main
from pivot.errors import PivotError

CANARY = "canary-0123456789"

PIPELINE = """
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY

def make() -> Annotated[int, outputs.Out("made.json", loaders.JSON())]:
    return 1

REGISTRY.register(make)
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    root = tmp_path / "project"
    root.mkdir()
    (root / "pipeline.py").write_text(PIPELINE)
    monkeypatch.chdir(root)
    return root


def without_canary(root, text):
    assert CANARY not in text
    for file in root.rglob("*"):
        if file.is_file():
            assert CANARY.encode() not in file.read_bytes(), file


def do(capfd, *words):
    status = main([*words])
    return status, "".join(capfd.readouterr())


def test_a_session_leaves_no_trace_of_it(project, server, bucket, capfd):
    address = f"s3://{bucket}/x?endpoint_url={server.url}"
    said = ""
    for words in (
        ["config", "set", "remotes.origin", address],
        ["run", "--executor", "inline"],
        ["push"],
        ["remote", "status", "--json"],
        ["pull"],
        ["run", "--pull", "--force"],
        ["config", "list"],
        ["history"],
    ):
        status, text = do(capfd, *words)
        assert status == 0, text
        said += text
    without_canary(project, said)


@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_nor_does_a_failure(project, server, capfd, debug):
    do(capfd, "config", "set", "remotes.origin", f"s3://no-such-bucket?endpoint_url={server.url}")
    do(capfd, "config", "set", "remotes.down", "s3://b?endpoint_url=http://127.0.0.1:9")
    do(capfd, "config", "set", "default_remote", "origin")
    do(capfd, "run", "--executor", "inline")
    for words in (["push"], ["push", "--remote", "down"], ["run", "--pull", "--force"]):
        _, text = do(capfd, *debug, *words)
        without_canary(project, text)


def test_an_address_with_a_secret_is_never_kept(project, capfd):
    status, text = do(capfd, "config", "set", "remotes.origin", f"s3://me:{CANARY}@bucket/x")
    assert status == 2
    without_canary(project, text)


def test_an_error_that_is_passed_on_has_none(server):
    remote = open_s3("s3://no-such-bucket", {"endpoint_url": server.url})
    with pytest.raises(PivotError) as caught:
        list(remote.list())
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert CANARY.encode() not in pickle.dumps(caught.value)
