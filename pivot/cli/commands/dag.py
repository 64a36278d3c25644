"""`pivot dag`: which stage feeds which. Tests: tests/cli/commands/test_dag.py."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pivot.cli.machine import reserved
from pivot.cli.options import in_project, targets_argument
from pivot.cli.terminal import say, speaks_unicode


@click.command("dag", short_help="Show which stage feeds which.")
@targets_argument
@click.option("--mermaid", "notation", flag_value="mermaid", help="Print a Mermaid flowchart.")
@click.option("--dot", "notation", flag_value="dot", help="Print a graph for Graphviz.")
def dag(targets: tuple[str, ...], *, notation: str | None) -> None:
    """Show the pipeline as a tree: below each stage the ones that read what it writes.

    TARGETS are names of stages, globs of names, or paths of outputs; without any, it is the entire
    pipeline. What the targets need is shown too.
    """
    # Late: they bring the engine, which a command that fails on its options does not need.
    from pivot import api
    from pivot.cli.tree import tree

    chosen = in_project(targets, Path.cwd())
    with reserved():
        if notation:
            text = api.export(notation, targets=chosen)
        else:
            text = "\n".join(tree(api.plan(targets=chosen), boxes=speaks_unicode(sys.stdout)))
    say(text.removesuffix("\n") or "There are no stages.")
