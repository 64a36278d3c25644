"""`pivot completion`: what makes a shell complete. Tests: tests/cli/commands/test_completion.py."""

from __future__ import annotations

import click

from pivot.cli.terminal import say

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Print what makes a shell complete commands.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that makes SHELL complete commands, options, and names of stages.

    \b
    bash:  eval "$(pivot completion bash)"    in ~/.bashrc
    zsh:   eval "$(pivot completion zsh)"     in ~/.zshrc
    fish:  pivot completion fish | source     in ~/.config/fish/config.fish
    """  # noqa: D301 - the control character tells click not to rewrap what follows
    from click.shell_completion import get_completion_class  # nobody else needs it

    generator = get_completion_class(shell)
    assert generator is not None  # noqa: S101 - click has all of SHELLS
    group = context.find_root().command
    say(generator(group, {}, "pivot", "_PIVOT_COMPLETE").source())
