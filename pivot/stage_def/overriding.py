"""Parameters with some of their values replaced, and what is wrong with a value.

Only what is overridden is given anew; the rest is what it was, down through nested models. Each
wrong value is one `ParamError`, with the path that leads to it. Tests:
tests/stage_def/test_overriding.py.
"""

from __future__ import annotations

import reprlib
import typing
from typing import TYPE_CHECKING, Any, cast

from pivot.errors import DefinitionError, DefinitionErrors
from pivot.stage_def.models import base_models, validation_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel, ValidationError

    from pivot.stage_def.params import StageParams


class ParamError(DefinitionError):
    """A parameter that doesn't exist, or has a wrong value."""

    def __init__(self, message: str, *, path: tuple[str, ...], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        #: The names that lead to the parameter, through nested models.
        self.path = path


def with_overrides[P: StageParams](params: P, overrides: Mapping[str, Any]) -> P:
    """Give parameters of the same class with some fields replaced, nested ones merged.

    Raises `DefinitionErrors` with one `ParamError` per field that has no such name or the wrong
    type.
    """
    errors: list[ParamError] = []
    changed = _changed(params, overrides, (), errors)
    if errors:
        raise DefinitionErrors(errors)
    return changed


def _changed[M: BaseModel](
    current: M, overrides: Mapping[str, Any], path: tuple[str, ...], errors: list[ParamError]
) -> M:
    model = type(current)
    # What was never set is left to its default, which is validated once, as it was before.
    values = {_key(model, name): getattr(current, name) for name in _set_fields(current)}
    for name, value in ((str(name), value) for name, value in overrides.items()):
        field = model.model_fields.get(name)
        if field is None and model.model_config.get("extra") != "allow":
            errors.append(_no_such_parameter(model, (*path, name)))
            continue
        nested, key = _nested(getattr(current, name, None), value), _key(model, name)
        values[key] = _changed(nested, value, (*path, name), errors) if nested else value
    try:
        return model.model_validate(values)
    except validation_errors() as error:
        for problem in param_errors(error):
            problem.path = (*path, *problem.path)
            errors.append(problem)
        return current


def _nested(old: Any, value: Any) -> BaseModel | None:
    """Give the model that a value is merged into, if it's a part of one and not another whole."""
    if not isinstance(old, base_models()) or not isinstance(value, dict):
        return None
    return None if _is_another_kind(type(old), cast("dict[str, Any]", value)) else old


def _set_fields(model: BaseModel) -> Iterable[str]:
    return [name for name in type(model).model_fields if name in model.model_fields_set] + [
        *(model.model_extra or {})
    ]


def _key(model: type[BaseModel], name: str) -> str:
    """Give the name by which a model takes a field's value."""
    field = model.model_fields.get(name)
    alias = field.validation_alias if field else None
    return alias if isinstance(alias, str) else name


def _is_another_kind(model: type[BaseModel], values: dict[str, Any]) -> bool:
    """Whether values name another member of a discriminated union than the one that was there."""
    return any(
        typing.get_origin(field.annotation) is typing.Literal
        and name in values
        and values[name] not in typing.get_args(field.annotation)
        for name, field in model.model_fields.items()
    )


def _no_such_parameter(model: type[BaseModel], path: tuple[str, ...]) -> ParamError:
    """Give the error for a name that a model has no field for, with the nearest ones."""
    import difflib  # only for who mistyped a name

    known = list(model.model_fields)
    near = difflib.get_close_matches(path[-1], known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"it has: {', '.join(known) or 'none'}"
    message = f"{model.__name__} has no parameter {path[-1]!r}"
    return ParamError(message, path=path, hint=hint)


def param_errors(error: ValidationError) -> list[ParamError]:
    """Turn pydantic's report into one error per wrong field."""
    problems = [cast("dict[str, Any]", problem) for problem in error.errors()]
    return [_param_error(problem, error.title) for problem in problems]


def _param_error(problem: dict[str, Any], model: str) -> ParamError:
    path = tuple(str(part) for part in problem["loc"])
    name = ".".join((model, *path))
    if problem["type"] == "extra_forbidden":
        return ParamError(f"there is no parameter {name}", path=path)
    if problem["type"] == "missing":
        return ParamError(f"{name} has no value", path=path, hint="give it one, or a default")
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    given = f", not {reprlib.repr(problem['input'])}" if path else ""
    return ParamError(f"{name}: {message}{given}", path=path)
