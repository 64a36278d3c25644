"""`pivot config`: show and change settings. Tests: tests/cli/commands/test_config.py."""

from __future__ import annotations

from pathlib import Path

import click

from pivot.cli.completing import complete_settings, complete_values
from pivot.cli.machine import say_json
from pivot.cli.options import json_option
from pivot.cli.terminal import say
from pivot.cli.wording import columns
from pivot.config import load_settings, set_setting, unset_setting
from pivot.paths import find_root


@click.group("config", short_help="Show and change settings.")
def config() -> None:
    """Show and change settings.

    From the weakest to the strongest: defaults, [tool.pivot] in pyproject.toml, .pivot/config.yaml
    (which 'set' and 'unset' change), environment variables, options of the command line.
    """


_key_argument = click.argument("key", shell_complete=complete_settings)


@config.command("get", short_help="Print the value of one setting.")
@_key_argument
@json_option
def get(key: str, *, as_json: bool) -> None:
    """Print the value that the setting KEY has, wherever it comes from."""
    value = load_settings(find_root(Path.cwd())).value(key)
    if as_json:
        say_json(value)
    else:
        say(_shown(value))


@config.command("set", short_help="Change a setting of this project on this machine.")
@_key_argument
@click.argument("value", shell_complete=complete_values)
def set_(key: str, value: str) -> None:
    """Write into .pivot/config.yaml that the setting KEY is VALUE."""
    set_setting(find_root(Path.cwd()), key, value)


@config.command("unset", short_help="Remove a setting of this project on this machine.")
@_key_argument
def unset(key: str) -> None:
    """Remove the setting KEY from .pivot/config.yaml."""
    if not unset_setting(find_root(Path.cwd()), key):
        say(f"{key} was not set in .pivot/config.yaml")


@config.command("list", short_help="Print all settings, and where they come from.")
@json_option
def list_(*, as_json: bool) -> None:
    """Print all settings with their values, and the file, variable or default that says so."""
    settings = load_settings(find_root(Path.cwd()))
    rows = [(s.key, settings.value(s.key), settings.origins[s.key]) for s in settings.table]
    if as_json:
        say_json([{"key": key, "value": value, "origin": origin} for key, value, origin in rows])
        return
    say("\n".join(columns((click.style(k, bold=True), _shown(v), o) for k, v, o in rows)))


def _shown(value: object) -> str:
    """Give a value as 'config set' takes it."""
    match value:
        case None:
            return "(unset)"
        case bool():
            return str(value).lower()
        case tuple() | list():
            return ",".join(map(str, value))
        case _:
            return str(value)
