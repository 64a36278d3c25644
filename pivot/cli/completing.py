"""What a shell may complete: targets, runs, settings and their values, the names of plugins.

A *completer* is what click asks for the items that go on from what is typed. None imports the
pipeline; stages and settings are those of `pivot.cli.candidates`. Where nothing is known, as
outside of a project, there is nothing to complete, and nowhere to complain. Each imports what it
needs when it's asked: most commands are not completed.
Example: `@click.argument("stage", shell_complete=complete_stages)`.
Tests: tests/cli/test_completing.py.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.errors import PivotError
from pivot.paths import find_root, is_literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import click
    from click.shell_completion import CompletionItem

    type Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

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


def _directory(context: click.Context) -> Path:
    return Path(context.find_root().params.get("directory") or os.curdir)


def _project(context: click.Context) -> Path:
    return find_root(_directory(context))


@_quietly
def complete_stages(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> Iterable[tuple[str, str | None]]:
    """Give the names of stages that are not named yet."""
    from pivot.cli.candidates import stages

    return stages(_directory(context), incomplete, _typed(context, parameter))


@_quietly
def _complete_targets(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> Iterable[tuple[str, str | None]]:
    from pivot.cli.candidates import targets

    return targets(_directory(context), incomplete, _typed(context, parameter))


def _typed(context: click.Context, parameter: click.Parameter) -> tuple[str, ...]:
    """Give what is typed already for a parameter that takes several words."""
    typed = context.params.get(parameter.name or "")
    return tuple(typed) if isinstance(typed, tuple | list) else ()


def complete_targets(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Give stages and outputs; a path that begins with `./` or the like is the shell's affair."""
    if is_literal(incomplete):
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]
    return _complete_targets(context, parameter, incomplete)


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
    ) -> Iterable[tuple[str, str | None]]:
        from pivot.cli.candidates import beginning

        return beginning(_provided(group), incomplete)

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
) -> Iterable[tuple[str, str | None]]:
    """Give the keys of settings."""
    from pivot.cli.candidates import settings

    return settings(_directory(context), incomplete)


@_quietly
def complete_values(
    context: click.Context, _: click.Parameter, incomplete: str
) -> Iterable[tuple[str, str | None]]:
    """Give the values that the setting takes whose key is typed, as far as they can be counted."""
    from pivot.cli.candidates import beginning
    from pivot.config import load_settings
    from pivot.config.kinds import Choice, Preference, Switch
    from pivot.config.settings import find_setting

    setting = find_setting(str(context.params.get("key")))
    match setting.kind:
        case Choice(choices):
            return beginning(choices, incomplete)
        case Preference(choices):
            # Behind a comma it goes on with what is not there yet.
            before, comma, _last = incomplete.rpartition(",")
            left = (choice for choice in choices if choice not in before.split(","))
            return beginning((f"{before}{comma}{choice}" for choice in left), incomplete)
        case Switch():
            return beginning(_SWITCH, incomplete)
        case _ if setting.key == "executor":
            return beginning(_provided("pivot.executors"), incomplete)
        case _ if setting.key == "default_remote":
            return beginning(sorted(load_settings(_project(context)).remotes), incomplete)
        case _:
            return ()
