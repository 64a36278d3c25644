"""Parameters as pydantic models, with artifacts beside them, and their form in a lock file.

`encode_params` gives JSON values that survive the way into a lock and back for every type that
parameters use: paths, enums, dates, sets, tuples, not-a-number. Tests: tests/stage_def/.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

import pydantic
from pydantic import BaseModel, ConfigDict, PrivateAttr
from pydantic._internal._model_construction import ModelMetaclass
from pydantic_core import to_jsonable_python

from pivot.errors import DefinitionError, PivotError
from pivot.outputs import Dep, Out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None


class StageParams(BaseModel):
    """The base of a stage's parameters: a frozen pydantic model that refuses unknown fields."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        protected_namespaces=(),
        ignored_types=(Dep, Out),
    )


class _StageDefMeta(ModelMetaclass):
    """Keeps artifacts out of pydantic's sight: they are descriptors, not fields."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
    ) -> type:
        artifacts = {key for key, value in namespace.items() if isinstance(value, Dep | Out)}
        _drop_annotations(namespace, artifacts)
        return super().__new__(mcs, name, bases, namespace, **kwargs)


def _drop_annotations(namespace: dict[str, Any], names: set[str]) -> None:
    if "__annotations__" in namespace:
        kept = namespace["__annotations__"]
        namespace["__annotations__"] = {k: v for k, v in kept.items() if k not in names}
    elif sys.version_info >= (3, 14):
        # PEP 749: annotations are computed on demand by a function in the namespace.
        import annotationlib  # exists from Python 3.14 on

        annotate = annotationlib.get_annotate_from_class_namespace(namespace)
        if annotate is not None:
            namespace["__annotate__"] = _without(annotate, names)
            namespace.pop("__annotate_func__", None)


def _without(annotate: Callable[[Any], dict[str, Any]], names: set[str]) -> Callable[[Any], Any]:
    if sys.version_info >= (3, 14):
        import annotationlib  # exists from Python 3.14 on

        def filtered(form: Any) -> dict[str, Any]:
            found = annotationlib.call_annotate_function(annotate, form)
            return {key: value for key, value in found.items() if key not in names}

        return filtered
    return annotate


class StageDef(StageParams, metaclass=_StageDefMeta):
    """Parameters with artifacts: deps are loaded before the stage, outs are saved after it.

    In a test, `params.data = frame` stands in for a loaded dep, and what the function assigned to
    an out can be read back from it.
    """

    _values: dict[str, Any] = PrivateAttr(default_factory=dict)

    def artifact_value(self, name: str) -> Any:
        """Give what was loaded for a dep or assigned to an out."""
        if name not in self._values:
            kind = type(type(self).artifacts()[name]).__name__
            what = "loaded when the stage runs" if kind == "Dep" else "assigned by the stage"
            raise AttributeError(f"{type(self).__name__}.{name} has no value yet: it is {what}")
        return self._values[name]

    def set_artifact_value(self, name: str, value: Any) -> None:
        """Keep the value of a dep or an out."""
        self._values[name] = value

    def __setattr__(self, name: str, value: Any) -> None:
        if name in type(self).artifacts():
            self.set_artifact_value(name, value)
        else:
            super().__setattr__(name, value)

    @classmethod
    def artifacts(cls) -> dict[str, Dep[Any] | Out[Any]]:
        """Give all deps and outs of the class by name, those of its bases first."""
        found: dict[str, Dep[Any] | Out[Any]] = {}
        for base in reversed(cls.__mro__):
            for name, value in vars(base).items():
                if isinstance(value, Dep | Out):
                    found[name] = value
                else:
                    found.pop(name, None)
        return found

    def unloaded(self) -> StageDef:
        """Give a copy with the same parameters and without any artifact's value."""
        copy = self.model_copy()
        copy.__pydantic_private__ = {"_values": {}}
        return copy


def encode_params(params: BaseModel | None) -> dict[str, Json]:
    """Give a model's fields as JSON values that are equal exactly when the parameters are."""
    if params is None:
        return {}
    return {name: _encode(getattr(params, name)) for name in type(params).model_fields}


def _encode(value: Any) -> Json:
    match value:
        case BaseModel():
            return {name: _encode(getattr(value, name)) for name in type(value).model_fields}
        case dict():
            return {str(to_jsonable_python(key)): _encode(item) for key, item in value.items()}
        case set() | frozenset():
            return sorted((_encode(item) for item in value), key=repr)
        case list() | tuple():
            return [_encode(item) for item in value]
        case float() if not math.isfinite(value):
            return {"float": str(value)}
    encoded = to_jsonable_python(value, inf_nan_mode="strings", fallback=repr)
    return encoded if not isinstance(encoded, dict | list) else _encode(encoded)


def with_overrides[P: StageParams](params: P, overrides: Mapping[str, Any]) -> P:
    """Give parameters of the same class with some fields replaced, nested ones merged.

    Raises `DefinitionError` with one line per field that has no such name or the wrong type.
    """
    merged = _merge({name: getattr(params, name) for name in type(params).model_fields}, overrides)
    try:
        return type(params).model_validate(merged)
    except pydantic.ValidationError as error:
        raise invalid_params(error, type(params)) from None


def _merge(current: dict[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(current)
    for name, value in overrides.items():
        old = merged.get(name)
        if isinstance(old, BaseModel) and isinstance(value, dict):
            fields = {field: getattr(old, field) for field in type(old).model_fields}
            merged[name] = _merge(fields, value)
        else:
            merged[name] = value
    return merged


def invalid_params(error: pydantic.ValidationError, model: type[BaseModel]) -> PivotError:
    """Turn pydantic's report into one line per wrong field, with the nearest valid name."""
    lines = []
    for problem in error.errors():
        field = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            known = ", ".join(model.model_fields) or "none"
            lines.append(f"{model.__name__} has no parameter {field!r} (known: {known})")
        else:
            given = problem.get("input")
            shown = f", not {given!r}" if field else ""
            lines.append(f"{model.__name__}.{field}: {problem['msg']}{shown}")
    return DefinitionError("; ".join(lines))
