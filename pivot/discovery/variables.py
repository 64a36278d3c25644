"""Parameters that environment variables replace: `PIVOT_PARAMS__STAGE__FIELD=value`.

What follows the prefix is a stage's name and the names that lead to a value, joined by two
underscores. In a stage's name, what no variable can have in its name (`@ . - +`) is an underscore.
Case doesn't matter, unless two names differ by nothing else. A variable that could mean several
values is an error, and so are two that mean one. Its text is read as YAML; an empty one counts as
absent. Example::

    PIVOT_PARAMS__TRAIN_BERT__OPTIMIZER__RATE=0.1  # of the stage train@bert

Tests: tests/discovery/test_variables.py.
"""

from __future__ import annotations

import re
import types
import typing
from collections import abc
from typing import TYPE_CHECKING, Any, cast

from pivot.discovery.overrides import MOST_SHOWN, located
from pivot.discovery.singles import Single, collect, typed_value
from pivot.stage_def.models import base_models

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

    from pivot.discovery.overrides import Override, ParamPath
    from pivot.errors import PivotError
    from pivot.stage import Stage

PREFIX = "PIVOT_PARAMS__"
_GAP = "__"
_UNIONS = (typing.Union, types.UnionType)
_UNSPEAKABLE = re.compile(r"[^A-Za-z0-9_]")


def variable_name(stage: str, path: ParamPath = ()) -> str:
    """Give the name of the variable for a parameter, as the docs write it."""
    return PREFIX + _words(stage, path).upper()


def read_variables(
    variables: Mapping[str, str], stages: tuple[Stage, ...]
) -> tuple[tuple[Override, ...], list[PivotError]]:
    """Give what variables, those with the prefix, say about stages, and what is wrong with them."""
    errors: list[PivotError] = []
    found: dict[tuple[str, ParamPath], Single] = {}
    known = {stage.name: stage.params for stage in stages}
    # The shorter the weaker: a single value is more special than the mapping around it.
    for variable in sorted(variables, key=lambda name: (name.count(_GAP), name)):
        if not variables[variable]:
            continue
        meaning = _meaning(variable, known, errors)
        if meaning is None:
            continue
        if meaning in found:
            other = found[meaning].name
            errors.append(located(f"{other} means the same", variable, "unset one of them"))
            continue
        found[meaning] = Single(*meaning, typed_value(variables[variable]), variable)
    return collect(found.values()), errors


def _words(stage: str, path: ParamPath) -> str:
    return _GAP.join((_spoken(stage), *path))


def _spoken(stage: str) -> str:
    """Give a stage's name with the letters that a variable's name may have."""
    return _UNSPEAKABLE.sub("_", stage)


def _meaning(
    variable: str, known: Mapping[str, Any], errors: list[PivotError]
) -> tuple[str, ParamPath] | None:
    """Give the stage and the path that a variable means; note an error if it's not just one."""
    text = variable.removeprefix(PREFIX)
    after = {stage: _after(text, _spoken(stage)) for stage in known}
    near = {stage: rest for stage, rest in after.items() if rest}
    found = [
        (stage, path)
        for stage, rest in near.items()
        for path in _paths(known[stage], type(known[stage]), rest)
    ]
    exact = [meaning for meaning in found if _words(*meaning) == text]
    if len(found) == 1 or len(exact) == 1:
        return (exact or found)[0]
    if found:
        meant = " or ".join(f"{_GAP.join(path)} of the stage {name!r}" for name, path in found)
        hint = "write names with their capitals, or use --set or params.yaml"
        errors.append(located(f"this could be {meant}", variable, hint))
    else:
        errors.append(_unknown(variable, near, known))
    return None


def _after(text: str, word: str) -> str | None:
    """Give what follows a word and the gap behind it, None if the text doesn't begin so."""
    start = f"{word}{_GAP}"
    return text[len(start) :] if text.upper().startswith(start.upper()) else None


def _paths(value: Any, annotation: Any, text: str) -> Iterator[ParamPath]:
    """Give the ways in which a text can lead to a value inside of another."""
    known = list(_members(value, annotation))
    for name, inner, inner_annotation in known:
        if text.upper() == name.upper():
            yield (name,)
        rest = _after(text, name)
        if rest:
            yield from ((name, *path) for path in _paths(inner, inner_annotation, rest))
    if _is_open(value, annotation) and not any(
        text.upper() == name.upper() or _after(text, name) for name, _, _ in known
    ):
        yield tuple(text.split(_GAP))


def _members(value: Any, annotation: Any) -> Iterator[tuple[str, Any, Any]]:
    """Give what has a name inside a value, or may have one: name, value, annotation."""
    if isinstance(value, dict):
        for key, item in cast("dict[Any, Any]", value).items():
            yield str(key), item, type(item)
        return
    seen = set[str]()
    for model in _models(type(value), annotation):
        for name, field in model.model_fields.items():
            if name not in seen:
                seen.add(name)
                yield name, getattr(value, name, None), field.annotation


def _models(*annotations: Any) -> Iterator[type[BaseModel]]:
    """Give the models that values of some annotations may be."""
    for kind in _kinds(*annotations):
        if issubclass(kind, base_models()):
            yield kind


def _is_open(value: Any, annotation: Any) -> bool:
    """Whether there may be other names than those that are known."""
    kinds = list(_kinds(type(value), annotation))
    open_models = [m for m in _models(*kinds) if m.model_config.get("extra") == "allow"]
    return bool(open_models) or any(issubclass(kind, abc.Mapping) for kind in kinds)


def _kinds(*annotations: Any) -> Iterator[type]:
    """Give the classes that annotations consist of, outermost first in unions."""
    for annotation in annotations:
        if isinstance(annotation, typing.TypeAliasType):
            yield from _kinds(annotation.__value__)
        elif typing.get_origin(annotation) in _UNIONS:
            yield from _kinds(*typing.get_args(annotation))
        elif typing.get_origin(annotation) is typing.Annotated:
            yield from _kinds(typing.get_args(annotation)[0])
        else:
            kind = typing.get_origin(annotation) or annotation
            if isinstance(kind, type):
                yield kind


def _unknown(variable: str, near: Mapping[str, str], known: Mapping[str, Any]) -> PivotError:
    """Give the error for a variable that means nothing, with the nearest that means something.

    `near` are the stages whose names fit, with what follows those in the variable.
    """
    if not near:
        return _unknown_stage(variable, [stage for stage in known if known[stage] is not None])
    stage, rest = list(near.items())[-1]
    if known[stage] is None:
        return located(f"stage {stage!r} takes no parameters", variable)
    start = f"{_spoken(stage).upper()}{_GAP}"
    paths = [start + _GAP.join(path).upper() for path in _all_paths(known[stage])]
    hint = _suggestion(start + rest, paths)
    return located(f"stage {stage!r} has no parameter {rest!r}", variable, hint)


def _unknown_stage(variable: str, stages: list[str]) -> PivotError:
    word = variable.removeprefix(PREFIX).partition(_GAP)[0]
    hint = _suggestion(f"{word}__...", [f"{_spoken(stage).upper()}__..." for stage in stages])
    if hint is None and len(stages) <= MOST_SHOWN:
        hint = f"the stages with parameters are: {', '.join(stages) or 'none'}"
    return located(f"there is no stage for {word!r}", variable, hint)


def _suggestion(wrong: str, known: list[str]) -> str | None:
    import difflib  # only for who mistyped a name

    near = difflib.get_close_matches(wrong.upper(), known, n=1, cutoff=0.8)
    return f"did you mean {PREFIX}{near[0]}?" if near else None


def _all_paths(value: Any) -> Iterator[ParamPath]:
    for name, inner, _ in _members(value, type(value)):
        yield (name,)
        yield from ((name, *path) for path in _all_paths(inner))
