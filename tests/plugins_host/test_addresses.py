"""What a person writes for a remote, and what a driver gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from pivot.plugins import addresses


@pytest.mark.parametrize(
    ("address", "url", "options"),
    [
        ("s3://data/pivot", "s3://data/pivot", {}),
        ("s3://data?region=eu-west-1&profile=me", "s3://data", {"region": "eu-west-1", "profile": "me"}),
        ("s3://data/a#b?region=", "s3://data/a#b", {"region": ""}),
        ("s3://data?endpoint_url=http%3A//localhost:9000", "s3://data", {"endpoint_url": "http://localhost:9000"}),
        ("/mnt/share", "file:///mnt/share", {}),
        ("/mnt/a share?", "file:///mnt/a%20share%3F", {}),
    ],
)  # fmt: skip
def test_an_address_is_a_url_and_options(address, url, options):
    assert addresses.split(address) == (url, options)


def test_a_path_is_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert addresses.split("../share")[0].startswith(tmp_path.as_uri())


def test_a_tilde_is_the_home_directory(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert addresses.split("~/share") == (Path("/home/me/share").as_uri(), {})


def test_a_scheme_has_no_case():
    assert addresses.scheme("S3://data") == "s3"
