"""What goes wrong midway: a clear error, nothing half there, and the next run does only the rest."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pivot_s3 import open_s3

from pivot.errors import RemoteError
from pivot.hashing import hash_bytes
from pivot.store.cache import Cache
from pivot.store.layout import Layout
from pivot.store.tree import Tree
from pivot.sync.synchronizer import Synchronizer

spec = importlib.util.spec_from_file_location("gateway", Path(__file__).with_name("gateway.py"))
gateway = importlib.util.module_from_spec(spec)
spec.loader.exec_module(gateway)
Refusal = gateway.Refusal

TROUBLES = {
    "expired-token": (Refusal(400, "ExpiredToken"), "the session token has expired"),
    "wrong-region": (
        Refusal(400, "AuthorizationHeaderMalformed"),
        "the bucket is in another region",
    ),
    "redirected": (Refusal(301, "PermanentRedirect"), "every request is redirected"),
    "throttled": (Refusal(503, "SlowDown"), "it is asked too often"),
    "denied": (Refusal(403, "AccessDenied"), "access is denied"),
    "no-bucket": (Refusal(404, "NoSuchBucket"), "there is no such bucket"),
    "no-network": (gateway.SILENCE, "can't be reached"),
}
CONTENTS = [bytes([number]) * 1000 for number in range(6)]
KEYS = {hash_bytes(content) for content in CONTENTS}
#: So many blobs get through before the trouble begins.
THROUGH = 3


@pytest.fixture
def between(server, monkeypatch):
    monkeypatch.setattr("pivot_s3.transfer._PAUSE_SECONDS", 0.001)
    place = urlsplit(server.url)
    with gateway.Gateway(place.hostname, place.port) as between:
        yield between


@pytest.fixture
def machine(tmp_path, between, bucket):
    """Give a function that makes a cache and the way from it to the bucket."""

    def make(name):
        root = tmp_path / name
        root.mkdir()
        layout = Layout(root)
        cache = Cache(layout, "xxh64")
        remote = open_s3(f"s3://{bucket}", {"endpoint_url": between.url, "jobs": "1"})

        def do(verb, contents):
            synchronizer = Synchronizer(layout, cache, remote)
            getattr(synchronizer, verb)(contents, dry_run=False)
            return synchronizer.tally

        do.root, do.cache = root, cache
        return do

    return make


@pytest.fixture
def contents(machine):
    """Six blobs in one machine's cache."""
    here = machine("here")
    contents = []
    for number, data in enumerate(CONTENTS):
        (here.root / str(number)).write_bytes(data)
        content = Tree(here.root, "xxh64").content(str(number))
        here.cache.add(here.root / str(number), content)
        contents.append(content)
    return here, contents


def after(between, method, refusal):
    """Refuse whatever comes after some requests of a kind, until nobody refuses any more."""

    def refuse(asked, path):
        return refusal if between.count(method) >= THROUGH else None

    between.passed.clear()
    between.refuse = refuse


def calm(between):
    between.refuse = lambda method, path: None
    between.passed.clear()


def stored(server, bucket):
    """The keys in a bucket, all of whose objects are whole."""
    keys = set()
    for name in server.names(bucket):
        body = server.client.get_object(Bucket=bucket, Key=name)["Body"].read()
        keys.add(hash_bytes(body))
        assert name == f"files/{hash_bytes(body)[:2]}/{hash_bytes(body)[2:]}"
    return keys


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_push_that_fails_midway_is_resumed(trouble, server, bucket, between, contents):
    refusal, message = TROUBLES[trouble]
    here, contents = contents
    after(between, "PUT", refusal)
    with pytest.raises(RemoteError, match=message) as caught:
        here("push", contents)
    assert caught.value.hint
    assert len(stored(server, bucket)) == THROUGH

    calm(between)
    tally = here("push", contents)
    assert (tally.files, tally.present, tally.problems) == (len(CONTENTS) - THROUGH, THROUGH, {})
    assert between.count("PUT") == len(CONTENTS) - THROUGH
    assert stored(server, bucket) == KEYS


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_fetch_that_fails_midway_is_resumed(trouble, server, bucket, between, machine, contents):
    refusal, message = TROUBLES[trouble]
    _, contents = contents
    for data, key in ((data, hash_bytes(data)) for data in CONTENTS):
        server.client.put_object(Bucket=bucket, Key=f"files/{key[:2]}/{key[2:]}", Body=data)
    there = machine("there")
    after(between, "GET", refusal)
    with pytest.raises(RemoteError, match=message):
        there("fetch", contents)
    assert sum(there.cache.holds(content) for content in contents) == THROUGH
    assert list(there.cache.verify()) == []
    assert list((there.root / ".pivot/cache").glob("incoming/*/*")) == []

    calm(between)
    tally = there("fetch", contents)
    assert (tally.files, tally.present, tally.problems) == (len(CONTENTS) - THROUGH, THROUGH, {})
    assert between.count("GET") == len(CONTENTS) - THROUGH
    assert all(there.cache.holds(content) for content in contents)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_who_only_asks_what_is_there_is_told_the_same(trouble, between, machine, bucket):
    refusal, message = TROUBLES[trouble]
    between.refuse = lambda method, path: refusal
    remote = open_s3(f"s3://{bucket}", {"endpoint_url": between.url})
    with pytest.raises(RemoteError, match=message):
        remote.missing([hash_bytes(b"one")])
