"""Arguments and options that several commands share.

A *target* is a stage's name, a glob of names, or the path of an output. Paths are relative to the
project; one that begins with `./`, `../` or `/` is where the shell would find it. Tests:
tests/cli/test_options.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from pivot.cli.completing import complete_targets
from pivot.errors import UsageError
from pivot.paths import find_root, is_literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

targets_argument = click.argument("targets", nargs=-1, shell_complete=complete_targets)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
set_option = click.option(
    "--set",
    "settings",
    metavar="STAGE.PARAM=VALUE",
    multiple=True,
    help="Use this value for a parameter; may be repeated.",
)


def in_project(targets: Sequence[str], directory: Path) -> tuple[str, ...]:
    """Give targets as the library takes them, typed in `directory`; raise `UsageError`."""
    if not any(is_literal(target) for target in targets):
        return tuple(targets)
    root = find_root(directory)
    return tuple(_in_project(target, directory.resolve(), root) for target in targets)


def _in_project(target: str, directory: Path, root: Path) -> str:
    if not is_literal(target):
        return target
    # Textual on purpose: an output may not exist yet, and may be a symbolic link.
    path = os.path.normpath(directory / target)
    relative = os.path.relpath(path, root)
    if relative == os.curdir or relative.startswith(os.pardir):
        raise UsageError(f"the target {target!r} is not inside the project {root}")
    return f"{relative}/" if target.endswith("/") else relative
