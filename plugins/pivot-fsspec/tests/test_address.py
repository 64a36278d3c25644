"""From a URL and options to a place."""

from __future__ import annotations

import pytest
from pivot_fsspec import open_fsspec
from pivot_fsspec.address import parse

from pivot.errors import UsageError


def test_options_are_for_the_driver_but_for_jobs():
    address = parse("gs://bucket/x/", {"jobs": "3", "project": "p"})
    assert (address.url, address.jobs, address.options) == ("gs://bucket/x", 3, {"project": "p"})
    assert parse("sftp://host/x", {}).jobs == 1
    assert parse("gs://bucket", {}).jobs == 8
    assert parse("sftp://host/x", {"jobs": "99"}).jobs == 8


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("sftp://me:canary@host/x", {}),
        ("az://container", {"account_key": "canary"}),
        ("gs://bucket", {"token": "canary"}),
        ("webdav://host/x", {"password": "canary"}),
    ],
)
def test_a_secret_is_refused_and_not_repeated(url, options):
    with pytest.raises(UsageError) as caught:
        open_fsspec(url, options)
    assert "canary" not in str(caught.value)


def test_a_place_is_needed():
    with pytest.raises(UsageError, match="names no place"):
        open_fsspec("gs://", {})
