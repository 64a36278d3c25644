"""The plugin host: what is installed, who is told, and who answers a question.

*pluggy* is the contract of hooks, *stevedore* loads drivers; both are imported in this package
only, and not before there is something to do for them. A *distribution* is what is installed
(acme-loaders); its *entry points* name what it provides in Pivot's groups: hooks, and *drivers* (a
loader, an executor, an exporter, a command). Example::

    host = PluginHost(on_problem=print)
    host.announce(RunStarted(("train",), "inline", 1))   # all hooks are told
    csv = host.loader("CSV")                             # imports pivot-loaders-pandas alone

Tests: tests/plugins_host/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.plugins.catalog import FoundPlugin
from pivot.plugins.commands import CommandEntry
from pivot.plugins.current import current_host, using_host
from pivot.plugins.host import PluginHost
from pivot.plugins.problems import MissingLoaderError, MissingPluginError, Problem

if TYPE_CHECKING:
    from pivot.plugins.hooks import hookimpl

__all__ = [
    "CommandEntry",
    "FoundPlugin",
    "MissingLoaderError",
    "MissingPluginError",
    "PluginHost",
    "Problem",
    "current_host",
    "hookimpl",
    "using_host",
]


def __getattr__(name: str) -> Any:
    if name == "hookimpl":
        # pluggy is loaded by those who write or have a hook.
        from pivot.plugins.hooks import hookimpl

        return hookimpl
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
