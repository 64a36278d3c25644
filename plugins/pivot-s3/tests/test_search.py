"""Which blobs are there, and how many requests it takes to know."""

from __future__ import annotations

import asyncio

import pytest
from botocore import exceptions as boto
from pivot_s3.address import Address
from pivot_s3.search import Search

from pivot.hashing import hash_bytes

ADDRESS = Address("b", "p/")


class Bucket:
    """A bucket in memory that counts what it's asked."""

    def __init__(self, keys):
        self.names = sorted(ADDRESS.name(key) for key in keys)
        self.lists = self.heads = 0

    async def list_objects_v2(self, Bucket, Prefix, StartAfter, MaxKeys):
        self.lists += 1
        found = [name for name in self.names if name.startswith(Prefix) and name > StartAfter]
        page = [{"Key": name} for name in found[:MaxKeys]]
        return {"Contents": page, "IsTruncated": len(found) > MaxKeys}

    async def head_object(self, Bucket, Key):
        self.heads += 1
        if Key not in self.names:
            raise boto.ClientError({"Error": {"Code": "404"}}, "HeadObject")

    async def head_bucket(self, Bucket):
        pass


def keys(count, start=0):
    return {hash_bytes(str(number).encode()) for number in range(start, start + count)}


def look(bucket, wanted):
    return asyncio.run(Search(bucket, ADDRESS).lacking(wanted))


@pytest.mark.parametrize("page", [7, 50, 1000])
@pytest.mark.parametrize("there", [0, 1, 100, 3000])
@pytest.mark.parametrize("wanted", [1, 10, 100, 2000])
def test_however_it_looks_the_answer_is_the_same(monkeypatch, page, there, wanted):
    monkeypatch.setattr("pivot_s3.search.PAGE", page)
    stored, asked = keys(there), keys(wanted, start=max(0, there - wanted // 2))
    assert look(Bucket(stored), asked) == asked - stored


def test_a_few_are_asked_for_one_by_one():
    bucket = Bucket(keys(100_000))
    assert look(bucket, keys(5)) == set()
    assert (bucket.lists, bucket.heads) == (0, 5)


def test_many_in_a_small_bucket_take_one_listing():
    bucket = Bucket(keys(900))
    assert look(bucket, keys(1000)) == keys(100, start=900)
    assert (bucket.lists, bucket.heads) == (1, 0)


def test_that_nothing_is_to_be_done_takes_no_request_for_each():
    bucket = Bucket(keys(10_000))
    assert look(bucket, keys(10_000)) == set()
    assert (bucket.lists, bucket.heads) == (10, 0)


def test_some_in_a_huge_bucket_do_not_take_its_whole_listing():
    bucket = Bucket(keys(100_000))
    assert look(bucket, keys(100)) == set()
    assert bucket.lists + bucket.heads <= 110
