"""Who tells plugins what happens, and asks them: one `PluginHost` per session.

Making one costs nothing. The installed distributions are looked through at the first question or
announcement; pluggy is imported if somebody has hooks, stevedore if something is to be loaded.
Tests: tests/plugins_host/test_host.py.
"""

from __future__ import annotations

import os
import threading
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from pivot import events
from pivot.errors import PluginError
from pivot.plugins import addresses
from pivot.plugins.answers import Answers
from pivot.plugins.catalog import Catalog
from pivot.plugins.commands import command_entries
from pivot.plugins.problems import Problem, spell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pivot.interfaces import Display, Executor, ExecutorOptions, Exporter, Remote, Runs
    from pivot.plugins.catalog import FoundPlugin
    from pivot.plugins.commands import CommandEntry
    from pivot.plugins.hooks import Hooks

_ANNOUNCEMENTS = {
    events.RunStarted: "pivot_run_started",
    events.StageDecided: "pivot_stage_decided",
    events.StageStarted: "pivot_stage_started",
    events.StageFinished: "pivot_stage_finished",
    events.RunFinished: "pivot_run_finished",
}

#: The host that answers where nobody can be handed one; see `pivot.plugins.current`.
CURRENT: ContextVar[PluginHost] = ContextVar("pivot_plugin_host")


class PluginHost:
    """Finds plugins, tells them, asks them; one that is broken is reported and left out.

    `on_problem` is called once for each problem. `disabled` is what `PIVOT_DISABLE_PLUGINS` says
    unless it's given: a comma-separated list of distributions, or `all`.
    """

    def __init__(
        self, *, on_problem: Callable[[Problem], None] | None = None, disabled: str | None = None
    ) -> None:
        if disabled is None:
            disabled = os.environ.get("PIVOT_DISABLE_PLUGINS", "")
        self._catalog = Catalog(disabled)
        self._on_problem = on_problem
        self._problems: dict[tuple[str, str, str], Problem] = {}
        self._answers = Answers(self._catalog, lambda: self.problems)
        self._hooks: Hooks | None = None
        self._loaded = False
        # Reentrant: a hook plugin may well use a loader while it is imported.
        self._lock = threading.RLock()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What has gone wrong so far, in the order in which it did."""
        return tuple(self._problems.values())

    def register(self, plugin: object) -> None:
        """Add an object (or a module) with hooks; it is asked before all installed plugins.

        Raises `PluginError` if a hook is misspelt or takes arguments that it is not given.
        """
        with self._lock:
            self._load_hooks()
            self._hooks_for_someone().register(plugin, _title(plugin))

    @property
    def has_listeners(self) -> bool:
        """Whether anybody but Pivot has hooks."""
        return self._load_hooks() is not None

    def announce(self, event: events.Event) -> None:
        """Tell all hooks of an event; there is none for output, waiting and warnings."""
        hook = _ANNOUNCEMENTS.get(type(event))
        if hook and (hooks := self._load_hooks()):
            hooks.tell(hook, event)

    def loader(self, name: str) -> type[Any]:
        """Give the class behind `pivot.loaders.NAME`; raises `MissingLoaderError`."""
        return cast("type[Any]", self._ask("pivot_get_loader", name=name))

    def open_remote(self, address: str) -> Remote:
        """Open the remote at a URL, whose query is its options, or at a path.

        Raises `MissingPluginError` if nothing that is installed knows the URL's scheme.
        """
        url, options = addresses.split(address)
        return cast("Remote", self._ask("pivot_open_remote", url=url, options=options))

    def make_executor(self, name: str, options: ExecutorOptions) -> Executor:
        """Open the executor of a name; raises `MissingPluginError`."""
        return cast("Executor", self._ask("pivot_make_executor", name=name, options=options))

    def exporter(self, name: str) -> Exporter:
        """Give the exporter of a format; raises `MissingPluginError`."""
        return cast("Exporter", self._ask("pivot_get_exporter", name=name))

    def make_display(self, name: str, runs: Runs) -> Display:
        """Make the display of a name, which will show these runs; raises `MissingPluginError`."""
        return self._answers.display(name, runs)

    def hash_value(self, value: object) -> str | None:
        """Give a plugin's stable hash of a constant, or None if no plugin knows its type."""
        hooks = self._load_hooks()
        return hooks.ask("pivot_hash_value", {"value": value}) if hooks else None

    def commands(self) -> Mapping[tuple[str, ...], CommandEntry]:
        """Give the commands of plugins by their words, none of them imported yet."""
        return command_entries(self._catalog)

    def names(self, group: str) -> tuple[str, ...]:
        """Give the names that can be asked for in an entry-point group, sorted."""
        return self._catalog.names(group)

    def found(self, *, load: bool = False) -> tuple[FoundPlugin, ...]:
        """List all entry points in Pivot's groups, each with what is wrong with it.

        With `load`, each is imported, so that those which can't be are known too.
        """
        self._load_hooks()
        return tuple(
            replace(plugin, problem=self._problem(plugin, load=load))
            for plugin in self._catalog.everything()
        )

    def _problem(self, plugin: FoundPlugin, *, load: bool) -> str | None:
        if self._catalog.is_off(plugin):
            return "switched off by PIVOT_DISABLE_PLUGINS"
        known = self._problems.get((plugin.distribution, plugin.group, plugin.name))
        if known:
            return known.message
        claimants = self._catalog.claimants(plugin.group, plugin.name)
        others = [str(other) for other in claimants if other != plugin]
        if others and plugin.group != "pivot.hooks":
            return f"{spell(plugin.group, plugin.name)} is also provided by {' and '.join(others)}"
        if load:
            try:
                self._catalog.load(plugin)
            except PluginError as error:
                return error.message
        return None

    def _ask(self, question: str, **arguments: object) -> object:
        hooks = self._load_hooks()
        if hooks is None:
            return getattr(self._answers, question)(**arguments)
        return hooks.ask(question, arguments)

    def _load_hooks(self) -> Hooks | None:
        """Give the hooks, or None if there is nobody but Pivot to be told or asked."""
        with self._lock:
            if not self._loaded:
                # Set first, since a plugin that is being imported may come back here.
                self._loaded = True
                self._load_installed_hooks()
            return self._hooks

    def _load_installed_hooks(self) -> None:
        # A plugin may use a loader while it is imported: this host is the one to answer.
        token = CURRENT.set(self)
        try:
            self._register_installed_hooks()
        finally:
            CURRENT.reset(token)

    def _register_installed_hooks(self) -> None:
        for plugin in self._catalog.group("pivot.hooks"):
            try:
                target = self._catalog.load(plugin)
                self._hooks_for_someone().register(target, plugin.distribution)
            except PluginError as error:
                problem = Problem(plugin.distribution, plugin.group, plugin.name, error.message)
                self._report(problem)

    def _hooks_for_someone(self) -> Hooks:
        if self._hooks is None:
            # pluggy is for those who have hooks.
            from pivot.plugins.hooks import Hooks

            self._hooks = Hooks(self._report, self._answers)
        return self._hooks

    def _report(self, problem: Problem) -> None:
        key = (problem.distribution, problem.group, problem.name)
        if key not in self._problems:
            self._problems[key] = problem
            if self._on_problem:
                self._on_problem(problem)


def _title(plugin: object) -> str:
    name = getattr(plugin, "__name__", None) or type(plugin).__name__
    return f"{name} (registered by the application)"
