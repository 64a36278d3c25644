"""From a URL and options to a place."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pivot_s3 import open_s3
from pivot_s3.address import Address, parse

from pivot.errors import UsageError

KEY = "ab123456789abcde"


@pytest.mark.parametrize(
    ("url", "prefix"),
    [("s3://b", ""), ("s3://b/", ""), ("s3://b/p", "p/"), ("s3://b//p//q/", "p/q/")],
)
def test_a_prefix_may_have_any_number_of_slashes(url, prefix):
    assert parse(url, {}) == Address("b", prefix)


def test_the_options_are_taken():
    options = {"region": "eu-west-1", "profile": "me", "endpoint_url": "http://localhost:9000"}
    assert parse("s3://b", options) == Address("b", **options)


def test_what_a_request_takes_follows_from_the_options():
    options = {"storage_class": "STANDARD_IA", "sse": "aws:kms", "sse_kms_key_id": "key"}
    address = parse("s3://b", {**options, "requester_pays": "true", "jobs": "3"})
    assert address.request == {"RequestPayer": "requester"}
    assert address.storing == {
        "StorageClass": "STANDARD_IA",
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": "key",
    }
    assert address.jobs == 3
    assert (parse("s3://b", {}).request, parse("s3://b", {}).storing) == ({}, {})


def test_an_empty_option_says_nothing():
    assert parse("s3://b", {"region": ""}) == Address("b")


def test_it_is_shown_without_options():
    assert str(parse("s3://b/p/q/", {"profile": "me"})) == "s3://b/p/q"
    assert str(parse("s3://b", {})) == "s3://b"


@pytest.mark.parametrize(
    ("url", "options", "message"),
    [
        ("s3://", {}, "names no bucket"),
        ("s3:///p", {}, "names no bucket"),
        ("s3://b", {"regoin": "x"}, "the unknown option 'regoin'"),
        ("s3://b", {"endpoint_url": "localhost:9000"}, "'endpoint_url' is not"),
        ("s3://b", {"endpoint_url": "ftp://x"}, "'endpoint_url' is not"),
        ("s3://b", {"jobs": "many"}, "takes a number from 1 to 256"),
        ("s3://b", {"anonymous": "yes"}, "takes true or false"),
        ("s3://b", {"requester_pays": "1"}, "takes true or false"),
        ("s3://b", {"storage_class": "GLACIER"}, "from which nothing could be fetched"),
        ("s3://b", {"storage_class": "a b"}, "'storage_class' is 'a b'"),
        ("s3://b", {"sse": "rot13"}, "'sse' is 'rot13'"),
        ("s3://b", {"sse_kms_key_id": "x"}, "goes with sse=aws:kms"),
    ],
)
def test_what_is_wrong_is_named(url, options, message):
    with pytest.raises(UsageError, match=message):
        open_s3(url, options)


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("s3://me:canary@b/p", {}),
        ("s3://b", {"endpoint_url": "https://me:canary@host"}),
        ("s3://b", {"aws_secret_access_key": "canary"}),
    ],
)
def test_a_secret_is_refused_and_not_repeated(url, options):
    with pytest.raises(UsageError) as caught:
        open_s3(url, options)
    assert "canary" not in str(caught.value)


def test_a_name_leads_back_to_its_key():
    address = Address("b", "p/")
    assert address.name(KEY) == "p/files/ab/123456789abcde"
    assert address.key(address.name(KEY)) == KEY


@pytest.mark.parametrize(
    "name", ["p/files/ab123456789abcde", "files/ab/123456789abcde", "p/files/x"]
)
def test_what_is_no_blobs_name_has_no_key(name):
    assert Address("b", "p/").key(name) is None


def test_the_package_is_cheap_to_import():
    script = "import sys, pivot_s3; print({'aioboto3', 'botocore', 'asyncio'} & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
