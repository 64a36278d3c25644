"""Where in S3 a remote is, and how it's reached. Tests: tests/test_address.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pivot.errors import UsageError
from pivot.remotes.names import key_of, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPTIONS = ("endpoint_url", "profile", "region")


@dataclass(frozen=True, slots=True)
class Address:
    """A bucket, a prefix in it, and what isn't left to AWS's own settings."""

    bucket: str
    #: Empty, or a path that ends in `/`.
    prefix: str = ""
    endpoint_url: str | None = None
    profile: str | None = None
    region: str | None = None

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def name(self, key: str) -> str:
        """Give the name of the object that has a key."""
        return self.prefix + name_of(key)

    def key(self, name: str) -> str | None:
        """Give the key of an object by its name, or None if it has none."""
        return key_of(name.removeprefix(self.prefix)) if name.startswith(self.prefix) else None


def parse(url: str, options: Mapping[str, str]) -> Address:
    """Give the address that a URL and its options mean; raise `UsageError` if there is none."""
    bucket, _, prefix = url.partition("://")[2].partition("/")
    if not bucket:
        raise UsageError(
            f"the remote {url!r} names no bucket", hint="write it as s3://bucket/prefix"
        )
    if "@" in bucket or ":" in bucket:
        # Whatever it is, it may be a secret: it isn't repeated.
        raise UsageError(
            "what stands behind s3:// is not the name of a bucket",
            hint="credentials come from AWS's own settings: the environment, ~/.aws, or a role",
        )
    unknown = options.keys() - set(_OPTIONS)
    if unknown:
        raise UsageError(
            f"the remote {url!r} has the unknown option {min(unknown)!r}",
            hint=f"the options are {', '.join(_OPTIONS)}",
        )
    given = {name: value for name, value in options.items() if value}
    _check_endpoint(given.get("endpoint_url"))
    parts = "/".join(part for part in prefix.split("/") if part)
    return Address(bucket, f"{parts}/" if parts else "", **given)


def _check_endpoint(endpoint: str | None) -> None:
    if endpoint is None:
        return
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise UsageError(
            "the option 'endpoint_url' is not an http:// or https:// URL without a password",
            hint="for example endpoint_url=http://localhost:9000",
        )
