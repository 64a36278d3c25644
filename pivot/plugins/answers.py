"""Pivot's own answer to each question: the driver of that name among the installed ones.

Each method is named after the question that it answers, and is asked after all plugins and
registered objects. Tests: tests/plugins_host/test_host.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.errors import PivotError, PluginError
from pivot.interfaces import Display, Executor, Exporter, Remote
from pivot.plugins import addresses
from pivot.plugins.problems import FAILURES, describe, spell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pivot.interfaces import ExecutorOptions, Runs
    from pivot.plugins.catalog import Catalog, FoundPlugin
    from pivot.plugins.problems import Problem


class Answers:
    """Answers from a catalog; `problems` gives what has gone wrong with other plugins so far."""

    def __init__(self, catalog: Catalog, problems: Callable[[], Iterable[Problem]]) -> None:
        self._catalog = catalog
        self._problems = problems

    def pivot_get_loader(self, name: str) -> type[Any]:
        """Give the installed loader class of a name."""
        plugin, loader = self._driver("pivot.loaders", name)
        if not (isinstance(loader, type) and (hasattr(loader, "load") or hasattr(loader, "save"))):
            raise _not_a(plugin, "a class with the methods load or save, or both")
        return loader

    def pivot_open_remote(self, url: str, options: Mapping[str, str]) -> Remote:
        """Open the remote at a URL by the installed driver of its scheme."""
        plugin, factory = self._driver("pivot.remotes", addresses.scheme(url))
        remote = _make(plugin, factory, url, options)
        if not isinstance(remote, Remote):
            raise _not_a(plugin, "a callable that gives a pivot.interfaces.Remote")
        return remote

    def pivot_make_executor(self, name: str, options: ExecutorOptions) -> Executor:
        """Make the installed executor of a name."""
        plugin, factory = self._driver("pivot.executors", name)
        executor = _make(plugin, factory, options)
        if not isinstance(executor, Executor):
            raise _not_a(plugin, "a callable that gives a pivot.interfaces.Executor")
        return executor

    def pivot_get_exporter(self, name: str) -> Exporter:
        """Make the installed exporter of a name."""
        plugin, factory = self._driver("pivot.exporters", name)
        exporter = _make(plugin, factory)
        if not isinstance(exporter, Exporter):
            raise _not_a(plugin, "a callable that gives a pivot.interfaces.Exporter")
        return exporter

    def display(self, name: str, runs: Runs) -> Display:
        """Make the installed display of a name; no hook is asked for one."""
        plugin, factory = self._driver("pivot.displays", name)
        display = _make(plugin, factory, runs)
        if not isinstance(display, Display):
            raise _not_a(plugin, "a callable that gives a pivot.interfaces.Display")
        return display

    def _driver(self, group: str, name: str) -> tuple[FoundPlugin, Any]:
        plugin = self._catalog.pick(group, name, self._problems())
        return plugin, self._catalog.load(plugin)


def _make(plugin: FoundPlugin, factory: Any, *arguments: object) -> Any:
    try:
        return factory(*arguments)
    except PivotError:
        raise
    except FAILURES as error:
        raise PluginError(
            f"{plugin.distribution} {plugin.version} can't open "
            f"{spell(plugin.group, plugin.name)}: {describe(error)}"
        ) from error


def _not_a(plugin: FoundPlugin, wanted: str) -> PluginError:
    return PluginError(
        f"{plugin.distribution} {plugin.version} is broken: "
        f"{spell(plugin.group, plugin.name)} ({plugin.target}) is not {wanted}"
    )
