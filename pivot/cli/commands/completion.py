"""`pivot completion`: what makes a shell complete. Tests: tests/cli/commands/test_completion.py."""

from __future__ import annotations

import click

from pivot.cli.terminal import say

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Print what makes a shell complete commands.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that makes SHELL complete commands, options, stages, settings, remotes, runs.

    \b
    bash:  eval "$(pivot completion bash)"    in ~/.bashrc
    zsh:   eval "$(pivot completion zsh)"     in ~/.zshrc
    fish:  pivot completion fish | source     in ~/.config/fish/config.fish
    """  # noqa: D301 - the control character tells click not to rewrap what follows
    from pivot.cli.shells import CLASSES  # nobody else needs it

    group = context.find_root().command
    say(CLASSES[shell](group, {}, "pivot", "_PIVOT_COMPLETE").source().removesuffix("\n"))
