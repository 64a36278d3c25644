"""`pivot export`: the pipeline in another notation. Tests: tests/cli/test_export.py."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pivot.cli.completing import complete_plugins
from pivot.cli.machine import reserved
from pivot.cli.options import in_project, targets_argument
from pivot.cli.terminal import complain, say
from pivot.cli.wording import plural
from pivot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot.api import Export
    from pivot.interfaces import Check, ExportRecord

_STDOUT = "-"


@click.command("export", short_help="Write the pipeline for another tool.")
@targets_argument
@click.option(
    "--format",
    "notation",
    metavar="NAME",
    default="dvc",
    show_default=True,
    shell_complete=complete_plugins("pivot.exporters"),
    help="The format.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write this file ('-': standard output), not the one that the format is meant for.",
)
@click.option(
    "--with-lock",
    "record",
    is_flag=True,
    help="Also write what the other tool would have noted of what is up to date: a dvc.lock.",
)
@click.option("--validate", is_flag=True, help="Check what is written, before it's written.")
@click.option(
    "--dvc-bin",
    "--program",
    "program",
    metavar="PROGRAM",
    help="Validate with this program, and not with the one on the PATH.",
)
@click.option("--force", is_flag=True, help="Replace a file that was not exported.")
def export(
    targets: tuple[str, ...],
    *,
    notation: str,
    output: str | None,
    record: bool,
    validate: bool,
    program: str | None,
    force: bool,
) -> None:
    """Write the pipeline for another tool: as a dvc.yaml, or in the notation of a plugin.

    TARGETS are names of stages, globs of names, or paths of outputs; without any, it is the entire
    pipeline. What the targets need is exported too. A format that is not meant for a certain file
    is printed.
    """
    if program is not None and not validate:
        raise UsageError("--dvc-bin is the program for --validate, which is missing")
    if record and output is not None:
        raise UsageError("--with-lock belongs to the file that the format is meant for, without -o")
    # Late: they bring the engine, which a command that fails on its options does not need.
    from pivot import api

    chosen = in_project(targets, Path.cwd())
    with reserved():
        prepared = api.prepare_export(notation, targets=chosen, record=record)
        checks = prepared.validate(program) if validate else ()
    file = prepared.file if output is None else Path(output)
    if file is None or output == _STDOUT:
        say(prepared.text.removesuffix("\n"))
    else:
        written = prepared.write(file, force=force)
        complain(f"{'wrote' if written else 'unchanged:'} {_summary(prepared, file)}")
        if prepared.record is not None:
            complain(_noted(prepared, prepared.record))
    if checks:
        complain(_validated(checks))


def _summary(prepared: Export, file: Path) -> str:
    return f"{os.path.relpath(file)}: {plural(len(prepared.plan.stages), 'stage')}"


def _noted(prepared: Export, record: ExportRecord) -> str:
    """Write the record, and say what it vouches for."""
    written = prepared.write_record()
    total, current = len(prepared.plan.stages), len(record.stages)
    which = "all up to date" if total == current else f"{current} of {total} are up to date"
    word = "wrote" if written else "unchanged:"
    return (
        f"{word} {os.path.relpath(prepared.record_file or '')}: {plural(current, 'stage')}, {which}"
    )


def _validated(checks: Sequence[Check]) -> str:
    """Say how a text was validated; what was left out is never passed over in silence."""
    done = " and ".join(check.how for check in checks if check.skipped is None)
    left_out = "; ".join(check.skipped for check in checks if check.skipped is not None)
    if not left_out:
        return f"validated {done}"
    return f"validated {done} only: {left_out}" if done else f"not validated: {left_out}"
