"""What a shell may complete: targets, runs, settings and their values, the names of plugins.

A *completer* is what click asks for the items that go on from what is typed. None imports the
pipeline: names come from what the last command that did left behind (`pivot.store.names`). Where
nothing is known, as outside of a project, there is nothing to complete, and nowhere to complain.
Each imports what it needs when it's asked: most commands are not completed.
Example: `@click.argument("stage", shell_complete=complete_stages)`.
Tests: tests/cli/test_completing.py.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.errors import PivotError
from pivot.paths import find_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import click
    from click.shell_completion import CompletionItem

    from pivot.store.names import Names

    type Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

_LITERAL_STARTS = ("./", "../", "/")
_GLOB_SIGNS = "*?["
_SWITCH = ("true", "false")


def _quietly(
    find: Callable[[click.Context, click.Parameter, str], Iterable[tuple[str, str | None]]],
) -> Completer:
    """Make a completer of what finds texts with descriptions; each is given once."""

    @functools.wraps(find)
    def complete(
        context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        try:
            found = dict(find(context, parameter, incomplete))
        except (PivotError, OSError):
            return []
        return [CompletionItem(text, help=description) for text, description in found.items()]

    return complete


def _project(context: click.Context) -> Path:
    return find_root(Path(context.find_root().params.get("directory") or os.curdir))


def _names(context: click.Context) -> Names:
    from pivot.store.layout import Layout
    from pivot.store.names import read_names

    return read_names(Layout(_project(context)))


def _beginning(texts: Iterable[str], incomplete: str) -> Iterable[tuple[str, None]]:
    return ((text, None) for text in texts if text.startswith(incomplete))


@_quietly
def complete_stages(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> Iterable[tuple[str, None]]:
    """Give the names of stages that are not named yet."""
    names = _names(context).stages
    if any(sign in incomplete for sign in _GLOB_SIGNS):
        return _meant(names, incomplete)
    typed = _typed(context, parameter)
    return _beginning((name for name in names if name not in typed), incomplete)


@_quietly
def _complete_paths(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> Iterable[tuple[str, None]]:
    """Give the paths of outputs, once some of one is typed: nearly always a stage is meant."""
    typed = _typed(context, parameter)
    paths = (path for path in _names(context).outputs if path not in typed)
    return _beginning(paths, incomplete) if incomplete else ()


def _meant(names: Iterable[str], glob: str) -> Iterable[tuple[str, None]]:
    """Give the name that a glob means, if it's just one: of several, the glob is to stay."""
    from fnmatch import fnmatchcase

    found = [name for name in names if fnmatchcase(name, glob) or fnmatchcase(name, f"{glob}*")]
    return [(name, None) for name in found] if len(found) == 1 else []


def _typed(context: click.Context, parameter: click.Parameter) -> tuple[str, ...]:
    """Give what is typed already for a parameter that takes several words."""
    typed = context.params.get(parameter.name or "")
    return tuple(typed) if isinstance(typed, tuple | list) else ()


def complete_targets(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Give stages and outputs; a path that begins with `./` or the like is the shell's affair."""
    if incomplete.startswith(_LITERAL_STARTS):
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]
    stages = complete_stages(context, parameter, incomplete)
    return stages + _complete_paths(context, parameter, incomplete)


@_quietly
def complete_runs(
    context: click.Context, _: click.Parameter, incomplete: str
) -> Iterable[tuple[str, str]]:
    """Give the numbers of runs, the last one first, each with what it did."""
    from pivot.api import history

    for run in history(_project(context)):
        if str(run.number).startswith(incomplete):
            counts = ", ".join(f"{number} {status}" for status, number in run.counts.items())
            yield str(run.number), f"{run.began.astimezone():%Y-%m-%d %H:%M:%S} {counts}"


@_quietly
def complete_remotes(
    context: click.Context, _: click.Parameter, incomplete: str
) -> Iterable[tuple[str, str]]:
    """Give the names of remotes, each with where it is."""
    from pivot.config import load_settings

    for name, place in sorted(load_settings(_project(context)).remotes.items()):
        if name.startswith(incomplete):
            yield name, place


def complete_plugins(group: str) -> Completer:
    """Give a completer for the names that are provided in a group of entry points."""

    @_quietly
    def complete(
        context: click.Context,  # noqa: ARG001 - what click gives it
        parameter: click.Parameter,  # noqa: ARG001 - as above
        incomplete: str,
    ) -> Iterable[tuple[str, None]]:
        return _beginning(_provided(group), incomplete)

    return complete


def _provided(group: str) -> list[str]:
    # Not through a plugin host: nothing has to be picked or loaded.
    from pivot.plugins.installed import declared, entry_points

    mark = f"[{group}]"
    texts = [distribution.text for distribution in declared(mark)]
    points = (point for text in texts for point in entry_points(text))
    return sorted({name for found, name, _ in points if found == group})


@_quietly
def complete_settings(
    context: click.Context, _: click.Parameter, incomplete: str
) -> Iterable[tuple[str, str]]:
    """Give the keys of settings, those of the remotes that are set included."""
    from pivot.config import SETTINGS, load_settings

    try:
        table = load_settings(_project(context)).table
    except PivotError:
        table = SETTINGS  # outside of a project, or where a file has a mistake
    for setting in table:
        if setting.key.startswith(incomplete):
            yield setting.key, setting.description


@_quietly
def complete_values(
    context: click.Context, _: click.Parameter, incomplete: str
) -> Iterable[tuple[str, None]]:
    """Give the values that the setting takes whose key is typed, as far as they can be counted."""
    from pivot.config import load_settings
    from pivot.config.kinds import Choice, Preference, Switch
    from pivot.config.settings import find_setting

    setting = find_setting(str(context.params.get("key")))
    match setting.kind:
        case Choice(choices):
            return _beginning(choices, incomplete)
        case Preference(choices):
            # Behind a comma it goes on with what is not there yet.
            before, comma, _last = incomplete.rpartition(",")
            left = (choice for choice in choices if choice not in before.split(","))
            return _beginning((f"{before}{comma}{choice}" for choice in left), incomplete)
        case Switch():
            return _beginning(_SWITCH, incomplete)
        case _ if setting.key == "executor":
            return _beginning(_provided("pivot.executors"), incomplete)
        case _ if setting.key == "default_remote":
            return _beginning(sorted(load_settings(_project(context)).remotes), incomplete)
        case _:
            return ()
