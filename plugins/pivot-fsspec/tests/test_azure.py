"""Azure as a remote, against Microsoft's own emulator on this machine: npm's azurite."""

from __future__ import annotations

import functools
import os
import shutil
import socket
import subprocess
import time
import uuid
from pathlib import Path

import fsspec
import pytest
from pivot_fsspec import open_fsspec

from pivot.errors import RemoteError
from pivot.testing import RemoteSuite

AZURITE = "azurite@3.35.0"
INSTALL_SECONDS = 120
START_SECONDS = 30
#: Azurite's own account: its name and key stand in its documentation.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def azurite():
    """Give the emulator's program; it is kept for the next time, outside of the repository."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("npm and node are needed to run azurite")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / "pivot-tests" / AZURITE.replace("@", "-")
    program = place / "node_modules/.bin/azurite-blob"
    if program.exists():
        return program
    unfinished = place.with_name(f".{place.name}-{uuid.uuid4().hex}")
    unfinished.mkdir(parents=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--fetch-retries=0"]
    try:
        done = subprocess.run(
            [*command, "--prefix", str(unfinished), AZURITE],
            check=False,
            capture_output=True,
            timeout=INSTALL_SECONDS,
        )
        if done.returncode:
            pytest.skip(f"npm can't install {AZURITE}: is its registry reachable?")
        if not program.exists():
            shutil.rmtree(place, ignore_errors=True)
            unfinished.rename(place)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm took more than {INSTALL_SECONDS} s to install {AZURITE}")
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return program


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(port):
    for _ in range(20 * START_SECONDS):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"nothing listens on port {port} after {START_SECONDS} s")


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    pytest.importorskip("adlfs", reason="the driver for Azure is not installed")
    port, data = free_port(), tmp_path_factory.mktemp("azurite")
    command = [azurite(), "--silent", "--skipApiVersionCheck", "--location", data]
    command += ["--blobHost", "127.0.0.1", "--blobPort", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(port)
    yield (
        f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
        f"BlobEndpoint=http://127.0.0.1:{port}/{ACCOUNT};"
    )
    process.kill()
    process.wait()


# The driver leaves a response to the garbage collector, which tells of it.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
class TestAzure(RemoteSuite):
    large = 9 * 1024 * 1024
    many = 20

    @pytest.fixture
    def open_remote(self, account, monkeypatch):
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", account)
        container = f"c{uuid.uuid4().hex}"
        fsspec.filesystem("az", connection_string=account).mkdir(container)
        return functools.partial(open_fsspec, f"az://{container}/place", {})

    @pytest.mark.parametrize("keys", [1, 40])
    def test_a_container_that_is_not_there_is_told(self, open_remote, blobs, keys):
        remote = open_fsspec(f"az://{uuid.uuid4().hex}/place", {})
        for use in (
            lambda: remote.missing([f"{number:016x}" for number in range(keys)]),
            lambda: list(remote.list()),
            lambda: remote.upload(blobs, lambda _: None),
        ):
            with pytest.raises(RemoteError, match="there is no such bucket or container"):
                use()
