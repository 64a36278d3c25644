"""What a function's annotations say of the stage: which deps, outs and parameters it has.

Each parameter of the function must be a dep (`Annotated[T, Dep(...)]`), the parameters (a
`StageParams` or `StageDef` class), or have a default of its own; the return annotation is a
`TypedDict` of outs, one annotated out, or names no output at all. Whatever only looks like one of
these is told, since a stage that silently has no output is never what its author wanted. Tests:
tests/stage_def/test_annotations.py.
"""

from __future__ import annotations

import functools
import inspect
import typing
from typing import TYPE_CHECKING, Any

from pivot.errors import PivotError
from pivot.outputs import Dep, Out, is_artifact
from pivot.stage import VARIANT_ARGUMENT, VARIANT_SIGN, Via
from pivot.stage_def.models import base_models, stage_params

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.stage_def.draft import Draft
    from pivot.stage_def.params import StageParams

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_QUALIFIERS = (typing.Required, typing.NotRequired, typing.ReadOnly)


def read_annotations(function: Callable[..., Any], draft: Draft) -> None:
    """Add to a draft what the function's annotations say."""
    try:
        parameters = inspect.signature(function).parameters
        names = _enclosing_names(function)
        hints = typing.get_type_hints(_annotated(function), localns=names, include_extras=True)
    except Exception as error:  # noqa: BLE001 - an annotation is an expression of the author's
        _unreadable(error, draft)
        return
    returned = hints.pop("return", None)
    bound = _bound_names(function)
    for parameter in parameters.values():
        _Reader(parameter, _plain(hints.get(parameter.name)), draft).read(bound)
    _read_return(_plain(returned), names, draft)


def check_said_something(function: Callable[..., Any], draft: Draft) -> None:
    """Note an error if a decorator seems to hide all that a function says of itself."""
    if draft.errors or draft.deps or draft.outs or draft.params_class:
        return
    if {item.kind for item in inspect.signature(function).parameters.values()} == set(_VARIADIC):
        draft.wrong(
            "it takes *args and **kwargs, and says nothing of what it reads and writes",
            "if that is its decorator's doing, have the decorator use functools.wraps",
        )


def _unreadable(error: Exception, draft: Draft) -> None:
    hint = error.hint if isinstance(error, PivotError) else None
    text = error.message if isinstance(error, PivotError) else f"{type(error).__name__}: {error}"
    if isinstance(error, NameError):
        hint = (
            f"annotations are evaluated: import or define {error.name} at the top of the module, "
            "not under TYPE_CHECKING and not inside of a function"
        )
    draft.wrong(f"its annotations can't be read: {text}", hint)


def _annotated(function: Any) -> Any:
    """Give the function that carries the annotations."""
    while isinstance(function, functools.partial):
        function = function.func
    return function if inspect.isroutine(function) else type(function).__call__


def _enclosing_names(function: Any) -> dict[str, Any]:
    """Give what the function uses of a function around it, such as a class that's defined there."""
    inner: Any = inspect.unwrap(_annotated(function))
    code = getattr(inner, "__code__", None)
    cells = getattr(inner, "__closure__", None) or ()
    names: dict[str, Any] = {}
    for name, cell in zip(code.co_freevars if code else (), cells, strict=True):
        try:
            names[name] = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    return names


def _bound_names(function: Any) -> set[str]:
    """Give the names of the arguments that partials have already given."""
    names: set[str] = set()
    while isinstance(function, functools.partial):
        names.update(function.keywords)
        function = function.func
    return names


def _plain(hint: Any) -> Any:
    """Give what an alias (`type Table = Annotated[...]`) stands for."""
    while isinstance(hint, typing.TypeAliasType):
        hint = hint.__value__
    return hint


def _metadata(hint: Any) -> tuple[Any, ...]:
    """Give what is beside the type in `Annotated`, through aliases and qualifiers of keys."""
    hint = _plain(hint)
    if typing.get_origin(hint) in _QUALIFIERS:
        return _metadata(typing.get_args(hint)[0])
    if typing.get_origin(hint) is typing.Annotated:
        return (*_metadata(hint.__origin__), *hint.__metadata__)
    return ()


def _mentions_artifact(hint: Any) -> bool:
    """Whether a dep, an out or a class of outputs occurs anywhere in an annotation."""
    hint = _plain(hint)
    if any(map(is_artifact, (hint, *_metadata(hint)))):
        return True
    if isinstance(hint, type) and any(map(_is_output, _own_annotations(hint))):
        return True
    return any(_mentions_artifact(part) for part in typing.get_args(hint))


def _is_output(hint: Any) -> bool:
    return any(isinstance(item, Out) for item in _metadata(hint))


def _own_annotations(cls: type) -> list[Any]:
    try:
        return list(typing.get_type_hints(cls, include_extras=True).values())
    except Exception:  # noqa: BLE001 - a class of anybody's, with annotations for other purposes
        return []


class _Reader:
    """Reads one parameter of a function."""

    def __init__(self, parameter: inspect.Parameter, hint: Any, draft: Draft) -> None:
        self._parameter = parameter
        self._name = parameter.name
        self._hint = hint
        self._draft = draft

    def read(self, bound: set[str]) -> None:
        deps = [item for item in _metadata(self._hint) if isinstance(item, Dep)]
        params_class = _params_class(self._hint)
        if deps or params_class:
            self._check_kind()
        if len(deps) > 1:
            self._wrong(f"is annotated with {len(deps)} deps; it can be only one")
        elif deps and self._name in bound:
            self._wrong("is a dep, but a partial has given it a value", "leave out one of the two")
        elif deps:
            self._draft.add_dep(self._name, deps[0], Via.ARGUMENT)
        elif params_class:
            self._read_params(params_class)
        elif self._is_variant() and self._name not in bound:
            self._read_variant()
        else:
            self._read_other()

    def _wrong(self, problem: str, hint: str | None = None) -> None:
        self._draft.wrong(f"parameter {self._name!r} {problem}", hint)

    def _check_kind(self) -> None:
        if self._parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            self._wrong("is positional-only, but is passed by name", "take the '/' away")
        elif self._parameter.kind in _VARIADIC:
            self._wrong("stands for any number of values; a dep is one", "take the '*' away")

    def _read_params(self, params_class: type[StageParams]) -> None:
        draft = self._draft
        if draft.params_class is not None:
            self._wrong(f"and {draft.params_argument!r} are both parameters of the stage")
            return
        draft.params_class, draft.params_argument = params_class, self._name
        if isinstance(self._parameter.default, stage_params()):
            draft.params_default = self._parameter.default

    def _is_variant(self) -> bool:
        return self._name == VARIANT_ARGUMENT and self._hint in (str, str | None)

    def _read_variant(self) -> None:
        self._check_kind()
        draft = self._draft
        draft.takes_variant = VARIANT_SIGN in draft.label
        if not draft.takes_variant and self._parameter.default is self._parameter.empty:
            problem = "is what follows the '@' in the stage's name, and there is none"
            self._wrong(problem, f"name the stage {draft.label}@..., or give it a default")

    def _read_other(self) -> None:
        how = f"{self._name}: Annotated[..., outputs.Dep('path', loader)]"
        if _is_output(self._hint):
            where = "outputs go in the return annotation or in a StageDef"
            self._wrong("is annotated with an output", where)
        elif _mentions_artifact(self._hint):
            self._wrong("has a dep in a place where it means nothing", f"write {how}")
        elif _mentions_params(self._hint):
            how = f"write {self._name}: and the name of a class that derives from StageParams"
            self._wrong("has parameters in a form that is not understood", how)
        elif (
            self._parameter.default is self._parameter.empty
            and self._parameter.kind not in _VARIADIC
        ):
            if self._name == VARIANT_ARGUMENT:
                how = f"{VARIANT_ARGUMENT}: str, or {how}"
            self._draft.wrong(
                f"nothing says what its parameter {self._name!r} is",
                f"annotate it: {how}, or a StageParams class, or give it a default",
            )


def _params_class(hint: Any) -> type[StageParams] | None:
    if typing.get_origin(hint) is typing.Annotated:
        return _params_class(_plain(hint.__origin__))
    return hint if isinstance(hint, type) and issubclass(hint, stage_params()) else None


def _mentions_params(hint: Any) -> bool:
    hint = _plain(hint)
    if isinstance(hint, type) and issubclass(hint, base_models()):
        return True
    return any(_mentions_params(part) for part in typing.get_args(hint))


def _read_return(hint: Any, names: dict[str, Any], draft: Draft) -> None:
    outs = [item for item in _metadata(hint) if isinstance(item, Out)]
    fields = typing.get_origin(hint) or hint  # a generic TypedDict: Made[int]
    if len(outs) == 1:
        draft.add_out("return", outs[0], Via.RETURN)
    elif outs:
        draft.wrong("its return value is annotated with several outputs", "return a TypedDict")
    elif typing.is_typeddict(fields):
        _read_keys(fields, names, draft)
    elif _mentions_artifact(hint):
        draft.wrong(
            "its return annotation has an output in a place where it means nothing",
            "return a TypedDict of outputs, or Annotated[..., outputs.Out('path', loader)]",
        )


def _read_keys(owner: Any, names: dict[str, Any], draft: Draft) -> None:
    try:
        keys = typing.get_type_hints(owner, localns=names, include_extras=True)
    except Exception as error:  # noqa: BLE001 - as in `read_annotations`
        _unreadable(error, draft)
        return
    for key, annotation in keys.items():
        outs = [item for item in _metadata(annotation) if isinstance(item, Out)]
        if key in owner.__optional_keys__:
            draft.wrong(
                f"the output {key!r} of {owner.__name__} is optional; a stage writes all of its",
                "make the key required",
            )
        elif len(outs) == 1:
            draft.add_out(key, outs[0], Via.KEY)
        else:
            draft.wrong(
                f"key {key!r} of {owner.__name__} must name one output, not {len(outs)}",
                f"write {key}: Annotated[..., outputs.Out('path', loader)]",
            )
