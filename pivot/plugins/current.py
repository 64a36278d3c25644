"""Which plugin host answers where nobody can be handed one: `loaders.CSV` at a module's top.

A session puts its host in place while it imports a pipeline; elsewhere (a worker, a notebook, a
test) one host of the process answers from what is installed.
Tests: tests/plugins_host/test_current.py.
"""

from __future__ import annotations

import contextlib
import functools
from contextvars import ContextVar
from typing import TYPE_CHECKING

from pivot.plugins.host import PluginHost

if TYPE_CHECKING:
    from collections.abc import Iterator

_current: ContextVar[PluginHost] = ContextVar("pivot_plugin_host")


def current_host() -> PluginHost:
    """Give the host that `using_host` has put in place here, or else the process's own."""
    return _current.get(None) or _of_process()


@contextlib.contextmanager
def using_host(host: PluginHost) -> Iterator[PluginHost]:
    """Let `host` answer for the time of a `with` block, in this thread or task."""
    token = _current.set(host)
    try:
        yield host
    finally:
        _current.reset(token)


@functools.cache
def _of_process() -> PluginHost:
    return PluginHost()
