"""Parameters as pydantic models, with artifacts beside them.

`StageParams` holds parameters alone. In a `StageDef` deps and outs stand beside them, as
descriptors: they have values while the stage runs, and are no fields of the model. What is wrong
with such a class is said where the class is made. Tests: tests/stage_def/test_params.py.
"""

from __future__ import annotations

import copy
import inspect
import sys
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

import pydantic
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr
from pydantic._internal._model_construction import ModelMetaclass

from pivot.errors import DefinitionError
from pivot.outputs import Dep, Out, is_artifact
from pivot.stage_def.place import calling_place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


#: What Pivot and pydantic call on an instance: a dep of such a name would be in the way.
_METHODS = frozenset(
    {"artifact_value", "artifacts", "set_artifact_value", "unloaded"}
    | {name for name in dir(BaseModel) if name.startswith("model_")}
)
_HOW_TO_READ = "data are not parameters: write data: Dep[DataFrame] = Dep('path', loader)"


def _check_fields(made: type, fields: Mapping[str, Any]) -> None:
    for field, info in fields.items():
        if isinstance(info.default, Dep | Out) or is_artifact(_attribute(made, field)):
            problem = f"{field!r} is a parameter in one class and a dep or an out in another"
            raise _wrong(made.__name__, problem, "give one of them another name")
        if any(map(is_artifact, (info.annotation, *info.metadata))):
            problem = f"{field!r} is annotated as a dep or an out, but isn't one"
            raise _wrong(made.__name__, problem, _HOW_TO_READ)


def _attribute(cls: type, name: str) -> Any:
    return inspect.getattr_static(cls, name, None)


def _wrong(name: str, problem: str, hint: str | None) -> DefinitionError:
    return DefinitionError(f"class {name!r}: {problem}", where=calling_place(), hint=hint)


def _drop_annotations(namespace: dict[str, Any], names: set[str]) -> None:
    """Keep artifacts out of pydantic's sight."""
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


# Said again for type checkers, which don't look for it in the base of a metaclass.
@dataclass_transform(kw_only_default=True, field_specifiers=(Field, PrivateAttr))
class _ParamsMeta(ModelMetaclass):
    """Says what is wrong with a class of parameters, in the words of its author."""

    #: Whether classes of this kind may have deps and outs.
    with_artifacts: ClassVar[bool] = False

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
    ) -> type:
        artifacts = {key: item for key, item in namespace.items() if isinstance(item, Dep | Out)}
        if artifacts and not mcs.with_artifacts:
            problem = f"it has the dep or out {next(iter(artifacts))!r}, which is for a StageDef"
            raise _wrong(name, problem, "derive the class from StageDef, not from StageParams")
        taken = next((key for key in artifacts if key in _METHODS), None)
        if taken is not None:
            problem = f"{taken!r} is a method of StageDef, and so no name for a dep or an out"
            raise _wrong(name, problem, "give it another name")
        # Each class has descriptors of its own: one `Dep` may be assigned to several names.
        namespace |= {key: copy.copy(artifact) for key, artifact in artifacts.items()}
        _drop_annotations(namespace, set(artifacts))
        try:
            made = super().__new__(mcs, name, bases, namespace, **kwargs)
        except pydantic.PydanticUserError as error:
            hint = (
                _HOW_TO_READ if isinstance(error, pydantic.PydanticSchemaGenerationError) else None
            )
            raise _wrong(name, error.message.partition(". ")[0], hint) from error
        _check_fields(made, made.__pydantic_fields__)
        return made


class StageParams(BaseModel, metaclass=_ParamsMeta):
    """The base of a stage's parameters: a frozen pydantic model that refuses unknown fields."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        protected_namespaces=(),
        ignored_types=(Dep, Out),
    )


@dataclass_transform(kw_only_default=True, field_specifiers=(Field, PrivateAttr))
class _StageDefMeta(_ParamsMeta):
    with_artifacts = True


class StageDef(StageParams, metaclass=_StageDefMeta):
    """Parameters with artifacts: deps are loaded before the stage, outs are saved after it.

    In a test, `Train(data=frame)` or `params.data = frame` stands in for a loaded dep, and what the
    function assigned to an out can be read back from it.
    """

    _values: dict[str, Any] = PrivateAttr(default_factory=dict)

    def __init__(self, /, **given: Any) -> None:
        artifacts = type(self).artifacts()
        super().__init__(**{name: item for name, item in given.items() if name not in artifacts})
        self._values.update((name, item) for name, item in given.items() if name in artifacts)

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
        fresh = self.model_copy()
        fresh.__pydantic_private__ = {**(fresh.__pydantic_private__ or {}), "_values": {}}
        return fresh
