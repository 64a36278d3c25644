"""What is remembered of a bucket: a push with nothing to do takes one request."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import pytest
from pivot_s3 import open_s3

import pivot

spec = importlib.util.spec_from_file_location("proxy", Path(__file__).with_name("proxy.py"))
proxy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(proxy)

PIPELINE = """
import pathlib
from typing import Annotated
from pivot import loaders, outputs
from pivot.registry import REGISTRY

def many() -> Annotated[pathlib.Path, outputs.Out("many/", loaders.PathOnly())]:
    pathlib.Path("many").mkdir()
    for number in range(40):
        pathlib.Path(f"many/{number}.txt").write_text(str(number))
    return pathlib.Path("many/")

REGISTRY.register(many)
"""


class S3:
    @pivot.hookimpl
    def pivot_open_remote(self, url, options):
        return open_s3(url, options) if url.startswith("s3://") else None


@pytest.fixture
def requests():
    return []


@pytest.fixture
def project(tmp_path, server, bucket, requests, monkeypatch):
    """A project that has run, and a remote of which every request is noted."""

    def note(up, chunk):
        if up:
            requests.extend(
                re.findall(rb"^(?:GET|PUT|HEAD|POST|DELETE) \S+ HTTP", chunk, re.MULTILINE)
            )
        return chunk

    root = tmp_path / "project"
    root.mkdir()
    (root / "pipeline.py").write_text(PIPELINE)
    host, _, port = server.url.removeprefix("http://").partition(":")
    with proxy.Proxy(host, int(port), note) as between:
        monkeypatch.setenv("PIVOT_REMOTES__ORIGIN", f"s3://{bucket}/p?endpoint_url={between.url}")
        pivot.run(root, executor="inline")
        yield root


@pytest.fixture
def push(project, requests):
    """Push; give how many files went, and how many requests that took."""
    host = pivot.PluginHost(disabled="pivot-s3")
    host.register(S3())

    def count(**options):
        requests.clear()
        report = pivot.push(project, plugins=host, **options)
        assert report.complete
        return report.files, len(requests)

    return count


def test_a_push_with_nothing_to_do_takes_one_request(push):
    files, requests = push()
    assert (files, requests >= files) == (41, True)
    assert push() == (0, 1)
    assert push(dry_run=True) == (0, 1)


def test_a_bucket_that_was_emptied_is_filled_again(push, server, bucket):
    push()
    for name in server.names(bucket):
        server.client.delete_object(Bucket=bucket, Key=name)
    assert push()[0] == 41


def test_a_refresh_finds_what_somebody_has_removed(push, server, bucket):
    push()
    lost = next(name for name in server.names(bucket) if "/files/" in name)
    server.client.delete_object(Bucket=bucket, Key=lost)
    assert push() == (0, 1)
    assert push(refresh=True)[0] == 1


def test_without_what_was_remembered_all_is_asked_for(push, project):
    push()
    shutil.rmtree(project / ".pivot" / "state.lmdb")
    files, requests = push()
    assert files == 0
    assert 1 < requests < 41
