"""A directory as a remote."""

from __future__ import annotations

import os
from functools import partial

import pytest

from pivot.errors import RemoteError, UsageError
from pivot.plugins import current_host
from pivot.remotes.directory import DirectoryRemote, open_directory
from pivot.testing import RemoteSuite

KEY = "ef46db3751d8e999"


def deaf(_):
    pass


def keys(remote):
    return [stored.key for stored in remote.list()]


@pytest.fixture
def place(tmp_path):
    return tmp_path / "a share"


@pytest.fixture
def remote(place):
    return DirectoryRemote(place)


@pytest.fixture
def blob(tmp_path):
    file = tmp_path / "blob"
    file.write_bytes(b"abc")
    return file


class TestDirectory(RemoteSuite):
    @pytest.fixture
    def open_remote(self, place):
        return partial(current_host().open_remote, str(place))


def test_a_url_is_the_same_place_as_its_path(place, remote, blob):
    remote.upload({KEY: blob}, deaf)
    assert keys(open_directory(place.as_uri(), {})) == [KEY]


def test_a_blob_lies_as_in_the_cache(place, remote, blob):
    remote.upload({KEY: blob}, deaf)
    assert (place / "files" / KEY[:2] / KEY[2:]).read_bytes() == b"abc"


def test_another_host_is_refused():
    with pytest.raises(UsageError, match="names the host 'server'"):
        open_directory("file://server/share", {})


def test_options_it_does_not_know_are_refused():
    with pytest.raises(UsageError, match="has the unknown option 'region'"):
        open_directory("file:///share", {"region": "x"})


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "", "1000"])
def test_jobs_is_a_number(jobs):
    with pytest.raises(UsageError, match="takes a number from 1 to 256"):
        open_directory("file:///share", {"jobs": jobs})


class TestSeveralAtOnce(RemoteSuite):
    large = 1000

    @pytest.fixture
    def open_remote(self, place):
        return partial(current_host().open_remote, f"{place.as_uri()}?jobs=4")


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "EF46DB3751D8E999", "ef46"])
def test_what_is_no_key_leads_nowhere(remote, blob, key):
    with pytest.raises(UsageError, match="is not the name of a blob"):
        remote.upload({key: blob}, deaf)


def test_what_is_no_blob_is_not_listed(place, remote, blob):
    remote.upload({KEY: blob}, deaf)
    (place / "README").write_text("mine")
    (place / "files/ef/.0123.tmp").write_text("left by a killed push")
    assert keys(remote) == [KEY]


def test_a_download_from_a_directory_that_is_not_there_says_so(remote, tmp_path):
    with pytest.raises(RemoteError, match="is not there") as caught:
        remote.download({KEY: tmp_path / "out"}, deaf)
    assert "mounted" in str(caught.value.hint)


def test_a_file_in_the_place_of_the_directory_is_an_error(place, remote, blob):
    place.write_text("a file")
    with pytest.raises(RemoteError, match="can't be written"):
        remote.upload({KEY: blob}, deaf)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to the superuser")
def test_a_directory_that_may_not_be_written_is_an_error(place, remote, blob):
    place.mkdir(mode=0o500)
    with pytest.raises(RemoteError, match="can't be written: Permission denied"):
        remote.upload({KEY: blob}, deaf)


def test_a_blob_that_cannot_be_read_is_an_error(remote, tmp_path):
    with pytest.raises(RemoteError, match="No such file"):
        remote.upload({KEY: tmp_path / "nowhere"}, deaf)


def test_what_may_not_be_looked_at_is_not_an_empty_place(tmp_path):
    # A loop is refused to everybody, the superuser too.
    (tmp_path / "files").symlink_to(tmp_path / "files")
    remote = DirectoryRemote(tmp_path)
    with pytest.raises(RemoteError, match="can't be read"):
        remote.missing(["0" * 16])
    with pytest.raises(RemoteError, match="can't be read"):
        list(remote.list())
    with pytest.raises(RemoteError, match="can't be read"):
        remote.download({"0" * 16: tmp_path / "out"}, lambda _: None)
