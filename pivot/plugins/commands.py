"""Commands that plugins add to `pivot`: known by their words, imported when they are used.

Example: the entry point `data diff = pivot_data_diff.cli:diff` in the group `pivot.commands` is the
click command behind `pivot data diff`. Tests: tests/plugins_host/test_commands.py.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.plugins.catalog import Catalog

GROUP = "pivot.commands"


@frozen
class CommandEntry:
    """A plugin's command that is not imported yet."""

    #: What the user types behind `pivot`, such as ("data", "diff").
    words: tuple[str, ...]
    #: The distributions that provide it; more than one is an error when it is loaded.
    distributions: tuple[str, ...]
    #: Imports the click command; raises `PluginError` if it is broken or claimed twice.
    load: Callable[[], Any]


def _load(catalog: Catalog, name: str) -> Any:
    return catalog.load(catalog.pick(GROUP, name))


def command_entries(catalog: Catalog) -> dict[tuple[str, ...], CommandEntry]:
    """Give all commands of installed plugins by their words."""
    entries: dict[tuple[str, ...], CommandEntry] = {}
    for name in catalog.names(GROUP):
        words = tuple(name.split())
        claimants = tuple(p.distribution for p in catalog.claimants(GROUP, name))
        entries[words] = CommandEntry(words, claimants, partial(_load, catalog, name))
    return entries
