"""From all layers to one `Settings`: what is said nearer to the user wins.

From the weakest: defaults, `[tool.pivot]` of `pyproject.toml`, `.pivot/config.yaml`, the
environment, the command line. Tests: tests/config/test_layers.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pivot.config.kinds import RefusedError
from pivot.config.settings import SETTINGS, Settings, find_setting, remote_variables, wrong_value
from pivot.config.toml_layer import read_toml
from pivot.config.yaml_layer import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pivot.config.entry import Entry
    from pivot.config.settings import Setting

    #: A setting, its checked value, and the layer that it comes from.
    type Said = tuple[Setting, object, str]


def load_settings(
    root: Path,
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Give the settings of the project at `root`.

    `overrides` maps keys to values or to texts; None as a value means that nothing was said.
    `environ` is the environment, the process's own if it is None; an empty variable counts as
    absent. Raises `ConfigError`, with file and line where there are any, for an unknown key, a
    wrong value, or a file that can't be read.
    """
    values: dict[str, Any] = {}
    remotes: dict[str, Any] = {}
    origins = {setting.key: "default" for setting in SETTINGS}
    for setting, value, origin in _all_layers(root, overrides or {}, environ):
        if setting.remote is None:
            values[setting.field] = value
        else:
            remotes[setting.remote] = value
        origins[setting.key] = origin
    return Settings(**values, remotes=remotes, origins=origins)


def _all_layers(
    root: Path, overrides: Mapping[str, object], environ: Mapping[str, str] | None
) -> Iterator[Said]:
    for entry in (*read_toml(root), *read_yaml(root)):
        yield _from_file(entry)
    yield from _from_environment(os.environ if environ is None else environ)
    yield from _from_overrides(overrides)


def _from_file(entry: Entry) -> Said:
    setting = find_setting(entry.key, entry.place)
    try:
        return setting, setting.kind.check(entry.value), str(entry.place)
    except RefusedError as refused:
        raise wrong_value(setting, entry.value, refused, entry.place) from None


def _from_environment(environ: Mapping[str, str]) -> Iterator[Said]:
    for setting in SETTINGS:
        if text := environ.get(setting.variable):
            yield setting, parse(setting, text, setting.variable), setting.variable
    for variable, key in remote_variables(environ).items():
        if text := environ[variable]:
            setting = find_setting(key)
            yield setting, parse(setting, text, variable), variable


def _from_overrides(overrides: Mapping[str, object]) -> Iterator[Said]:
    for key, value in overrides.items():
        setting = find_setting(key)
        if value is None:
            continue
        try:
            checked = (
                setting.kind.parse(value) if isinstance(value, str) else setting.kind.check(value)
            )
        except RefusedError as refused:
            raise wrong_value(setting, value, refused) from None
        yield setting, checked, "command line"


def parse(setting: Setting, text: str, source: str = "") -> object:
    """Give the value that a text stands for; raise `ConfigError` that names its source."""
    try:
        return setting.kind.parse(text)
    except RefusedError as refused:
        raise wrong_value(setting, text, refused, source=source) from None
