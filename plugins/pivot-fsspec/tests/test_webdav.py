"""WebDAV as a remote, against a server on this machine."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
import uuid

import pytest
from pivot_fsspec import open_fsspec

from pivot.testing import RemoteSuite

WEBDAV = """
import sys
from cheroot import wsgi
from wsgidav.wsgidav_app import WsgiDAVApp
config = {
    "provider_mapping": {"/": sys.argv[1]},
    "simple_dc": {"user_mapping": {"*": True}},
    "verbose": 0,
    "logging": {"enable": False},
}
server = wsgi.Server(("127.0.0.1", 0), WsgiDAVApp(config))
server.prepare()
print(f"listens on http://127.0.0.1:{server.bind_addr[1]}", flush=True)
server.serve()
"""


def serve(command, **more):
    """Start a server; give its process, and the address that it says it listens on."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more
    )
    seen = ""
    for line in process.stdout:
        seen += line
        if found := re.search(r"listens on (http://127\.0\.0\.1:\d+)", line):
            return process, found[1]
    raise RuntimeError(f"{command[0]} does not start: {seen}")


def end(process):
    process.kill()
    process.communicate()


@pytest.fixture(scope="module")
def webdav(tmp_path_factory):
    """A WebDAV server's address."""
    pytest.importorskip("webdav4", reason="the WebDAV driver needs webdav4")
    for package in ("wsgidav", "cheroot"):
        pytest.importorskip(package, reason="a WebDAV server needs wsgidav and cheroot")
    place = tmp_path_factory.mktemp("webdav")
    process, url = serve([sys.executable, "-W", "ignore", "-c", WEBDAV, str(place)])
    yield url.replace("http://", "webdav://")
    end(process)


class TestWebDAV(RemoteSuite):
    large = 3 * 1024 * 1024
    many = 20

    @pytest.fixture
    def open_remote(self, webdav):
        return functools.partial(open_fsspec, f"{webdav}/{uuid.uuid4().hex}/x", {})
