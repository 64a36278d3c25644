"""What S3 and the network may do, and what is said then; a stand-in for S3 does it on demand."""

from __future__ import annotations

import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pivot_s3 import open_s3

from pivot.errors import RemoteError
from pivot.hashing import hash_bytes

CONTENT = b"some data" * 1000
KEY = hash_bytes(CONTENT)


class StandIn(ThreadingHTTPServer):
    """Answers every request by `answer(handler, number)`."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.count = 0
        self.answer = None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.count += 1
        self.server.answer(self, self.server.count)

    do_HEAD = do_GET

    def do_PUT(self):
        if self.headers["Expect"] is None:
            self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_):
        pass

    def refuse(self, status, code, message="said so"):
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def give(self, body, length=None):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("ETag", '"v1"')
        self.end_headers()
        self.wfile.write(body)
        if length is not None:
            self.wfile.flush()
            self.connection.close()
            self.close_connection = True


@pytest.fixture
def stand_in():
    server = StandIn()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def remote(stand_in):
    port = stand_in.server_address[1]
    return open_s3("s3://b/p", {"endpoint_url": f"http://127.0.0.1:{port}"})


@pytest.fixture
def fetch(remote, tmp_path):
    """Give a function that fetches the one blob, and the place where it arrives."""
    directory = tmp_path / "out"
    directory.mkdir()

    def fetch():
        return remote.download({KEY: directory / KEY}, lambda _: None)

    fetch.directory = directory
    return fetch


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (404, "NoSuchBucket", "there is no such bucket"),
        (403, "AccessDenied", "access is denied"),
        (403, "InvalidAccessKeyId", "the access key is not known there"),
        (403, "SignatureDoesNotMatch", "the secret key does not fit"),
        (400, "ExpiredToken", "the session token has expired"),
        (403, "RequestTimeTooSkewed", "this machine's clock is wrong"),
        (400, "AuthorizationHeaderMalformed", "the bucket is in another region"),
        (503, "SlowDown", "it is asked too often"),
        (418, "Teapot", "GetObject was refused: Teapot said so"),
    ],
)
def test_each_refusal_has_its_words(stand_in, fetch, status, code, message):
    stand_in.answer = lambda handler, _: handler.refuse(status, code)
    with pytest.raises(RemoteError, match=message) as caught:
        fetch()
    assert str(caught.value).startswith("the remote s3://b/p can't be used: ")
    assert list(fetch.directory.iterdir()) == []


def test_who_may_not_ask_for_a_blob_is_told_so(stand_in, remote):
    stand_in.answer = lambda handler, _: handler.refuse(403, "AccessDenied")
    with pytest.raises(RemoteError, match="access is denied"):
        remote.missing([KEY])


def test_who_may_not_ask_for_the_bucket_may_still_ask_for_blobs(stand_in, remote):
    def answer(handler, _):
        bucket = handler.path.rstrip("/") == "/b"
        handler.refuse(403 if bucket else 404, "AccessDenied" if bucket else "NoSuchKey")

    stand_in.answer = answer
    assert remote.missing([KEY]) == {KEY}


def test_a_bucket_that_can_not_be_asked_for_is_an_error(stand_in, remote):
    def answer(handler, _):
        bucket = handler.path.rstrip("/") == "/b"
        handler.refuse(400 if bucket else 404, "Teapot")

    stand_in.answer = answer
    with pytest.raises(RemoteError, match="HeadBucket was refused"):
        remote.missing([KEY])


def test_a_server_that_is_busy_once_is_asked_again(stand_in, fetch):
    def answer(handler, number):
        handler.refuse(503, "SlowDown") if number == 1 else handler.give(CONTENT)

    stand_in.answer = answer
    assert fetch() == set()
    assert (fetch.directory / KEY).read_bytes() == CONTENT


def test_a_connection_that_is_cut_is_made_again(stand_in, fetch):
    def answer(handler, number):
        handler.give(CONTENT) if number == 3 else handler.give(CONTENT[:100], len(CONTENT))

    stand_in.answer = answer
    assert fetch() == set()
    assert (fetch.directory / KEY).read_bytes() == CONTENT
    assert stand_in.count == 3


def test_a_connection_that_is_cut_again_and_again_leaves_nothing(stand_in, fetch):
    stand_in.answer = lambda handler, _: handler.give(CONTENT[:100], len(CONTENT))
    with pytest.raises(RemoteError, match="can't be reached"):
        fetch()
    assert list(fetch.directory.iterdir()) == []


def test_an_object_that_changes_while_it_is_fetched_is_an_error(stand_in, fetch):
    large = b"x" * (9 * 1024 * 1024)

    def answer(handler, number):
        handler.give(large) if number == 1 else handler.refuse(412, "PreconditionFailed")

    stand_in.answer = answer
    with pytest.raises(RemoteError, match="PreconditionFailed"):
        fetch()
    assert list(fetch.directory.iterdir()) == []


def test_a_deletion_that_is_refused_is_an_error(stand_in, remote):
    body = (
        b"<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code><Message>no</Message></Error>"
        b"</DeleteResult>"
    )
    Handler.do_POST = Handler.do_PUT
    stand_in.answer = lambda handler, _: handler.give(body)
    with pytest.raises(RemoteError, match="access is denied"):
        remote.delete([KEY])


def test_what_a_credential_helper_prints_is_not_repeated(remote, monkeypatch, tmp_path):
    config = tmp_path / "aws-config"
    config.write_text("[default]\ncredential_process = sh -c 'echo canary >&2; exit 1'\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(RemoteError, match="no usable credentials") as caught:
        remote.missing([KEY])
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_secret_is_in_no_error_and_no_log(stand_in, fetch, remote, caplog):
    stand_in.answer = lambda handler, _: handler.refuse(403, "SignatureDoesNotMatch")
    with caplog.at_level(logging.INFO), pytest.raises(RemoteError) as caught:
        fetch()
    secret = os.environ["AWS_SECRET_ACCESS_KEY"]
    assert secret.startswith("canary")
    assert secret not in str(caught.value) + repr(caught.value.__cause__) + caplog.text


def test_a_message_of_the_servers_is_kept_to_one_error(stand_in, remote, tmp_path):
    file = tmp_path / "blob"
    file.write_bytes(CONTENT)
    stand_in.answer = lambda handler, _: handler.refuse(507, "XMinioStorageFull")
    with pytest.raises(RemoteError, match="its disk is full"):
        remote.upload({KEY: file}, lambda _: None)
