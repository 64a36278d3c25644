"""Which plugins are installed: the entry points in Pivot's groups, without importing any of them.

The metadata of the installed distributions is read once per catalog, at the first question, and not
from stevedore's cache on disk: that one forgets which distribution an entry point came from, and
keeps answering from it when a distribution is installed anew within two minutes. What
`PIVOT_DISABLE_PLUGINS` names is *off*: `1` or `all` switches off everything that is not Pivot's
own, otherwise it is a list of distributions, separated by commas.

Tests: tests/plugins_host/test_catalog.py.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pivot.errors import PluginError
from pivot.frozen import frozen
from pivot.plugins.installed import declared, entry_points
from pivot.plugins.problems import FAILURES, describe, missing, spell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pivot.plugins.installed import Declared
    from pivot.plugins.problems import Problem

GROUPS = (
    "pivot.commands",
    "pivot.displays",
    "pivot.executors",
    "pivot.exporters",
    "pivot.hooks",
    "pivot.loaders",
    "pivot.remotes",
)
_OWN = "pivot"


@frozen
class FoundPlugin:
    """One entry point of one installed distribution."""

    distribution: str
    version: str
    group: str
    name: str
    #: What it points to, as `module:attribute` or `module`.
    target: str
    #: Why it can't be used, if that is known.
    problem: str | None = None

    def __str__(self) -> str:
        return f"{self.distribution} {self.version} ({self.target})"


class Catalog:
    """The entry points in Pivot's groups, as they are when it is first asked."""

    def __init__(self, disabled: str = "") -> None:
        words = {word.strip() for word in disabled.split(",")} - {""}
        self._all_off = bool(words & {"1", "all"})
        self._off = {_normal(word) for word in words}

    def is_off(self, plugin: FoundPlugin) -> bool:
        """Say whether the user has switched the plugin's distribution off."""
        name = _normal(plugin.distribution)
        return name != _OWN and (self._all_off or name in self._off)

    def group(self, group: str) -> tuple[FoundPlugin, ...]:
        """Give the entry points of a group that are not off, by name and distribution."""
        return tuple(plugin for plugin in self._groups.get(group, ()) if not self.is_off(plugin))

    def names(self, group: str) -> tuple[str, ...]:
        """Give the names that a group's drivers go by."""
        return tuple(dict.fromkeys(plugin.name for plugin in self.group(group)))

    def everything(self) -> tuple[FoundPlugin, ...]:
        """Give all entry points of all groups, also those that are off."""
        return tuple(plugin for group in sorted(self._groups) for plugin in self._groups[group])

    def claimants(self, group: str, name: str) -> list[FoundPlugin]:
        """Give those in a group that provide `name`: more than one is a conflict."""
        return [plugin for plugin in self.group(group) if plugin.name == name]

    def pick(self, group: str, name: str, problems: Iterable[Problem] = ()) -> FoundPlugin:
        """Give the one that provides `name`.

        Raises `MissingPluginError` if there is none, which tells of `problems` too, and
        `PluginError` if there are two.
        """
        claimants = self.claimants(group, name)
        if not claimants:
            off = [p.distribution for p in self._groups.get(group, ()) if p.name == name]
            raise missing(
                group,
                name,
                names=self.names(group),
                off=off[0] if off else None,
                problems=problems,
            )
        if len(claimants) > 1:
            raise PluginError(
                f"{spell(group, name)} is provided by two distributions: "
                f"{' and '.join(map(str, claimants))}",
                hint="uninstall one, or name it in the environment variable PIVOT_DISABLE_PLUGINS",
            )
        return claimants[0]

    def load(self, plugin: FoundPlugin) -> Any:
        """Import what an entry point names; raise `PluginError` if that fails."""
        # stevedore is for those who have something to load.
        from pivot.plugins.driver import load_driver

        try:
            return load_driver(plugin.group, plugin.name, plugin.target)
        except FAILURES as error:
            raise PluginError(
                f"{plugin.distribution} {plugin.version} is broken: importing "
                f"{spell(plugin.group, plugin.name)} from {plugin.target} raised {describe(error)}",
                hint=f"reinstall {plugin.distribution}, or switch it off: "
                f"PIVOT_DISABLE_PLUGINS={plugin.distribution}",
            ) from error

    @functools.cached_property
    def _groups(self) -> dict[str, list[FoundPlugin]]:
        groups: defaultdict[str, list[FoundPlugin]] = defaultdict(list)
        for plugin in sorted(_scan(), key=lambda found: (found.name, found.distribution)):
            groups[plugin.group].append(plugin)
        return dict(groups)


def _scan() -> Iterator[FoundPlugin]:
    seen: set[str] = set()
    for distribution in declared("[pivot."):
        plugins = _plugins_of(distribution)
        name = _normal(plugins[0].distribution) if plugins else ""
        # The first on the path is the one that is imported; a later one of that name is shadowed.
        if name not in seen:
            yield from plugins
        seen.add(name)


def _plugins_of(distribution: Declared) -> list[FoundPlugin]:
    """Give a distribution's entry points in Pivot's groups; none if they can't be read."""
    name = distribution.name or "a distribution without a name"
    version = distribution.version or "of an unknown version"
    try:
        return [
            FoundPlugin(name, version, group, entry, target)
            for group, entry, target in entry_points(distribution.text)
            if group in GROUPS
        ]
    except ValueError:
        # What an installer left half written says nothing, and must not stop the others.
        return []


def _normal(name: str) -> str:
    """Give the one form of a distribution's name (the simple index's rule: PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
