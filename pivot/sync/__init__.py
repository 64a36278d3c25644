"""Sharing results: what has to move between the cache and a remote, and moving it.

The locks name what is *wanted*: the contents of outputs. A *blob* is what is moved; a directory is
the blob of its listing and one for each file that the listing names. Example::

    report = push(session, ("train",), Options(remote="origin"))
    assert report.complete

Tests: tests/test_sync.py, tests/sync/, tests/cli/test_sharing.py.
"""

from pivot.sync.checkout import Checkout, checkout
from pivot.sync.cleaning import Cleaning, clean, clean_remote
from pivot.sync.opening import Options, RemoteInfo, choose_remote, remotes
from pivot.sync.report import Progress, Sharing, Shortage
from pivot.sync.sharing import fetch, pull, push
from pivot.sync.standing import OutputStanding, Standing, standing

__all__ = [
    "Checkout",
    "Cleaning",
    "Options",
    "OutputStanding",
    "Progress",
    "RemoteInfo",
    "Sharing",
    "Shortage",
    "Standing",
    "checkout",
    "choose_remote",
    "clean",
    "clean_remote",
    "fetch",
    "pull",
    "push",
    "remotes",
    "standing",
]
