"""Parameters that `params.yaml` overrides: a mapping of stage name -> field -> value.

A wrong stage or field name, or a value of the wrong type, is an error with file and line. Example::

    train:
      learning_rate: 0.05

Tests: tests/discovery/test_overrides.py.
"""

from __future__ import annotations

import dataclasses
import difflib
from typing import TYPE_CHECKING, Any

from pivot.errors import DefinitionError, DefinitionErrors, PivotError, Place
from pivot.stage_def import with_overrides

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.stage import Stage

PARAMS_FILE = "params.yaml"


def apply_params_file(root: Path, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """Give the stages with the overrides of `params.yaml`, if there is one.

    Raises `DefinitionErrors` with every wrong entry of the file.
    """
    file = root / PARAMS_FILE
    if not file.is_file():
        return stages
    overrides, lines = _read(file)
    errors: list[PivotError] = []
    names = {stage.name: stage for stage in stages}
    errors += [
        _unknown(name, list(names), Place(PARAMS_FILE, lines.get((name,), 1)))
        for name in overrides
        if name not in names
    ]
    changed = [_overridden(stage, overrides.get(stage.name), lines, errors) for stage in stages]
    if errors:
        raise DefinitionErrors(errors)
    return tuple(changed)


def _overridden(
    stage: Stage, values: Any, lines: dict[tuple[str, ...], int], errors: list[PivotError]
) -> Stage:
    if values is None:
        return stage
    place = Place(PARAMS_FILE, lines.get((stage.name,), 1))
    if not isinstance(values, dict):
        errors.append(DefinitionError(f"{stage.name}: expected a mapping of fields", where=place))
    elif stage.params is None:
        errors.append(DefinitionError(f"stage {stage.name!r} takes no parameters", where=place))
    else:
        for field, value in values.items():
            line = Place(PARAMS_FILE, lines.get((stage.name, str(field)), place.line))
            stage = _with_field(stage, str(field), value, line, errors)
    return stage


def _with_field(
    stage: Stage, field: str, value: Any, place: Place, errors: list[PivotError]
) -> Stage:
    known = list(type(stage.params).model_fields)
    if field not in known:
        errors.append(_unknown(field, known, place, f" of stage {stage.name!r}"))
        return stage
    try:
        return dataclasses.replace(stage, params=with_overrides(stage.params, {field: value}))
    except DefinitionError as error:
        errors.append(DefinitionError(error.message, where=place))
        return stage


def _unknown(name: object, known: list[str], place: Place, owner: str = "") -> DefinitionError:
    near = difflib.get_close_matches(str(name), known, n=3, cutoff=0.5) or known
    kind = "parameter" if owner else "stage"
    hint = f"did you mean {', '.join(near)}?" if near else None
    return DefinitionError(f"no {kind} {str(name)!r}{owner}", where=place, hint=hint)


def _read(file: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], int]]:
    import yaml  # only a project with a params.yaml pays for the parser

    try:
        text = file.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values: Any = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        place = Place(PARAMS_FILE, mark.line + 1 if mark else 1)
        raise DefinitionError(f"this is not YAML: {problem}", where=place) from None
    if values is None:
        return {}, {}
    if not isinstance(values, dict):
        raise DefinitionError("expected a mapping of stages", where=Place(PARAMS_FILE, 1))
    return {str(name): value for name, value in values.items()}, _lines(node)


def _lines(node: Any, prefix: tuple[str, ...] = ()) -> dict[tuple[str, ...], int]:
    lines: dict[tuple[str, ...], int] = {}
    for key, value in node.value:
        path = (*prefix, str(key.value))
        lines[path] = key.start_mark.line + 1
        if not prefix and isinstance(value.value, list) and value.id == "mapping":
            lines.update(_lines(value, path))
    return lines
