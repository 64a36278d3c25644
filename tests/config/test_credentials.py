"""Which addresses hold a credential, as far as anybody can tell."""

from __future__ import annotations

import pytest

from pivot.config.credentials import found_in, is_credential, masked


@pytest.mark.parametrize(
    "name",
    [
        *("password", "passwd", "pass", "PASSPHRASE", "pwd", "secret", "secret_key", "token"),
        *("sas_token", "sas", "sig", "key", "account_key", "AccountKey", "apikey", "api-key"),
        *("aws_secret_access_key", "connection_string", "some_credential", "auth", "authorization"),
        *("X-Amz-Signature", "client_secret", "private_key"),
    ],
)
def test_a_name_tells_of_a_credential(name):
    assert is_credential(name)


@pytest.mark.parametrize(
    "name",
    [
        *("region", "profile", "endpoint_url", "jobs", "anonymous", "requester_pays", "project"),
        *("storage_class", "sse", "sse_kms_key_id", "key_filename", "authority_host", "author"),
        *("passive", "design", "keys", "account_name", "timeout"),
    ],
)
def test_others_do_not(name):
    assert not is_credential(name)


@pytest.mark.parametrize(
    "address",
    [
        "sftp://me:hush@host/x",
        "sftp://me:hu@sh@host/x",
        "sftp://me:hu/sh@host/x",
        "sftp://me:hu?sh@host/x",
        "webdavs://:hush@host",
    ],
)
def test_a_password_is_found(address):
    assert found_in(address) == "a password"
    assert "hush" not in masked(address)


def test_a_password_in_an_option_is_found():
    address = "s3://bucket?region=x&endpoint_url=http%3A//me%3Ahush%40host"
    assert found_in(address) == "a password, in the option 'endpoint_url'"
    assert masked(address) == "s3://bucket?***"


@pytest.mark.parametrize(
    "address",
    [
        "sftp://me@host:22/x",
        "sftp://[::1]:22/x",
        "s3://bucket/a:b@c",
        "s3://bucket?endpoint_url=http://127.0.0.1:9000",
        "memory://a:b",
        "file://C:/x",
        "/mnt/me:hush@x",
        "../a?token=b",
    ],
)
def test_there_is_none(address):
    assert found_in(address) is None
