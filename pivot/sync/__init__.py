"""Sharing results: what has to move between the cache and a remote, and moving it.

The locks name what is *wanted*: the contents of outputs. A *blob* is what is moved; a directory is
the blob of its listing and one for each file that the listing names. Example::

    report = push(session, "origin", ("train",), Options())
    assert report.complete

Tests: tests/test_sync.py, tests/cli/test_sharing.py.
"""

from pivot.sync.report import Progress, RemoteInfo, Sharing, Shortage
from pivot.sync.sharing import Options, choose_remote, fetch, pull, push, remotes

__all__ = [
    "Options",
    "Progress",
    "RemoteInfo",
    "Sharing",
    "Shortage",
    "choose_remote",
    "fetch",
    "pull",
    "push",
    "remotes",
]
