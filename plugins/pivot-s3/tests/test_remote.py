"""S3 as a remote, against a server on this machine."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading

import pivot_s3.remote
import pytest
from pivot_s3 import open_s3

from pivot.errors import RemoteError, StorageError, UsageError
from pivot.hashing import hash_bytes
from pivot.testing import RemoteSuite


def deaf(_):
    pass


def keys(remote):
    return [stored.key for stored in remote.list()]


@pytest.fixture
def remote(open_remote):
    return open_remote()


@pytest.fixture
def store(tmp_path):
    """Give a function that writes contents to files, and gives them by key."""

    def store(*contents: bytes):
        files = {}
        for content in contents:
            key = hash_bytes(content)
            files[key] = tmp_path / f"blob-{key}"
            files[key].write_bytes(content)
        return files

    return store


class TestS3(RemoteSuite):
    @pytest.fixture
    def open_remote(self, open_remote):
        return open_remote


class TestPlace:
    def test_objects_lie_under_the_prefix_as_blobs_lie_in_the_cache(
        self, server, bucket, remote, store
    ):
        (key,) = blobs = store(b"abc")
        remote.upload(blobs, deaf)
        assert server.names(bucket) == [f"team/pivot/files/{key[:2]}/{key[2:]}"]

    def test_without_a_prefix_they_lie_at_the_top(self, server, bucket, store):
        (key,) = blobs = store(b"abc")
        open_s3(f"s3://{bucket}", {"endpoint_url": server.url}).upload(blobs, deaf)
        assert server.names(bucket) == [f"files/{key[:2]}/{key[2:]}"]

    def test_what_is_no_blob_is_not_listed(self, server, bucket, remote, store):
        (key,) = blobs = store(b"abc")
        remote.upload(blobs, deaf)
        for name in ("x", "ab/c", "../ab/0123456789abcd", "ab/CDEF0123456789"):
            server.client.put_object(Bucket=bucket, Key=f"team/pivot/files/{name}", Body=b"")
        assert keys(remote) == [key]

    def test_a_listing_of_several_pages_is_whole(self, server, bucket, remote, monkeypatch):
        monkeypatch.setattr("pivot_s3.search.PAGE", 4)
        stored = [f"ab{number:014x}" for number in range(10)]
        for key in stored:
            name = f"team/pivot/files/{key[:2]}/{key[2:]}"
            server.client.put_object(Bucket=bucket, Key=name, Body=b"")
        assert sorted(keys(remote)) == stored
        others = [f"ab{number:014x}" for number in range(10, 15)]
        assert remote.missing([*stored, *others]) == set(others)
        remote.delete(stored)
        assert keys(remote) == []

    def test_a_part_of_a_shard_is_looked_for_where_it_would_be(self, server, bucket, remote):
        keys = [f"ab{number:014x}" for number in range(40)]
        for key in keys[::2]:
            name = f"team/pivot/files/{key[:2]}/{key[2:]}"
            server.client.put_object(Bucket=bucket, Key=name, Body=b"")
        assert remote.missing(keys[10:20]) == set(keys[11:20:2])

    def test_a_name_that_is_none_is_refused(self, remote, tmp_path):
        with pytest.raises(UsageError, match="is not the name of a blob"):
            remote.download({"../x": tmp_path / "x"}, deaf)


class TestLargeBlobs:
    SIZE = 20 * 1024 * 1024 + 5

    def test_they_are_sent_in_parts(self, server, bucket, remote, store):
        remote.upload(store(b"x" * self.SIZE), deaf)
        (name,) = server.names(bucket)
        head = server.client.head_object(Bucket=bucket, Key=name)
        assert head["ETag"].endswith('-3"')
        assert head["ContentLength"] == self.SIZE

    def test_an_upload_that_is_stopped_leaves_no_parts(self, server, bucket, remote, store):
        class Stop(Exception): ...

        def stop(_):
            raise Stop

        with pytest.raises(Stop):
            remote.upload(store(b"x" * self.SIZE), stop)
        assert server.names(bucket) == []
        assert "Uploads" not in server.client.list_multipart_uploads(Bucket=bucket)


class TestOptions:
    def test_what_is_stored_has_the_class_and_the_encryption_that_were_asked_for(
        self, server, bucket, store
    ):
        options = {"endpoint_url": server.url, "storage_class": "STANDARD_IA", "sse": "AES256"}
        large = b"x" * (9 * 1024 * 1024)
        open_s3(f"s3://{bucket}", options).upload(store(b"small", large), deaf)
        for name in server.names(bucket):
            head = server.client.head_object(Bucket=bucket, Key=name)
            assert head["StorageClass"] == "STANDARD_IA"
            assert head["ServerSideEncryption"] == "AES256"

    def test_without_credentials_a_public_bucket_can_be_read(
        self, server, bucket, remote, store, tmp_path, monkeypatch
    ):
        (key,) = blobs = store(b"abc")
        remote.upload(blobs, deaf)
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        for name in server.names(bucket):
            server.client.put_object_acl(Bucket=bucket, Key=name, ACL="public-read")
        options = {"endpoint_url": server.url, "anonymous": "true", "requester_pays": "true"}
        public = open_s3(f"s3://{bucket}/team/pivot", options)
        assert public.download({key: tmp_path / "out"}, deaf) == set()
        assert (tmp_path / "out").read_bytes() == b"abc"


def loops():
    """The event loops of remotes that there are; those of other tests may end at any moment."""
    return {thread for thread in threading.enumerate() if thread.name == "pivot-s3"}


class TestConnections:
    def test_all_calls_have_one_client(self, server, bucket, store, monkeypatch):
        clients = []

        def counting(address):
            clients.append(address)
            return connect(address)

        connect = pivot_s3.remote._connect
        monkeypatch.setattr("pivot_s3.remote._connect", counting)
        before = loops()
        remote = open_s3(f"s3://{bucket}", {"endpoint_url": server.url})
        blobs = store(b"abc")
        remote.upload(blobs, deaf)
        assert remote.missing(blobs.keys()) == set()
        assert keys(remote) == list(blobs)
        assert (len(clients), len(loops() - before)) == (1, 1)
        remote.close()
        assert loops() <= before

    def test_one_that_nobody_closes_is_closed_when_it_is_dropped(self, server, bucket):
        gc.collect()
        before = loops()
        remote = open_s3(f"s3://{bucket}", {"endpoint_url": server.url})
        assert keys(remote) == []
        assert len(loops() - before) == 1
        del remote
        gc.collect()
        assert loops() <= before

    def test_at_the_end_of_the_process_nothing_is_left_open(self, server, bucket):
        program = (
            "from pivot_s3 import open_s3\n"
            f"remote = open_s3('s3://{bucket}', {{'endpoint_url': '{server.url}'}})\n"
            "print(list(remote.list()))\n"
        )
        command = [sys.executable, "-W", "always::ResourceWarning", "-c", program]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert (done.stdout, done.stderr) == ("[]\n", "")

    @pytest.mark.parametrize("child", ["use", "leave"])
    def test_a_forked_process_ends_without_a_word(self, server, bucket, child):
        command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKING]
        command += [f"s3://{bucket}", server.url, child]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout, done.stderr) == (0, "end\nend\n", "")


#: The child has got what its parent has open, and ends as any program does.
FORKING = """
import os, sys
from pivot_s3 import open_s3

remote = open_s3(sys.argv[1], {"endpoint_url": sys.argv[2]})
list(remote.list())
child = os.fork()
if child or sys.argv[3] == "use":
    list(remote.list())
if child:
    assert os.waitpid(child, 0)[1] == 0
print("end")
"""


class TestFaults:
    def test_a_bucket_that_is_not_there_is_named(self, server, store, tmp_path):
        remote = open_s3("s3://no-such-bucket/x", {"endpoint_url": server.url})
        (key,) = blobs = store(b"abc")
        for act in (
            lambda: remote.missing([key]),
            lambda: remote.missing([f"ab{n:014x}" for n in range(5)]),
            lambda: remote.upload(blobs, deaf),
            lambda: remote.download({key: tmp_path / "out"}, deaf),
            lambda: list(remote.list()),
            lambda: remote.delete([key]),
        ):
            with pytest.raises(RemoteError, match=r"no-such-bucket.*: there is no such bucket"):
                act()

    def test_without_a_network_it_says_so(self, store):
        remote = open_s3("s3://bucket", {"endpoint_url": "http://127.0.0.1:9"})
        with pytest.raises(RemoteError, match=r"http://127.0.0.1:9 can't be reached"):
            remote.upload(store(b"abc"), deaf)

    def test_without_credentials_it_says_so(self, server, bucket, remote, monkeypatch):
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        with pytest.raises(RemoteError, match="there are no usable credentials"):
            list(remote.list())

    def test_an_unknown_profile_is_named(self, server):
        remote = open_s3("s3://bucket", {"endpoint_url": server.url, "profile": "nobody"})
        with pytest.raises(RemoteError, match="nobody"):
            list(remote.list())

    def test_a_file_that_cannot_be_read_is_an_error_of_this_machine(self, remote, tmp_path):
        with pytest.raises(StorageError, match="can't read"):
            remote.upload({"0" * 16: tmp_path / "nowhere"}, deaf)

    def test_a_file_that_cannot_be_written_is_an_error_of_this_machine(
        self, remote, store, tmp_path
    ):
        (key,) = blobs = store(b"abc")
        remote.upload(blobs, deaf)
        with pytest.raises(StorageError, match="can't write"):
            remote.download({key: tmp_path / "no/such/directory"}, deaf)
