"""SFTP as a remote, against Debian's openssh-server on this machine."""

from __future__ import annotations

import functools
import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import pytest
from pivot_fsspec import open_fsspec

from pivot.errors import RemoteError
from pivot.hashing import hash_bytes
from pivot.testing import RemoteSuite

pytest.importorskip("paramiko", reason="the SFTP driver needs paramiko")

PACKAGES = ("openssh-server", "libwrap0")
SECONDS = 60


def installed() -> tuple[Path, list[Path]]:
    """Give the server's program and its libraries; it's unpacked outside of the repository."""
    found = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if found:
        return Path(found), []
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pivot-tests"
    place = cache / "openssh-server"
    if not (place / "usr/sbin/sshd").exists():
        if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
            pytest.skip("openssh-server is not installed, and there is no apt-get to get it by")
        unfinished = cache / f".openssh-{uuid.uuid4().hex}"
        unfinished.mkdir(parents=True)
        try:
            run("apt-get", "download", *PACKAGES, cwd=unfinished)
            for package in unfinished.glob("*.deb"):
                run("dpkg", "-x", str(package), str(unfinished), cwd=unfinished)
            shutil.rmtree(place, ignore_errors=True)
            unfinished.rename(place)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return place / "usr/sbin/sshd", list(place.glob("**/libwrap.so.0"))


def run(*words, cwd):
    try:
        done = subprocess.run(words, cwd=cwd, check=False, capture_output=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        pytest.skip(f"openssh-server can't be had: {words[0]} does not answer")
    if done.returncode:
        pytest.skip(f"openssh-server can't be had: {words[0]} fails")


def chosen_user():
    """Root's server would need a user of its own, which only installing it makes."""
    if os.geteuid() != 0:
        return getpass.getuser()
    shadow = Path("/etc/shadow")
    lines = shadow.read_text().splitlines() if shadow.exists() else []
    # Who has no password may log in by key, but not who is locked.
    able = [name for name, word, *_ in (line.split(":") for line in lines) if word == "*"]
    return able[-1] if able else pytest.skip("there is no user for a server of this machine")


@pytest.fixture(scope="module")
def user():
    return chosen_user()


@pytest.fixture(scope="module")
def home():
    """A directory that the server may read and write."""
    place = Path(tempfile.mkdtemp(prefix="pivot-sftp-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def port(home, user):
    """The port of a running server that lets in who has the key in `HOME`."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    program, libraries = installed()
    # The cache may lie where the server's user may not go.
    for file in (program, *libraries):
        shutil.copy(file, home)
    program = home / program.name
    (home / ".ssh").mkdir(mode=0o700)
    for key in (home / "host", home / ".ssh/id_ed25519"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key), cwd=home)
    shutil.chown(home / "host", user)
    (home / ".ssh").chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number = probe.getsockname()[1]
    (home / "config").write_text(
        f"Port {number}\nListenAddress 127.0.0.1\nHostKey {home}/host\nPidFile none\n"
        f"AuthorizedKeysFile {home}/.ssh/id_ed25519.pub\nStrictModes no\nUsePAM yes\n"
        "Subsystem sftp internal-sftp\nMaxStartups 100\n"
    )
    command = [str(program), "-D", "-e", "-f", str(home / "config")]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, "LD_LIBRARY_PATH": str(home)},
            stderr=log,
            user=user if os.geteuid() == 0 else None,
        )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", number)) == 0:
                break
        if process.poll() is not None:
            pytest.skip(f"sshd does not start here: {(home / 'log').read_text()[:200]}")
        time.sleep(0.05)
    old = os.environ.get("HOME")
    os.environ["HOME"] = str(home)
    yield number
    if old is not None:
        os.environ["HOME"] = old
    process.kill()
    process.wait()


class TestSFTP(RemoteSuite):
    large = 3 * 1024 * 1024
    many = 20

    @pytest.fixture
    def open_remote(self, port, home, user):
        place = home / uuid.uuid4().hex
        place.mkdir()
        shutil.chown(place, user)
        url = f"sftp://{user}@127.0.0.1:{port}{place}"
        return functools.partial(open_fsspec, url, {})

    def test_a_place_that_may_not_be_read_is_not_an_empty_one(self, open_remote, home, blobs):
        remote = open_remote()
        remote.upload(blobs, lambda _: None)
        place = home / open_remote.args[0].rpartition("/")[2]
        for directory in (place / "files", place):
            directory.chmod(0)
            try:
                for use in (lambda: remote.missing(list(blobs)), lambda: list(remote.list())):
                    with pytest.raises(RemoteError, match="access is denied"):
                        use()
            finally:
                directory.chmod(0o755)
        assert remote.missing(list(blobs)) == set()

    def test_who_has_no_key_is_told(self, port, user, home, tmp_path, monkeypatch, blobs):
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
        with pytest.raises(RemoteError, match="can't be used") as caught:
            # A host by another name: the driver keeps its connections.
            open_fsspec(f"sftp://{user}@localhost:{port}{home}/x", {}).missing(list(blobs))
        assert "login" in caught.value.hint

    def test_several_transfers_at_a_time_get_their_own_answers(self, open_remote, tmp_path):
        blobs = {hash_bytes(str(n).encode()): tmp_path / str(n) for n in range(24)}
        for n, file in enumerate(blobs.values()):
            file.write_bytes(str(n).encode())
        remote = open_fsspec(open_remote.args[0], {"jobs": "8"})
        remote.upload(blobs, lambda _: None)
        assert remote.missing(blobs.keys()) == set()
        back = {key: tmp_path / f"back-{key}" for key in blobs}
        assert remote.download(back, lambda _: None) == set()
        assert all(back[key].read_bytes() == file.read_bytes() for key, file in blobs.items())
        remote.delete(blobs.keys())
        assert remote.missing(blobs.keys()) == blobs.keys()
        remote.close()
