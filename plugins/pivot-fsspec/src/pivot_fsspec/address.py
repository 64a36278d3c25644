"""Where a remote is that fsspec reaches, and what its driver is told.

Tests: tests/test_address.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pivot.config.credentials import REMEDY, found_in, is_credential
from pivot.errors import UsageError
from pivot.frozen import frozen
from pivot.remotes.directory import jobs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_READ_ONLY = ("http", "https")
#: A file has its name there when all of it has arrived; elsewhere it is renamed then.
_OBJECTS = ("abfs", "az", "gcs", "gs")
#: A thread needs a channel of its own there; servers allow ten on a connection if nobody says more.
_CHANNELS = {"sftp": 8, "ssh": 8}
_JOBS = {"sftp": 1, "ssh": 1}
_OTHER_JOBS = 8


@frozen
class Address:
    """A place, and how it's reached."""

    scheme: str
    #: Without options.
    url: str
    jobs: int
    options: Mapping[str, str]

    def __str__(self) -> str:
        return self.url

    @property
    def read_only(self) -> bool:
        """Whether nothing can be stored there."""
        return self.scheme in _READ_ONLY

    @property
    def one_each(self) -> bool:
        """Whether threads can't share what one connection has opened."""
        return self.scheme in _CHANNELS

    @property
    def whole_at_once(self) -> bool:
        """Whether nobody ever sees a part of a file there."""
        return self.scheme in _OBJECTS


def parse(url: str, options: Mapping[str, str]) -> Address:
    """Give the address that a URL and its options mean; raise `UsageError` if there is none."""
    if found := found_in(url):
        raise UsageError(f"the address of a remote must not hold {found}", hint=REMEDY)
    for name in options:
        if is_credential(name):
            raise UsageError(
                f"the option {name!r:.40} looks like a credential, which an address must not hold",
                hint=REMEDY,
            )
    parts = urlsplit(url)
    if not parts.netloc and not parts.path.strip("/"):
        raise UsageError(f"the remote {url!r} names no place")
    others = {name: value for name, value in options.items() if name != "jobs"}
    scheme = parts.scheme.lower()
    jobs = jobs_of(options, _JOBS.get(scheme, _OTHER_JOBS))
    jobs = min(jobs, _CHANNELS.get(scheme, jobs))
    return Address(scheme, url.rstrip("/"), jobs, others)
