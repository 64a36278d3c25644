"""S3 as a remote, against an implementation that shares nothing with the other one: npm's s3rver."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import uuid
from pathlib import Path

import botocore.session
import pytest
from pivot_s3 import open_s3

from pivot.testing import RemoteSuite

PACKAGE = "s3rver@3.7.1"
INSTALL_SECONDS = 120


def installed() -> Path:
    """Give the server's program; it is kept for the next time, outside of the repository."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("npm and node are needed to run a second S3 server")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / "pivot-tests" / PACKAGE.replace("@", "-")
    program = place / "node_modules/s3rver/bin/s3rver.js"
    if not program.exists():
        unfinished = place.with_name(f".{place.name}-{uuid.uuid4().hex}")
        unfinished.mkdir(parents=True)
        command = [
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            # Where it can't be reached, nobody should wait for a second try.
            "--fetch-retries=0",
            "--prefix",
            str(unfinished),
            PACKAGE,
        ]
        try:
            done = subprocess.run(
                command, check=False, capture_output=True, timeout=INSTALL_SECONDS
            )
            if done.returncode:
                pytest.skip(f"npm can't install {PACKAGE}: is its registry reachable?")
            if not program.exists():
                shutil.rmtree(place, ignore_errors=True)
                unfinished.rename(place)
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm took more than {INSTALL_SECONDS} s to install {PACKAGE}")
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return program


@pytest.fixture(scope="module")
def second_server(tmp_path_factory):
    data = tmp_path_factory.mktemp("s3rver")
    command = ["node", "--no-deprecation", str(installed()), "-d", str(data)]
    command += ["-a", "127.0.0.1", "-p", "0", "--allow-mismatched-signatures", "--no-vhost-buckets"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    seen = ""
    for line in process.stdout:
        seen += line
        if found := re.search(r"listening on 127\.0\.0\.1:(\d+)", line):
            break
    else:
        raise RuntimeError(f"s3rver does not start: {seen}")
    yield f"http://127.0.0.1:{found[1]}"
    process.kill()
    process.communicate()


@pytest.fixture
def second_credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "S3RVER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "S3RVER")


class TestSecondServer(RemoteSuite):
    large = 9 * 1024 * 1024
    many = 30

    @pytest.fixture
    def open_remote(self, second_server, second_credentials):
        session = botocore.session.Session()
        session.set_credentials("S3RVER", "S3RVER")
        client = session.create_client("s3", endpoint_url=second_server, region_name="us-east-1")
        bucket = f"test-{uuid.uuid4().hex}"
        client.create_bucket(Bucket=bucket)
        client.close()
        return lambda: open_s3(f"s3://{bucket}/team/pivot", {"endpoint_url": second_server})

    def test_a_listener_that_raises_ends_an_upload(self, remote, blobs):
        """What is there may be a beginning: unlike S3, this server shows what it still stores."""

        class Stopped(Exception):
            pass

        def stop(_):
            raise Stopped

        with pytest.raises(Stopped):
            remote.upload(blobs, stop)
        for stored in remote.list():
            assert stored.size <= blobs[stored.key].stat().st_size
