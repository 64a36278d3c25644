"""Stands before a server and refuses some requests, as S3 does: those never reach the server.

Example::

    with Gateway("127.0.0.1", 9000) as gateway:
        gateway.refuse = lambda method, path: Refusal(503, "SlowDown") if method == "PUT" else None
        ...  # connect to gateway.url, and look into gateway.passed

`proxy.py` spoils bytes; this one knows requests.
"""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Refusal(NamedTuple):
    status: int
    code: str


#: The connection is closed without a word.
SILENCE = Refusal(0, "")


class Gateway(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host, port):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.place = (host, port)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.refuse = lambda method, path: None
        #: Method and path of each request that the server got.
        self.passed = []

    def __enter__(self):
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
        self._thread.join()

    def count(self, method):
        return sum(1 for passed, _ in self.passed if passed == method)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        refusal = self.server.refuse(self.command, self.path)
        if refusal is None:
            self.server.passed.append((self.command, self.path))
            self._pass_on(body)
        elif refusal == SILENCE:
            self.close_connection = True
        else:
            text = f"<Error><Code>{refusal.code}</Code><Message>no</Message></Error>"
            self._answer(refusal.status, [], text.encode())

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET

    def _pass_on(self, body):
        server = http.client.HTTPConnection(*self.server.place)
        server.request(self.command, self.path, body, dict(self.headers))
        answer = server.getresponse()
        headers = [item for item in answer.getheaders() if item[0].lower() not in _OWN]
        if self.command == "HEAD":
            headers.append(("Content-Length", answer.getheader("Content-Length", "0")))
        self._answer(answer.status, headers, answer.read())
        server.close()

    def _answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


#: What the gateway says itself.
_OWN = {"connection", "content-length", "date", "server", "transfer-encoding"}
