"""What there is behind `pivot`: the options of all commands, and the table of the commands.

Example: `pivot -C project run train` runs in another directory. Tests: tests/cli/test_app.py.
"""

from __future__ import annotations

import os

import click

from pivot import __version__
from pivot.cli.lazy import Builtin, LazyGroup

_HOME = "pivot.cli.commands"

COMMANDS = {
    "run": Builtin(f"{_HOME}.run", "run", "Run what is not up to date."),
    "status": Builtin(f"{_HOME}.status", "status", "Show which stages are up to date."),
    "explain": Builtin(f"{_HOME}.explain", "explain", "Explain why stages would run."),
    "fingerprint": Builtin(
        f"{_HOME}.fingerprint", "fingerprint", "Show what the code of a stage consists of."
    ),
    "list": Builtin(f"{_HOME}.list_stages", "list_stages", "List the stages of the pipeline."),
    "dag": Builtin(f"{_HOME}.dag", "dag", "Show which stage feeds which."),
    "params": Builtin(f"{_HOME}.params", "params", "Show and compare parameters."),
    "metrics": Builtin(f"{_HOME}.metrics", "metrics", "Show, compare and chart metrics."),
    "data": Builtin(f"{_HOME}.data", "data", "Get data as it was, and compare it."),
    "blame": Builtin(f"{_HOME}.blame", "blame", "Show who made a file, from what."),
    "logs": Builtin(f"{_HOME}.logs", "logs", "Show what a stage printed when it last ran."),
    "history": Builtin(f"{_HOME}.history", "history", "Show what ran when."),
    "show": Builtin(
        f"{_HOME}.history", "show", "Show one run: what it did, why, and how that ended."
    ),
    "export": Builtin(f"{_HOME}.export", "export", "Write the pipeline for another tool."),
    "push": Builtin(f"{_HOME}.push", "push", "Send results to a remote."),
    "pull": Builtin(f"{_HOME}.pull", "pull", "Get results from a remote into the project."),
    "fetch": Builtin(f"{_HOME}.fetch", "fetch", "Get results from a remote into the cache."),
    "checkout": Builtin(
        f"{_HOME}.checkout", "checkout", "Bring back outputs as the locks say, from the cache."
    ),
    "remote": Builtin(f"{_HOME}.remote", "remote", "Show the remotes, and what they hold."),
    "gc": Builtin(f"{_HOME}.gc", "gc", "Remove what nothing refers to any more."),
    "cache": Builtin(f"{_HOME}.cache", "cache", "Look after the cache."),
    "affected": Builtin(f"{_HOME}.affected", "affected", "List the stages that a change touches."),
    "accept": Builtin(
        f"{_HOME}.accept", "accept", "Say that a change of code makes no difference."
    ),
    "verify": Builtin(
        f"{_HOME}.verify", "verify", "Check that stages make the same again, from a clean copy."
    ),
    "init": Builtin(f"{_HOME}.init", "init", "Start a project with a small pipeline."),
    "config": Builtin(f"{_HOME}.config", "config", "Show and change settings."),
    "schema": Builtin(
        f"{_HOME}.schema", "schema", "Print a JSON Schema of pivot.yaml, for editors."
    ),
    "doctor": Builtin(f"{_HOME}.doctor", "doctor", "Look for what is wrong around a project."),
    "plugins": Builtin(f"{_HOME}.plugins", "plugins", "List the installed plugins."),
    "completion": Builtin(
        f"{_HOME}.completion", "completion", "Print what makes a shell complete commands."
    ),
}

_HELP = """\
Run Python data pipelines: change your code, and Pivot knows what to run.

A pipeline is a file pipeline.py that registers ordinary functions as stages, or a pivot.yaml that
names them. Pivot finds out what each depends on (its code, its parameters, its files) and runs
again what a change affects.

Begin with 'pivot init'; then 'pivot run' does the rest, from any directory of the project.
"""


@click.group(
    cls=LazyGroup,
    builtins=COMMANDS,
    help=_HELP,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-C",
    "--directory",
    type=click.Path(exists=True, file_okay=False),
    help="Work in this directory instead of the current one.",
)
@click.option("--debug", is_flag=True, help="Show the full traceback of an error.")
@click.version_option(__version__, prog_name="pivot", message="%(prog)s %(version)s")
@click.pass_context
def app(context: click.Context, *, directory: str | None, debug: bool) -> None:  # noqa: ARG001 - `main` reads --debug
    """Take the options of all commands; alone, show the help."""
    if directory is not None:
        os.chdir(directory)
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
