"""`pivot plugins`: what is installed, and what is wrong with it.

Tests: tests/cli/commands/test_plugins.py.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from pivot.cli.app import app
from pivot.cli.machine import reserved, say_json
from pivot.cli.options import json_option
from pivot.cli.terminal import say
from pivot.cli.wording import columns

if TYPE_CHECKING:
    from pivot.plugins import FoundPlugin


@click.command("plugins", short_help="List the installed plugins.")
@json_option
def plugins(*, as_json: bool) -> None:
    """List what the installed distributions add to Pivot, and what is wrong with it."""
    # Late: it brings the engine, which a command that fails on its options does not need.
    from pivot import api

    with reserved():
        found = [_shadowed(plugin) for plugin in api.plugins(load=True)]
    if as_json:
        say_json([dataclasses.asdict(plugin) for plugin in found])
        return
    say("\n".join(_as_lines(found)) or "No plugins are installed.")


def _shadowed(plugin: FoundPlugin) -> FoundPlugin:
    """Name the problem of a command that can't be reached, because Pivot has one of its name."""
    words = plugin.name.split()
    if plugin.group == "pivot.commands" and words and plugin.problem is None:
        own = app.shadow(words)
        if own is not None:
            return dataclasses.replace(plugin, problem=f"{own!r} is a command of Pivot itself")
    return plugin


def _as_lines(found: list[FoundPlugin]) -> list[str]:
    rows = [
        (
            plugin.group.removeprefix("pivot."),
            click.style(plugin.name, bold=True),
            f"{plugin.distribution} {plugin.version}",
            plugin.target,
        )
        for plugin in found
    ]
    lines: list[str] = []
    for line, plugin in zip(columns(rows), found, strict=True):
        lines.append(line)
        if plugin.problem:
            lines.append(f"  {click.style('problem:', fg='red')} {plugin.problem}")
    return lines
