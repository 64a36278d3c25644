"""What fsspec reaches as a remote: its own memory, and a web server."""

from __future__ import annotations

import functools
import http.server
import sys
import threading
import uuid

import pytest
from fsspec.registry import _registry
from pivot_fsspec import open_fsspec

from pivot.errors import RemoteError, UsageError
from pivot.hashing import hash_bytes
from pivot.remotes.names import name_of
from pivot.testing import RemoteSuite


def deaf(_):
    pass


class TestMemory(RemoteSuite):
    large = 100_000

    @pytest.fixture
    def open_remote(self):
        return functools.partial(open_fsspec, f"memory://{uuid.uuid4().hex}/x", {})


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def web(tmp_path):
    """A web server with one blob: its address, and the blob's key."""
    key = hash_bytes(b"abc")
    file = tmp_path / "www/x" / name_of(key)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"abc")
    handler = functools.partial(Quiet, directory=str(tmp_path / "www"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/x", key
    server.shutdown()
    thread.join()
    server.server_close()


class TestWeb:
    def test_what_lies_there_is_fetched(self, web, tmp_path):
        url, key = web
        remote = open_fsspec(url, {})
        other = "0" * 16
        assert remote.missing([key, other]) == {other}
        files = {key: tmp_path / "one", other: tmp_path / "two"}
        assert remote.download(files, deaf) == {other}
        assert (tmp_path / "one").read_bytes() == b"abc"
        assert not (tmp_path / "two").exists()

    def test_nothing_can_be_stored(self, web, tmp_path):
        url, key = web
        remote = open_fsspec(url, {})
        for act in (lambda: remote.upload({}, deaf), lambda: remote.delete([key])):
            with pytest.raises(RemoteError, match="can only be read"):
                act()


def test_a_place_that_cannot_be_reached_is_named(tmp_path):
    remote = open_fsspec("http://127.0.0.1:9/x", {})
    with pytest.raises(RemoteError, match=r"http://127\.0\.0\.1:9/x can't be used"):
        remote.download({"0" * 16: tmp_path / "out"}, deaf)


def test_a_driver_that_is_not_installed_is_told_with_the_remedy(monkeypatch):
    # As if nobody had used it yet.
    monkeypatch.delitem(_registry, "gs", raising=False)
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(UsageError, match="is not installed") as caught:
        open_fsspec("gs://bucket/x", {}).missing(["0" * 16])
    assert "pip install 'pivot[gcs]'" in str(caught.value.hint)
