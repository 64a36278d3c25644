"""`pivot import-dvc`: a project of DVC as a pipeline of Pivot.

Tests: tests/test_import_command.py, tests/test_with_dvc.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pivot.cli.terminal import complain, say
from pivot.cli.wording import plural
from pivot.errors import UsageError
from pivot.paths import PARAMS_FILE
from pivot.store.atomic import write_atomically
from pivot_dvc_export.adoption import adopt
from pivot_dvc_export.pipeline_text import MARK, pipeline_text
from pivot_dvc_export.project import read_project
from pivot_dvc_export.repository import Repository

if TYPE_CHECKING:
    from pivot_dvc_export.adoption import Adopted
    from pivot_dvc_export.project import Project

PIPELINE_FILE = "pipeline.py"


@click.command("import-dvc", short_help="Make a pipeline of a project of DVC.")
@click.option(
    "--cache", is_flag=True, help="Take over what DVC has made, so that nothing has to run again."
)
@click.option("--dry-run", is_flag=True, help="Print the pipeline; write nothing.")
@click.option("--force", is_flag=True, help="Replace a pipeline.py that was not imported.")
def import_dvc(*, cache: bool, dry_run: bool, force: bool) -> int:
    """Write a pipeline.py with a stage for each of the dvc.yaml files here and below.

    A stage calls the same command. What was approximated, and what was left, is told for each
    stage. The files of DVC stay as they are.
    """
    root = Path.cwd()
    if cache and dry_run:
        raise UsageError("--cache has stages adopted; --dry-run writes nothing")
    project = read_project(root)
    text = pipeline_text(project)
    if dry_run:
        say(text.removesuffix("\n"))
        complain(_report(project))
        return 0
    repository = Repository.around(root) if cache else None
    file = root / PIPELINE_FILE
    _check(file, force=force)
    write_atomically(file, text.encode())
    complain(f"wrote {PIPELINE_FILE}: {plural(len(project.steps), 'stage')}")
    complain(_report(project))
    if repository is None:
        return 0
    found = adopt(project, repository)
    complain(_adopted(found))
    return 0


def _check(file: Path, *, force: bool) -> None:
    if not force and file.is_file() and not file.read_text("utf-8", "replace").startswith(MARK):
        raise UsageError(
            f"{file.name} was not written by 'pivot import-dvc', and would be lost",
            hint="--force replaces it; --dry-run prints what would be written",
        )


def _report(project: Project) -> str:
    """Say for each stage what became of it."""
    about: dict[str, list[str]] = {step.name: [] for step in project.steps}
    notes = {
        "translated": project.translated,
        "approximated": project.approximated,
        "left": project.left,
    }
    for kind, found in notes.items():
        for where, what in dict.fromkeys(found):
            about.setdefault(where, []).append(f"{kind}: {what}")
    lines: list[str] = []
    for where, said in about.items():
        lines += [f"  {where}", *(f"    {note}" for note in said or ["translated"])]
    if any(PARAMS_FILE in step.params for step in project.steps):
        lines.append(f"  {PARAMS_FILE}: read by the commands, as before")
    return "\n".join(lines)


def _adopted(found: list[Adopted]) -> str:
    done = sum(one.problem is None for one in found)
    lines = [f"adopted {done} of {plural(len(found), 'stage')} from DVC"]
    lines += [f"  {one.stage} has to run: {one.problem}" for one in found if one.problem]
    return "\n".join(lines)
