"""All edits with all forms: each edit in a project that was up to date.

Example::

    scratches = from_scratch(directory)
    for edit, verdict in try_all(form, EDITS, directory, scratches): ...

Tests: tests/benchmarks/test_comparison.py.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from benchmarks.comparison.forms.plain import PLAIN
from benchmarks.comparison.project import STAGES, Place
from benchmarks.comparison.verdicts import Did, Scratch, Verdict, judge
from benchmarks.measuring.processes import FailedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.comparison.edits import Edit
    from benchmarks.comparison.forms.form import Form
    from benchmarks.comparison.verdicts import Made

_SHOWN = 2000


def from_scratch(directory: Path, edits: Sequence[Edit]) -> dict[str, Scratch]:
    """Give what runs from scratch make before and after the last change of each edit."""
    base = _scratch(Place(directory / "base"), None)
    scratches: dict[str, Scratch] = {}
    for edit in edits:
        if edit.spoils:
            scratches[edit.name] = Scratch(base, base)
            continue
        made = _scratch(Place(directory / "edited"), edit)
        scratches[edit.name] = Scratch(made, base) if edit.undo else Scratch(base, made)
    return scratches


def _scratch(place: Place, edit: Edit | None) -> Made:
    PLAIN.write(place)
    if edit:
        edit.make(place)
    PLAIN.run(place, edit.variables if edit else {})
    made = place.outputs()
    shutil.rmtree(place.directory)
    return made


def try_all(
    form: Form, edits: Sequence[Edit], directory: Path, scratches: Mapping[str, Scratch]
) -> Iterator[tuple[Edit, Verdict]]:
    """Make each edit in a project that is up to date, run, and judge; uses `directory` for it."""
    place, saved = Place(directory / "place"), directory / "saved"
    with form.served(Place(directory / "service")) as variables:
        form.write(place)
        form.run(place, variables)
        if sorted(place.ran()) != sorted(STAGES):
            raise ValueError(f"{form.name} did not run every stage once")
        shutil.copytree(place.directory, saved, symlinks=True)
        for edit in edits:
            shutil.rmtree(place.directory)
            shutil.copytree(saved, place.directory, symlinks=True)
            yield edit, _try(form, edit, place, variables, scratches[edit.name])


def _try(
    form: Form, edit: Edit, place: Place, variables: Mapping[str, str], scratch: Scratch
) -> Verdict:
    if place.outputs() != (scratch.after if edit.undo else scratch.before):
        raise ValueError(f"{form.name} makes something else than a run from scratch")
    given = {**variables, **edit.variables}
    edit.make(place)
    if edit.undo:
        form.run(place, given)
        if place.outputs() != scratch.before:
            # It didn't see the edit that is now undone: there is nothing to go back from.
            return judge(edit, Did((), place.outputs()), Scratch(scratch.after, scratch.before))
        edit.undo(place)
    place.ran()
    problem = ""
    try:
        form.run(place, given)
    except FailedError as error:
        problem = str(error)[-_SHOWN:]
    return judge(edit, Did(place.ran(), place.outputs(), problem), scratch)
