"""A server that speaks S3, in a process of its own, which tells how many requests it got.

It is npm's s3rver: it keeps objects in files and gives parts of them without reading the rest, so
that it is the slowest part less often than a server in Python would be, and large files don't have
to fit into memory. It is installed into the user's cache directory when first needed.

Tests: none that install anything.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.tools.peers import MissingError

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "s3rver@3.7.1"
BUCKET = "bench"
#: What the server takes for a login, and comes before the user's own.
LOGIN = {
    "AWS_ACCESS_KEY_ID": "S3RVER",
    "AWS_SECRET_ACCESS_KEY": "S3RVER",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_START_SECONDS = 30


_COUNT = "/-/requests"
#: Loaded into the server before its own code.
_COUNTING = """
const http = require('http');
const emit = http.Server.prototype.emit;
let count = 0;
http.Server.prototype.emit = function (event, request, response) {
  if (event === 'request' && request.url === '%s') {
    response.end(String(count));
    return true;
  }
  count += event === 'request';
  return emit.apply(this, arguments);
};
"""


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens."""

    url: str

    def requests(self) -> int:
        """Give how many requests it has got so far."""
        with urllib.request.urlopen(f"{self.url}{_COUNT}") as answer:  # noqa: S310 - always http://
            return int(answer.read())


@contextlib.contextmanager
def serving(directory: Path) -> Iterator[Server]:
    """Start a server with one empty bucket, whose data are kept in a directory until it ends."""
    log, data, counting = directory / "server.log", directory / "server", directory / "counting.js"
    counting.write_text(_COUNTING % _COUNT, "utf-8")
    command = ["node", "--no-deprecation", "--require", str(counting), str(_program())]
    command += ["-d", str(data), "-a", "127.0.0.1", "-p", "0", "--silent", "--no-vhost-buckets"]
    command += ["--allow-mismatched-signatures", "--configure-bucket", BUCKET]
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)
    try:
        yield Server(_url(log, process))
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(data, ignore_errors=True)


def _url(log: Path, process: subprocess.Popen[bytes]) -> str:
    latest = time.monotonic() + _START_SECONDS
    while time.monotonic() < latest and process.poll() is None:
        _, found, rest = log.read_text("utf-8").partition("listening on ")
        if found and rest.strip():
            return f"http://{rest.split()[0]}"
        time.sleep(0.05)
    raise MissingError(f"{PACKAGE} does not start: {log.read_text('utf-8')[:400]}")


def _program() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / "pivot-benchmarks" / PACKAGE.replace("@", "-")
    program = place / "node_modules" / "s3rver" / "bin" / "s3rver.js"
    if not program.exists():
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(place), PACKAGE]
        try:
            place.mkdir(parents=True, exist_ok=True)
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise MissingError(f"npm can't install {PACKAGE}: {error}") from error
        if done.returncode or not program.exists():
            raise MissingError(f"npm can't install {PACKAGE}: {done.stderr[:400]}")
    return program
