"""Parameters that `params.yaml` overrides: a mapping of stage name -> field -> value.

A wrong stage or field name, a value of the wrong type, or a name that is there twice is an error
with file and line, and all errors of the file are told at once. Example::

    train:
      learning_rate: 0.05

Tests: tests/discovery/test_overrides.py.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from pivot.discovery.params_file import Entry, read_params_file
from pivot.errors import DefinitionError, DefinitionErrors, PivotError
from pivot.stage_def import ParamError, with_overrides

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.stage import Stage

# A list of all stages is no help in a pipeline of hundreds.
_MOST_SHOWN = 5


def apply_params_file(root: Path, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """Give the stages with the overrides of `params.yaml`, if there is one.

    Raises `DefinitionErrors` with every wrong entry of the file.
    """
    entries, errors = read_params_file(root)
    names = [stage.name for stage in stages]
    errors += [_unknown(entry, names) for name, entry in entries.items() if name not in names]
    changed = [_overridden(stage, entries.get(stage.name), errors) for stage in stages]
    if errors:
        raise DefinitionErrors(sorted(errors, key=_line))
    return tuple(changed)


def _line(error: PivotError) -> int:
    return error.where.line if error.where else 0


def _overridden(stage: Stage, entry: Entry | None, errors: list[PivotError]) -> Stage:
    if entry is None or entry.values is None:
        return stage
    if not isinstance(entry.values, dict):
        message = f"stage {stage.name!r}: expected a mapping of parameters, not {entry.values!r}"
        errors.append(DefinitionError(message, where=entry.place))
    elif stage.params is None:
        message = f"stage {stage.name!r} takes no parameters"
        errors.append(DefinitionError(message, where=entry.place))
    else:
        try:
            return dataclasses.replace(stage, params=with_overrides(stage.params, entry.values))
        except DefinitionErrors as problems:
            errors += [_placed(problem, stage, entry) for problem in problems.errors]
    return stage


def _placed(problem: PivotError, stage: Stage, entry: Entry) -> DefinitionError:
    path = problem.path if isinstance(problem, ParamError) else ()
    message = f"stage {stage.name!r}: {problem.message}"
    return DefinitionError(message, where=entry.place_of(path), hint=problem.hint)


def _unknown(entry: Entry, known: list[str]) -> DefinitionError:
    import difflib  # only for who mistyped a name

    near = difflib.get_close_matches(entry.name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else None
    if not near and len(known) <= _MOST_SHOWN:
        hint = f"the stages are: {', '.join(known) or 'none'}"
    return DefinitionError(f"there is no stage {entry.name!r}", where=entry.place, hint=hint)
