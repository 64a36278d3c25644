"""Which plugin host answers where nobody can be handed one: `loaders.CSV` at a module's top.

A session puts its host in place while it imports a pipeline; elsewhere (a worker, a notebook, a
test) one host of the process answers from what is installed.
Tests: tests/plugins_host/test_current.py.
"""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING

from pivot.plugins.host import CURRENT, PluginHost

if TYPE_CHECKING:
    from collections.abc import Iterator


def current_host() -> PluginHost:
    """Give the host that `using_host` has put in place here, or else the process's own."""
    return CURRENT.get(None) or _of_process()


@contextlib.contextmanager
def using_host(host: PluginHost) -> Iterator[PluginHost]:
    """Let `host` answer for the time of a `with` block, in this thread or task."""
    token = CURRENT.set(host)
    try:
        yield host
    finally:
        CURRENT.reset(token)


@functools.cache
def _of_process() -> PluginHost:
    return PluginHost()
