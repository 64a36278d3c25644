"""Whatever the network does, a blob ends up whole or absent, and running it again mends it."""

from __future__ import annotations

import importlib.util
import os
import random
import time
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

spec = importlib.util.spec_from_file_location("proxy", Path(__file__).with_name("proxy.py"))
proxy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(proxy)

#: More than a part, so that it goes in several.
LARGE = 9 * 1024 * 1024
BODY = 2000


def refuse(status, words):
    text = f"<Error><Code>{words}</Code><Message>no</Message></Error>"
    head = f"HTTP/1.1 {status} No\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
    return (head + text).encode()


def flipped(chunk):
    return chunk[:-1] + bytes([chunk[-1] ^ 1])


class Spoiler:
    """Spoils about one chunk in some, by chance; none any more once it is calm."""

    def __init__(self, kind, seed, one_in=12):
        self._chance = random.Random(seed)
        self._kind = kind
        self._one_in = one_in
        self.calm = False
        self.count = 0

    def __call__(self, up, chunk):
        if self.calm or self._chance.randrange(self._one_in):
            return chunk
        spoilt = self._spoilt(up, chunk)
        self.count += spoilt != chunk
        return spoilt

    def _spoilt(self, up, chunk):
        body = len(chunk) > BODY
        match self._chance.choice(KINDS) if self._kind == "any" else self._kind:
            case "cut":
                return None
            case "truncated" if not up and body:
                return chunk[: len(chunk) // 2]
            case "corrupt-up" if up and body:
                return flipped(chunk)
            case "corrupt-down" if not up and body:
                return flipped(chunk)
            case "500" if not up and chunk.startswith(b"HTTP/1.1 200"):
                return refuse(500, "InternalError")
            case "slow-down" if not up and chunk.startswith(b"HTTP/1.1 200"):
                return refuse(503, "SlowDown")
            case "late":
                time.sleep(0.01)
        return chunk


class Machine:
    """A cache, and a way to the bucket."""

    def __init__(self, root, url, bucket):
        root.mkdir()
        self.root = root
        self.layout = Layout(root)
        self.cache = Cache(self.layout, "xxh64")
        self.remote = open_s3(f"s3://{bucket}", {"endpoint_url": url, "jobs": "4"})

    def make(self, name, data):
        (self.root / name).write_bytes(data)
        content = Tree(self.root, "xxh64").content(name)
        self.cache.add(self.root / name, content)
        return content

    def do(self, verb, contents):
        synchronizer = Synchronizer(self.layout, self.cache, self.remote)
        getattr(synchronizer, verb)(contents, dry_run=False)
        return synchronizer.tally

    def check(self):
        assert list(self.cache.verify()) == []
        assert list((self.layout.dot / "cache").glob("incoming/*/*")) == []

    def patiently(self, spoiler, verb, contents, check):
        """Do it again and again, at last without faults; check the state after each time."""
        for attempt in range(4):
            spoiler.calm = attempt == 3
            try:
                tally = self.do(verb, contents)
            except RemoteError:
                assert not spoiler.calm
            else:
                if not tally.problems:
                    break
            check()
        assert not tally.problems
        check()


def check_bucket(server, bucket):
    for name in server.names(bucket):
        body = server.client.get_object(Bucket=bucket, Key=name)["Body"].read()
        assert name == f"files/{hash_bytes(body)[:2]}/{hash_bytes(body)[2:]}"


@pytest.fixture
def quick(monkeypatch):
    """Nobody waits long before a request is made again."""
    monkeypatch.setattr("pivot_s3.transfer._PAUSE_SECONDS", 0.001)


#: How many times as much as usual is to be tried: `make faults` sets it.
ROUNDS = int(os.environ.get("PIVOT_TEST_ROUNDS", "1"))
KINDS = ["cut", "truncated", "corrupt-up", "corrupt-down", "500", "slow-down", "late"]


@pytest.mark.chance
@pytest.mark.parametrize("kind", KINDS if ROUNDS > 1 else ["any"])
def test_every_blob_ends_up_whole_or_absent(kind, server, bucket, tmp_path, quick):
    spoilt = 0
    for seed in range(ROUNDS):
        spoiler = Spoiler(kind, seed)
        place = urlsplit(server.url)
        with proxy.Proxy(place.hostname, place.port, spoiler) as between:
            here = Machine(tmp_path / f"here{seed}", between.url, bucket)
            there = Machine(tmp_path / f"there{seed}", between.url, bucket)
            chance = random.Random(seed)
            sizes = [0, 1, 5000, 70_000, 300_000, LARGE]
            contents = [here.make(f"f{n}", chance.randbytes(n)) for n in sizes]

            here.patiently(spoiler, "push", contents, lambda: check_bucket(server, bucket))
            there.patiently(spoiler, "fetch", contents, there.check)
            assert all(there.cache.holds(content) for content in contents)
            spoilt += spoiler.count
    assert spoilt or kind == "late"
