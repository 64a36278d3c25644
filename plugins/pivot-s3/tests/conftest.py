"""A server that speaks S3, on this machine, and AWS settings that lead nowhere else."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from pivot_s3 import open_s3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pivot_s3.remote import S3Remote

SECRET = "canary-0123456789"


@dataclass(frozen=True)
class Server:
    """Where it listens, and a plain client to look into it."""

    url: str
    client: Any

    def names(self, bucket: str) -> list[str]:
        """The names of all objects in a bucket."""
        return [
            item["Key"] for item in self.client.list_objects_v2(Bucket=bucket).get("Contents", ())
        ]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    command = [sys.executable, "-W", "ignore", "-c", _SERVE]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    seen: list[str] = []
    for line in process.stdout:
        seen.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            break
    else:
        raise RuntimeError(f"moto's server does not start: {''.join(seen)}")
    url = found[0]
    session = botocore.session.Session()
    session.set_credentials("me", SECRET)
    client = session.create_client("s3", endpoint_url=url, region_name="us-east-1")
    yield Server(url, client)
    client.close()
    process.kill()
    process.communicate()


#: Quiet, since nobody reads what it would say of each request.
_SERVE = """
import logging
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print("http://%s:%d" % server.get_host_and_port(), flush=True)
server._thread.join()
"""


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """AWS's settings: made-up credentials, no files, no metadata service, few attempts."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "me")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)


@pytest.fixture
def bucket(server: Server) -> str:
    """A new bucket."""
    name = f"test-{uuid.uuid4().hex}"
    server.client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def open_remote(server: Server, bucket: str) -> Callable[[], S3Remote]:
    return lambda: open_s3(f"s3://{bucket}/team/pivot", {"endpoint_url": server.url})
