"""Google Cloud Storage as a remote, against an emulator on this machine: gcp-storage-emulator."""

from __future__ import annotations

import functools
import subprocess
import sys
import uuid

import fsspec
import pytest
from pivot_fsspec import open_fsspec

from pivot.errors import RemoteError
from pivot.testing import RemoteSuite

#: The emulator's own command does not say which port it took.
EMULATOR = """
from gcp_storage_emulator.server import create_server
server = create_server("127.0.0.1", 0, in_memory=True)
server.start()
print(server._api._httpd.server_port, flush=True)
"""


@pytest.fixture(scope="module")
def emulator(google):
    """The emulator's address."""
    pytest.importorskip("gcp_storage_emulator", reason="gcp-storage-emulator is not installed")
    command = [sys.executable, "-W", "ignore", "-c", EMULATOR]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    port = process.stdout.readline().strip()
    assert port, "the emulator does not start"
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.communicate()


# The driver hands over a large piece as bytes, which the library below it warns of.
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
class TestGoogle(RemoteSuite):
    large = 9 * 1024 * 1024
    many = 20

    @pytest.fixture
    def open_remote(self, emulator, monkeypatch):
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator)
        # Where fsspec looks for settings that no address may hold.
        monkeypatch.setitem(fsspec.config.conf, "gs", {"token": "anon"})
        bucket = f"b{uuid.uuid4().hex}"
        fsspec.filesystem("gs").mkdir(bucket)
        return functools.partial(open_fsspec, f"gs://{bucket}/place", {})

    @pytest.mark.parametrize("keys", [1, 40])
    def test_a_bucket_that_is_not_there_is_told(self, open_remote, blobs, keys):
        remote = open_fsspec(f"gs://b{uuid.uuid4().hex}/place", {})
        for use in (
            lambda: remote.missing([f"{number:016x}" for number in range(keys)]),
            lambda: list(remote.list()),
            lambda: remote.upload(blobs, lambda _: None),
        ):
            with pytest.raises(RemoteError, match="there is no such"):
                use()
