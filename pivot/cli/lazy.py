"""A group of commands that are imported when they are typed, and not when they are listed.

Built-in commands stand in a table with their one-line help. Those of plugins (entry-point group
`pivot.commands`) are looked for only when a word is not built in, or when all are listed, because
reading the metadata of what is installed takes as long as the whole start of `pivot`. Two words
(`data diff`) make a group. Tests: tests/cli/test_lazy.py.
"""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Any, override

import click

from pivot.errors import PluginError
from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from click.shell_completion import CompletionItem

    from pivot.plugins import CommandEntry


@frozen
class Builtin:
    """Where one of Pivot's own commands is, and what it does in one line."""

    module: str
    attribute: str
    summary: str


class LazyGroup(click.Group):
    """A group that has `builtins`, and the plugins' commands that begin with `words`."""

    def __init__(
        self,
        name: str | None = None,
        *,
        builtins: Mapping[str, Builtin] | None = None,
        words: tuple[str, ...] = (),
        **attributes: Any,
    ) -> None:
        super().__init__(name, **attributes)
        self._builtins = builtins or {}
        self._words = words

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the built-in commands in the table's order, then those of plugins by name."""
        return [*self._builtins, *sorted(self._additions)]

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if there is none of this name."""
        if builtin := self._builtins.get(cmd_name):
            return getattr(importlib.import_module(builtin.module), builtin.attribute)
        entries = self._additions.get(cmd_name)
        if entries is None:
            return None
        words = (*self._words, cmd_name)
        if words in entries:
            return _plugin_command(entries[words])
        return LazyGroup(cmd_name, words=words, help=_summary(entries))

    def shadow(self, words: Sequence[str]) -> str | None:
        """Give the built-in command that a plugin's command of this name can't be reached for."""
        first, *rest = words
        builtin = self._builtins.get(first)
        if builtin is None:
            return None
        command = getattr(importlib.import_module(builtin.module), builtin.attribute)
        if not rest or not isinstance(command, LazyGroup):
            return " ".join((*self._words, first))
        return command.shadow(rest)

    @override
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is typed, or say which ones are nearest."""
        name = args[0]
        if ctx.resilient_parsing or name.startswith("-") or self.get_command(ctx, name):
            return super().resolve_command(ctx, args)
        # Only a mistake needs them.
        from difflib import get_close_matches

        from pivot.plugins.problems import provider

        if hint := provider("pivot.commands", " ".join((*self._words, name))):
            raise click.UsageError(hint, ctx)
        near = get_close_matches(name, self.list_commands(ctx), n=2, cutoff=0.5)
        asked = f"; did you mean {' or '.join(repr(other) for other in near)}?" if near else ""
        raise click.UsageError(f"there is no command {name!r}{asked}", ctx)

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their summaries, none of them imported."""
        own = [(name, builtin.summary) for name, builtin in self._builtins.items()]
        added = [(word, _summary(entries)) for word, entries in sorted(self._additions.items())]
        for title, rows in (("Commands", own), ("Commands of plugins", added)):
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    @override
    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Give the commands that begin so, none of them imported, and the options."""
        from click.shell_completion import CompletionItem  # a shell that completes, nobody else

        summaries = {name: builtin.summary for name, builtin in self._builtins.items()}
        summaries |= {name: _summary(entries) for name, entries in self._additions.items()}
        found = [
            CompletionItem(n, help=s) for n, s in summaries.items() if n.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    @functools.cached_property
    def _additions(self) -> dict[str, dict[tuple[str, ...], CommandEntry]]:
        """The plugins' commands by their next word; a built-in command goes first."""
        # Late: the reason for this class.
        from pivot.plugins import PluginHost

        depth = len(self._words)
        found: dict[str, dict[tuple[str, ...], CommandEntry]] = {}
        for words, entry in PluginHost().commands().items():
            if len(words) > depth and words[:depth] == self._words:
                found.setdefault(words[depth], {})[words] = entry
        return {word: entries for word, entries in found.items() if word not in self._builtins}


def _summary(entries: Mapping[tuple[str, ...], CommandEntry]) -> str:
    distributions = {name for entry in entries.values() for name in entry.distributions}
    return f"(from {', '.join(sorted(distributions))})"


def _plugin_command(entry: CommandEntry) -> click.Command:
    command = entry.load()
    if not isinstance(command, click.Command):
        raise PluginError(
            f"{' and '.join(entry.distributions)} is broken: the command "
            f"{' '.join(entry.words)!r} is not a click command but a {type(command).__name__}"
        )
    return command
