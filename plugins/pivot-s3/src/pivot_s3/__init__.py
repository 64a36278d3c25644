"""Remotes in S3, or in anything that speaks its protocol: `s3://bucket/prefix?region=...`.

An *object* is what S3 stores; a blob with the key `abcdef...` is the object
`prefix/files/ab/cdef...`. Example::

    pivot config set remotes.origin s3://my-bucket/pivot-cache

Tests: plugins/pivot-s3/tests/, against a server on this machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot_s3.remote import S3Remote

__all__ = ["open_s3"]


def open_s3(url: str, options: Mapping[str, str]) -> S3Remote:
    """Give the remote at `s3://BUCKET[/PREFIX]`; raise `UsageError` if that or an option is wrong.

    Nothing is connected before it's used.
    """
    # Late: the client library takes as long to import as all of Pivot.
    from pivot_s3.address import parse
    from pivot_s3.remote import S3Remote

    return S3Remote(parse(url, options))
