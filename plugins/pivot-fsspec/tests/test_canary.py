"""No secret reaches a file, a log, what is printed, or an error; here the secrets are canaries.

They are where users keep them: Azure's key in the environment, WebDAV's password in `~/.netrc`,
Google's token and SFTP's password in fsspec's own settings.
"""

from __future__ import annotations

import base64
import http.server
import logging
import pickle
import re
import socketserver
import subprocess
import sys
import threading
import traceback

import fsspec
import pytest
from pivot_fsspec import open_fsspec

from pivot.cli import main
from pivot.errors import PivotError
from pivot.plugins import addresses

CANARY = "canary-0123456789"
#: As the key of an account in Azure, and as what HTTP's basic login sends.
KEY = base64.b64encode(CANARY.encode()).decode()
LOGIN = base64.b64encode(f"me:{CANARY}".encode()).decode()

PIPELINE = """
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY

def make() -> Annotated[int, outputs.Out("made.json", loaders.JSON())]:
    return 1

REGISTRY.register(make)
"""

WEBDAV = """
import sys
from cheroot import wsgi
from wsgidav.wsgidav_app import WsgiDAVApp
config = {
    "provider_mapping": {"/": sys.argv[1]},
    "simple_dc": {"user_mapping": {"*": {"me": {"password": sys.argv[2]}}}},
    "http_authenticator": {"accept_digest": False, "default_to_digest": False},
    "verbose": 0,
    "logging": {"enable": False},
}
server = wsgi.Server(("127.0.0.1", 0), WsgiDAVApp(config))
server.prepare()
print(f"listens on {server.bind_addr[1]}", flush=True)
server.serve()
"""


class Indiscreet(http.server.BaseHTTPRequestHandler):
    """Refuses everything, and repeats in its answer what it was told."""

    def _refuse(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = f"{self.requestline} {dict(self.headers)} {KEY} {CANARY}".encode()
        self.server.heard.append(told.decode())
        self.send_response(403)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(told)

    do_GET = do_HEAD = do_PUT = do_POST = do_PROPFIND = do_MKCOL = do_DELETE = _refuse

    def log_message(self, *_):
        pass


class Suspicious(socketserver.BaseRequestHandler):
    """An SSH server that takes nobody's password."""

    def handle(self):
        import paramiko

        asked = threading.Event()

        class Nobody(paramiko.ServerInterface):
            def get_allowed_auths(self, username):
                return "password"

            def check_auth_password(_, username, password):
                self.server.heard.append(password)
                asked.set()
                return paramiko.AUTH_FAILED

        transport = paramiko.Transport(self.request)
        transport.add_server_key(paramiko.ECDSAKey.generate())
        transport.start_server(server=Nobody())
        asked.wait(10)
        # The driver does not close the connection when it is refused.
        transport.close()


def serving(server):
    # Whoever is refused may keep the connection.
    server.daemon_threads = True
    with server:
        server.heard = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def indiscreet():
    yield from serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Indiscreet))


@pytest.fixture(scope="module")
def suspicious():
    yield from serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Suspicious))


@pytest.fixture(scope="module")
def webdav(tmp_path_factory):
    """The address of a WebDAV server that wants a password."""
    for package in ("webdav4", "wsgidav", "cheroot"):
        pytest.importorskip(package, reason="WebDAV needs webdav4, wsgidav and cheroot")
    place = str(tmp_path_factory.mktemp("webdav"))
    command = [sys.executable, "-W", "ignore", "-c", WEBDAV, place, CANARY]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    found = re.search("listens on ([0-9]+)", process.stdout.readline())
    assert found, "the server does not start"
    yield f"webdav://127.0.0.1:{found[1]}/x"
    process.kill()
    process.communicate()


@pytest.fixture
def project(tmp_path, monkeypatch, caplog):
    root, home = tmp_path / "project", tmp_path / "home"
    root.mkdir()
    home.mkdir()
    netrc = home / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {CANARY}\n")
    netrc.chmod(0o600)
    (root / "pipeline.py").write_text(PIPELINE)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.chdir(root)
    caplog.set_level(logging.DEBUG)
    return root


@pytest.fixture(params=["az", "gs", "sftp", "webdav"])
def refusing(request, project, monkeypatch):
    """A server that refuses, and the address of a remote there."""
    scheme = request.param
    if scheme == "gs":
        request.getfixturevalue("google")
        from google.oauth2.credentials import Credentials  # it comes with the driver

        monkeypatch.setitem(fsspec.config.conf, "gs", {"token": Credentials(CANARY)})
    if scheme != "webdav":
        # Other drivers take what it says of a host, too.
        (project.parent / "home/.netrc").unlink()
    driver = {"az": "adlfs", "sftp": "paramiko", "webdav": "webdav4", "gs": "gcsfs"}[scheme]
    pytest.importorskip(driver, reason=f"the driver for {scheme}:// is not installed")
    server = request.getfixturevalue("suspicious" if scheme == "sftp" else "indiscreet")
    place = f"127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv(
        "AZURE_STORAGE_CONNECTION_STRING",
        f"DefaultEndpointsProtocol=http;AccountName=me;AccountKey={KEY};"
        f"BlobEndpoint=http://{place}/me;",
    )
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://{place}")
    monkeypatch.setitem(fsspec.config.conf, "sftp", {"password": CANARY})
    server.heard.clear()
    address = {
        # Else it may be one that was made when the environment was another.
        "az": "az://container/x?skip_instance_cache=true",
        "gs": "gs://bucket/x",
        "sftp": f"sftp://me@{place}/x",
        "webdav": f"webdav://{place}/x",
    }[scheme]
    return server, address


def without_canary(root, text):
    written = [file.read_bytes() for file in root.rglob("*") if file.is_file()]
    assert written
    for secret in (CANARY, KEY, LOGIN):
        assert secret not in text
        assert not [one for one in written if secret.encode() in one]


def do(capfd, *words):
    status = main([*words])
    return status, "".join(capfd.readouterr())


def test_a_session_leaves_no_trace_of_it(project, webdav, capfd, caplog):
    said = ""
    for words in (
        ["config", "set", "remotes.origin", webdav],
        ["run", "--executor", "inline"],
        ["push"],
        ["remote", "status", "--json"],
        ["pull"],
        ["run", "--pull", "--force", "--executor", "inline"],
        ["config", "list"],
        ["history"],
    ):
        status, text = do(capfd, *words)
        assert status == 0, text
        said += text
    without_canary(project, said + caplog.text)


def test_without_the_password_nothing_is_stored(project, webdav, capfd):
    (project.parent / "home/.netrc").unlink()
    do(capfd, "config", "set", "remotes.origin", webdav.replace("/x", "/y"))
    do(capfd, "run", "--executor", "inline")
    status, text = do(capfd, "push")
    assert status == 1
    assert "wants another login" in text


def test_nor_does_a_failure(project, refusing, capfd, caplog):
    server, address = refusing
    do(capfd, "config", "set", "remotes.origin", address)
    do(capfd, "run", "--executor", "inline")
    for words in (["push"], ["remote", "status"], ["--debug", "push"]):
        status, text = do(capfd, *words)
        assert status == 1
        assert address.partition("?")[0] in text
        without_canary(project, text + caplog.text)
    assert server.heard, "it was not asked, which shows nothing"


@pytest.mark.parametrize(
    "address",
    [
        f"webdav://me:{CANARY}@127.0.0.1/x",
        f"sftp://me:{CANARY}@127.0.0.1/x",
        f"az://container?account_key={KEY}",
        f"gs://bucket?token={CANARY}",
    ],
)
def test_an_address_with_a_secret_is_never_kept(project, capfd, address):
    status, text = do(capfd, "config", "set", "remotes.origin", address)
    assert status == 2
    without_canary(project, text)


def test_an_error_that_is_passed_on_has_none(refusing):
    _, address = refusing
    with pytest.raises(PivotError) as caught:
        open_fsspec(*addresses.split(address)).missing(["0" * 16])
    shown = "".join(traceback.format_exception(caught.value))
    for secret in (CANARY, KEY, LOGIN):
        assert secret not in shown
        assert secret.encode() not in pickle.dumps(caught.value)
