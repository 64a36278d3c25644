"""`pivot data diff`: arguments to a report, and the report to standard output.

Tests: tests/test_cli.py.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pivot.cli.options import in_project
from pivot.cli.terminal import is_terminal, say
from pivot.config import load_settings
from pivot.config.kinds import RefusedError, Size
from pivot.paths import find_root
from pivot_data_diff.diff import diff as find_differences
from pivot_data_diff.errors import NotComparedError
from pivot_data_diff.options import Options
from pivot_data_diff.rendering.json_document import report_document
from pivot_data_diff.rendering.markdown import render_markdown
from pivot_data_diff.rendering.plain import render_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot_data_diff.result import Problem, Report

_FEW = 20
_COLOURS = {"+": "green", "-": "red", "~": "yellow"}


def _size(_: click.Context, __: click.Parameter, text: str | None) -> int | None:
    try:
        return None if text is None else Size().parse(text)
    except RefusedError as error:
        raise click.BadParameter(f"{text!r} is not {error}") from error


@click.command("diff", short_help="Show what changed in data files.")
@click.argument("paths", nargs=-1)
@click.option(
    "--rev",
    "revisions",
    multiple=True,
    metavar="REV",
    help="Compare this revision with the workspace; given twice, the first with the second.",
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="COLUMN",
    help="Match rows by this column, or by several, instead of by position.",
)
@click.option(
    "--columns",
    multiple=True,
    metavar="COLUMN",
    help="Compare only this column; may be a glob, and given several times.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="COLUMN",
    help="Leave this column aside; may be a glob, and given several times.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="X",
    help="Take numbers that differ by at most X for the same.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["plain", "md", "json"]),
    help="Print text, Markdown or JSON. [default: plain]",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--no-tui", is_flag=True, help="Print, on a terminal too, and open no view.")
@click.option(
    "--max-rows",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"Print at most N row changes of a file. [default: {_FEW}; all in JSON]",
)
@click.option(
    "--memory",
    metavar="SIZE",
    callback=_size,
    help="Only count the rows of files that would take more memory than this. [default: the "
    "setting data_diff.memory, 500MB]",
)
@click.option("--exit-code", is_flag=True, help="Exit with status 1 if data differ.")
@click.pass_context
def diff(
    context: click.Context,
    *,
    paths: tuple[str, ...],
    revisions: tuple[str, ...],
    form: str | None,
    max_rows: int | None,
    memory: int | None,
    no_tui: bool,
    exit_code: bool,
    **options: Any,
) -> None:
    """Show what changed in data files: columns, rows and cells.

    PATHS are files or directories; without any, it is every output that differs. By default git's
    HEAD is compared with the workspace. What an output held at a revision comes from the cache, by
    the lock file that is in git at that revision.

    Rows are matched by position; with --key, those with the same values in these columns.

    On a terminal this opens a view to look around in, unless one of --no-tui, --format, --json and
    --max-rows is given, or nothing is different.
    """
    here = Path.cwd()
    root = find_root(here)
    viewing = not (no_tui or form or max_rows is not None) and _on_terminal()
    allowed = load_settings(root, {"data_diff.memory": memory}).data_diff_memory
    with _waiting() if viewing else contextlib.nullcontext():
        report = find_differences(
            root,
            in_project(paths, here),
            revisions=revisions,
            options=Options(**options, memory=allowed, stored=viewing),
        )
    if viewing and (report.different or report.problems):
        _view(context, report)
    else:
        say(_rendered(report, form or "plain", max_rows))
    _raise(report.problems)
    if exit_code and report.different:
        context.exit(1)


def _on_terminal() -> bool:
    return is_terminal(sys.stdout) and is_terminal(sys.stdin)


@contextlib.contextmanager
def _waiting() -> Iterator[None]:
    """Say what is going on before the view opens, and leave nothing of it."""
    shown = is_terminal(sys.stderr)
    if shown:
        click.echo("comparing...", err=True, nl=False)
    try:
        yield
    finally:
        if shown:
            click.echo("\r\x1b[K", err=True, nl=False)


def _view(context: click.Context, report: Report) -> None:
    # Late: who prints needs no Textual.
    from pivot_data_diff.view import show

    status = show(report)
    if status:
        context.exit(status)


def _rendered(report: Report, form: str, max_rows: int | None) -> str:
    if form == "json":
        return json.dumps(report_document(report, max_rows), indent=2)
    most = _FEW if max_rows is None else max_rows
    if form == "md":
        return render_markdown(report, most)
    return render_plain(report, most, _paint)


def _paint(sign: str, line: str) -> str:
    return click.style(line, fg=_COLOURS.get(sign), bold=sign == "=" or None)


def _raise(problems: tuple[Problem, ...]) -> None:
    """Raise what kept files from being compared, after the others have been shown."""
    errors = [problem.error for problem in problems]
    # A status of 1 means that data differ.
    if len(errors) == 1 and errors[0].exit_status > 1:
        raise errors[0]
    if errors:
        raise NotComparedError(errors)
