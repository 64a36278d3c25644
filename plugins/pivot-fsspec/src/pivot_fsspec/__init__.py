"""Remotes wherever fsspec has a driver for: `gs://bucket/x`, `az://`, `sftp://`, `webdav://`, http.

Example::

    pivot config set remotes.origin sftp://me@server/srv/pivot

Tests: plugins/pivot-fsspec/tests/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot_fsspec.remote import FsspecRemote

__all__ = ["open_fsspec"]


def open_fsspec(url: str, options: Mapping[str, str]) -> FsspecRemote:
    """Give the remote at a URL; raise `UsageError` if that or an option is wrong.

    Nothing is connected before it's used.
    """
    # Late: most commands of Pivot do without.
    from pivot_fsspec.address import parse
    from pivot_fsspec.remote import FsspecRemote

    return FsspecRemote(parse(url, options))
