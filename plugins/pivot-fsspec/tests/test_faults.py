"""What can't be used is told, with the remedy, and is not taken for an empty place."""

from __future__ import annotations

import errno
import functools
import http.server
import threading

import pytest
from pivot_fsspec import open_fsspec
from pivot_fsspec.address import parse
from pivot_fsspec.faults import explaining

from pivot.cli import main
from pivot.errors import RemoteError

KEY = "0" * 16
#: As many as are asked for by a listing.
MANY = [f"{number:016x}" for number in range(40)]
PIPELINE = """
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY

def make() -> Annotated[int, outputs.Out("made.json", loaders.JSON())]:
    return 1

REGISTRY.register(make)
"""


def deaf(_):
    pass


class Server(http.server.ThreadingHTTPServer):
    """Answers everything with `status`."""

    daemon_threads = True
    status = 404


class Answer(http.server.BaseHTTPRequestHandler):
    def _answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD = do_PUT = do_PROPFIND = do_MKCOL = do_DELETE = _answer

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with Server(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(params=["http", "webdav", "az"])
def address(request, server, monkeypatch):
    """The address of a remote on the server, by each driver that speaks HTTP."""
    driver = {"http": "aiohttp", "webdav": "webdav4", "az": "adlfs"}[request.param]
    pytest.importorskip(driver, reason=f"the driver for {request.param}:// is not installed")
    place = f"127.0.0.1:{server.server_port}"
    monkeypatch.setenv(
        "AZURE_STORAGE_CONNECTION_STRING",
        f"DefaultEndpointsProtocol=http;AccountName=me;AccountKey=a2V5;BlobEndpoint=http://{place}/me;",
    )
    return "az://container/x" if request.param == "az" else f"{request.param}://{place}/x"


def options_of(address):
    # Azure's driver keeps file systems, and looks at the environment when it makes one.
    return {"skip_instance_cache": "true"} if address.startswith("az") else {}


def uses(address, tmp_path):
    """Each use of a remote, but for those that its kind hasn't."""
    remote, file = open_fsspec(address, options_of(address)), tmp_path / "file"
    file.write_bytes(b"abc")
    yield lambda: remote.missing([KEY])
    yield lambda: remote.download({KEY: tmp_path / "out"}, deaf)
    if not address.startswith("http"):
        yield lambda: remote.missing(MANY)
        yield lambda: list(remote.list())
        yield lambda: remote.upload({KEY: file}, deaf)
        yield lambda: remote.delete([KEY])


def refusals(address, tmp_path):
    for use in uses(address, tmp_path):
        with pytest.raises(RemoteError) as caught:
            use()
        assert address in caught.value.message
        yield caught.value
    assert not (tmp_path / "out").exists()


def test_who_is_refused_is_told(server, address, tmp_path):
    server.status = 403
    for error in refusals(address, tmp_path):
        assert "access is denied" in error.message
        assert ("login comes from" in error.hint) is not address.startswith("http")


def test_who_must_log_in_is_told(server, address, tmp_path):
    server.status = 401
    for error in refusals(address, tmp_path):
        assert "wants another login (401)" in error.message


def test_what_is_not_there_is_missing(server, address, tmp_path):
    server.status = 404
    remote = open_fsspec(address, options_of(address))
    if address.startswith("az"):
        with pytest.raises(RemoteError, match="there is no such bucket or container"):
            remote.missing([KEY])
        return
    assert remote.missing([KEY]) == {KEY}
    assert remote.download({KEY: tmp_path / "out"}, deaf) == {KEY}


@pytest.mark.parametrize("scheme", ["http", "webdav", "sftp"])
def test_who_reaches_nobody_is_told(scheme, tmp_path):
    driver = {"http": "aiohttp", "webdav": "webdav4", "sftp": "paramiko"}[scheme]
    pytest.importorskip(driver, reason=f"the driver for {scheme}:// is not installed")
    for error in refusals(f"{scheme}://127.0.0.1:9/x", tmp_path):
        assert "it can't be reached" in error.message
        assert "check the network" in error.hint


def test_a_status_of_a_remote_that_refuses_is_an_error(server, tmp_path, monkeypatch, capfd):
    pytest.importorskip("webdav4", reason="the WebDAV driver needs webdav4")
    server.status = 403
    (tmp_path / "pipeline.py").write_text(PIPELINE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIVOT_REMOTES__ORIGIN", f"webdav://127.0.0.1:{server.server_port}/x")
    main(["run", "--executor", "inline"])
    capfd.readouterr()
    assert main(["remote", "status"]) == 1
    said = capfd.readouterr()
    assert "access is denied" in said.err
    assert not said.out


class AnswerError(Exception):
    def __init__(self, code):
        super().__init__("with a token: canary")
        self.code = code


class AuthenticationException(Exception):
    """As paramiko calls its own."""


def absent_because_of(cause):
    error = FileNotFoundError("x")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        (PermissionError(errno.EACCES, "canary"), "access is denied"),
        (OSError("Forbidden: canary"), "access is denied"),
        (AnswerError("429"), "asked too often"),
        (AnswerError(503), "asked too often"),
        (AnswerError(507), "its disk is full"),
        (AnswerError(500), "the server answers 500"),
        (AnswerError(404), "there is no such place"),
        (AnswerError(None), r"the driver fails \(AnswerError\)"),
        (AuthenticationException("canary"), "the login fails"),
        (ConnectionResetError("canary"), "can't be reached"),
        (OSError(errno.ENOSPC, "canary"), "a disk is full"),
        (absent_because_of(AnswerError(403)), "access is denied"),
        (absent_because_of(TimeoutError("canary")), "can't be reached"),
    ],
)
def test_what_a_driver_raises_is_explained_and_not_repeated(raised, message):
    with (
        pytest.raises(RemoteError, match=message) as caught,
        explaining(parse("gs://bucket", {})),
    ):
        raise raised
    assert "canary" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    "raised",
    [FileNotFoundError("x"), absent_because_of(AnswerError(404)), absent_because_of(KeyError("x"))],
)
def test_an_absence_comes_out_as_it_is(raised):
    with pytest.raises(FileNotFoundError), explaining(parse("gs://bucket", {})):
        raise raised


def test_a_list_lacks_nothing_that_an_unreadable_directory_holds(tmp_path, monkeypatch):
    """A driver's own walk would pass over it; of a local one, `ls` can be made to refuse."""
    remote = open_fsspec(f"memory://{tmp_path.name}/x", {})
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    remote.upload({KEY: file, "1" * 16: file}, deaf)
    files = remote._place[0]
    real = files.ls

    def ls(path, *, detail):
        if path.endswith("/11"):
            raise PermissionError(errno.EACCES, "denied")
        return real(path, detail=detail)

    monkeypatch.setattr(files, "ls", ls)
    for use in (lambda: list(remote.list()), functools.partial(remote.missing, MANY)):
        with pytest.raises(RemoteError, match="access is denied"):
            use()
