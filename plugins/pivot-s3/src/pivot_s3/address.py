"""Where in S3 a remote is, and how it's reached. Tests: tests/test_address.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pivot.errors import UsageError
from pivot.remotes.directory import jobs_of
from pivot.remotes.names import key_of, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPTIONS = (
    "anonymous",
    "endpoint_url",
    "jobs",
    "profile",
    "region",
    "requester_pays",
    "sse",
    "sse_kms_key_id",
    "storage_class",
)
_SWITCHES = {"true": True, "false": False}
_ENCRYPTIONS = ("AES256", "aws:kms", "aws:kms:dsse")
_STORAGE_CLASS = re.compile(r"[A-Z_]+")
#: What can't be read before somebody has asked for it hours ago.
_FROZEN = ("GLACIER", "DEEP_ARCHIVE")
_JOBS = 16


@dataclass(frozen=True, slots=True)
class Address:
    """A bucket, a prefix in it, and what isn't left to AWS's own settings."""

    bucket: str
    #: Empty, or a path that ends in `/`.
    prefix: str = ""
    endpoint_url: str | None = None
    profile: str | None = None
    region: str | None = None
    #: How many transfers are made at a time.
    jobs: int = _JOBS
    #: Whether requests are not signed, for a bucket that anybody may read.
    anonymous: bool = False
    requester_pays: bool = False
    storage_class: str | None = None
    #: How the server is to encrypt what it stores, and with which of its keys.
    sse: str | None = None
    sse_kms_key_id: str | None = None

    @property
    def request(self) -> dict[str, str]:
        """What each request about objects takes."""
        return {"RequestPayer": "requester"} if self.requester_pays else {}

    @property
    def storing(self) -> dict[str, str]:
        """What a request takes that stores an object."""
        wishes = {
            "StorageClass": self.storage_class,
            "ServerSideEncryption": self.sse,
            "SSEKMSKeyId": self.sse_kms_key_id,
        }
        return {name: value for name, value in wishes.items() if value is not None}

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
    _check_storing(given)
    parts = "/".join(part for part in prefix.split("/") if part)
    return Address(
        bucket,
        f"{parts}/" if parts else "",
        endpoint_url=given.get("endpoint_url"),
        profile=given.get("profile"),
        region=given.get("region"),
        jobs=jobs_of(given, _JOBS),
        anonymous=_switch(given, "anonymous"),
        requester_pays=_switch(given, "requester_pays"),
        storage_class=given.get("storage_class"),
        sse=given.get("sse"),
        sse_kms_key_id=given.get("sse_kms_key_id"),
    )


def _switch(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "false")
    if text not in _SWITCHES:
        raise UsageError(f"the option {name!r} is {text!r:.40}, and takes true or false")
    return _SWITCHES[text]


def _check_storing(given: Mapping[str, str]) -> None:
    storage = given.get("storage_class")
    if storage is not None and (not _STORAGE_CLASS.fullmatch(storage) or storage in _FROZEN):
        raise UsageError(
            f"the option 'storage_class' is {storage!r:.40}, from which nothing could be fetched",
            hint="for example storage_class=STANDARD_IA or storage_class=INTELLIGENT_TIERING",
        )
    encryption = given.get("sse")
    if encryption is not None and encryption not in _ENCRYPTIONS:
        raise UsageError(
            f"the option 'sse' is {encryption!r:.40}", hint=f"it takes {', '.join(_ENCRYPTIONS)}"
        )
    if given.get("sse_kms_key_id") and not (encryption or "").startswith("aws:kms"):
        raise UsageError("the option 'sse_kms_key_id' goes with sse=aws:kms")


def _check_endpoint(endpoint: str | None) -> None:
    if endpoint is None:
        return
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise UsageError(
            "the option 'endpoint_url' is not an http:// or https:// URL without a password",
            hint="for example endpoint_url=http://localhost:9000",
        )
