"""From a function and what `register` was told to a `Stage`, or to all that is wrong with it.

Each parameter of the function must be a dep (`Annotated[T, Dep(...)]`), the parameters (a
`StageParams` or `StageDef` class), or have a default of its own; the return annotation is a
`TypedDict` of outs, one annotated out, or names no output at all. Tests:
tests/stage_def/test_building.py.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pydantic

from pivot.errors import DefinitionError, DefinitionErrors, PathError, PivotError, Place
from pivot.outputs import Dep, IncrementalOut, Metric, Out, Plot
from pivot.paths import artifact_path
from pivot.stage import STAGE_NAME, Input, OutKind, Output, Stage, Via
from pivot.stage_def.params import StageDef, StageParams, invalid_params

type Deps = Mapping[str, str | Dep[Any]] | Iterable[str | Dep[Any]]
type Outs = Mapping[str, str | Out[Any]] | Iterable[str | Out[Any]]


@dataclass(frozen=True, slots=True)
class Declaration:
    """What `register` was told beside the function; see `pivot.registry.Registry.register`."""

    name: str | None = None
    deps: Deps = ()
    outs: Outs = ()
    params: StageParams | type[StageParams] | None = None
    mutex: str | Iterable[str] = ()
    code: Iterable[object] = ()


@dataclass(slots=True)
class _Draft:
    """A stage that is being put together, with the errors found so far."""

    place: Place
    label: str
    deps: dict[str, Input] = field(default_factory=dict[str, Input])
    outs: dict[str, Output] = field(default_factory=dict[str, Output])
    params_class: type[StageParams] | None = None
    params_argument: str | None = None
    errors: list[PivotError] = field(default_factory=list[PivotError])

    def wrong(self, message: str, hint: str | None = None) -> None:
        text = f"stage {self.label!r}: {message}"
        self.errors.append(DefinitionError(text, where=self.place, hint=hint))

    def add_dep(self, name: str, dep: Dep[Any], via: Via) -> None:
        path = self._path(dep.path)
        if path is not None:
            self.deps[name] = Input(name, path, dep.loader, via)

    def add_out(self, name: str, out: Out[Any], via: Via) -> None:
        path = self._path(out.path)
        if path is not None:
            self.outs[name] = Output(name, path, out.loader, via, _kind(out), out.cache)

    def _path(self, written: Any) -> str | None:
        try:
            return artifact_path(written)
        except (PathError, TypeError) as error:
            self.wrong(str(error))
            return None


def function_place(function: Callable[..., Any]) -> Place:
    """Give the file and line where a callable's code begins."""
    target: Any = inspect.unwrap(function)
    while isinstance(target, functools.partial):
        target = inspect.unwrap(target.func)
    code = getattr(target, "__code__", None)
    if code is None:
        # An instance with a __call__ method: where its class defines that.
        code = getattr(inspect.getattr_static(type(target), "__call__", None), "__code__", None)
    return Place(code.co_filename, code.co_firstlineno) if code else Place("<unknown>", 0)


def build_stage(function: Callable[..., Any], declared: Declaration, root: Path) -> Stage:
    """Give the stage; raise `DefinitionErrors` with everything that is wrong with it."""
    name = declared.name or _default_name(function)
    draft = _Draft(_relative(function_place(function), root), name)
    if not STAGE_NAME.fullmatch(name):
        draft.wrong(
            "this is not a name for a stage",
            "use letters, digits and _ . @ + -, and give a lambda a name: register(..., name=...)",
        )
    _read_annotations(function, draft)
    _apply_deps(declared.deps, draft)
    _apply_outs(declared.outs, draft)
    params = _make_params(declared.params, draft)
    if draft.errors:
        raise DefinitionErrors(draft.errors)
    return Stage(
        name=name,
        function=function,
        place=draft.place,
        deps=tuple(draft.deps.values()),
        outs=tuple(draft.outs.values()),
        params=params,
        params_argument=draft.params_argument,
        mutex=(declared.mutex,) if isinstance(declared.mutex, str) else tuple(declared.mutex),
        code=tuple(declared.code),
    )


def _default_name(function: Callable[..., Any]) -> str:
    target: Any = function
    while isinstance(target, functools.partial):
        target = target.func
    return getattr(target, "__name__", type(target).__name__)


def _relative(place: Place, root: Path) -> Place:
    path = Path(place.file)
    return Place(str(path.relative_to(root)), place.line) if path.is_relative_to(root) else place


def _read_annotations(function: Callable[..., Any], draft: _Draft) -> None:
    try:
        parameters = inspect.signature(function).parameters
        hints = _hints(function)
    except (NameError, TypeError, ValueError, AttributeError, SyntaxError) as error:
        draft.wrong(f"its annotations can't be read: {error}")
        return
    returned = hints.pop("return", None)
    for parameter in parameters.values():
        _read_parameter(parameter, hints.get(parameter.name), draft)
    _read_return(returned, draft)


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    target: Any = function
    while isinstance(target, functools.partial):
        target = target.func
    if not inspect.isroutine(target) and not isinstance(target, type):
        target = type(target).__call__
    # Classes that were defined inside the function that made this one are only in its closure.
    cells = inspect.getclosurevars(inspect.unwrap(target)).nonlocals
    return typing.get_type_hints(target, localns=dict(cells), include_extras=True)


def _read_parameter(parameter: inspect.Parameter, hint: Any, draft: _Draft) -> None:
    name = parameter.name
    deps = [item for item in _metadata(hint) if isinstance(item, Dep)]
    has_default = parameter.default is not inspect.Parameter.empty
    if len(deps) == 1:
        draft.add_dep(name, deps[0], Via.ARGUMENT)
    elif deps:
        draft.wrong(f"parameter {name!r} is annotated with {len(deps)} deps; it can be only one")
    elif isinstance(hint, type) and issubclass(hint, StageParams):
        _read_params_class(name, hint, draft)
    elif any(isinstance(item, Out) for item in _metadata(hint)):
        draft.wrong(
            f"parameter {name!r} is annotated with an output",
            "outputs go in the return annotation or in a StageDef",
        )
    elif not has_default and parameter.kind not in (
        parameter.VAR_POSITIONAL,
        parameter.VAR_KEYWORD,
    ):
        draft.wrong(
            f"nothing says what its parameter {name!r} is",
            f"annotate it: {name}: Annotated[..., outputs.Dep('path', loader)], or a StageParams "
            "class, or give it a default",
        )


def _read_params_class(name: str, params_class: type[StageParams], draft: _Draft) -> None:
    if draft.params_class is not None:
        draft.wrong(f"both {draft.params_argument!r} and {name!r} are parameters; it can be one")
        return
    draft.params_class, draft.params_argument = params_class, name
    if issubclass(params_class, StageDef):
        for field_name, artifact in params_class.artifacts().items():
            if isinstance(artifact, Dep):
                draft.add_dep(field_name, artifact, Via.FIELD)
            else:
                draft.add_out(field_name, artifact, Via.FIELD)


def _read_return(hint: Any, draft: _Draft) -> None:
    outs = [item for item in _metadata(hint) if isinstance(item, Out)]
    if len(outs) == 1:
        draft.add_out("return", outs[0], Via.RETURN)
    elif outs:
        draft.wrong("its return value is annotated with several outputs", "return a TypedDict")
    elif typing.is_typeddict(hint):
        for key, annotation in typing.get_type_hints(hint, include_extras=True).items():
            _read_key(key, annotation, hint, draft)


def _read_key(key: str, annotation: Any, owner: Any, draft: _Draft) -> None:
    if typing.get_origin(annotation) is typing.Required:
        annotation = typing.get_args(annotation)[0]
    outs = [item for item in _metadata(annotation) if isinstance(item, Out)]
    if typing.get_origin(annotation) is typing.NotRequired or key in owner.__optional_keys__:
        draft.wrong(
            f"the output {key!r} of {owner.__name__} is optional; a stage writes all of its"
        )
    elif len(outs) == 1:
        draft.add_out(key, outs[0], Via.KEY)
    else:
        draft.wrong(
            f"key {key!r} of {owner.__name__} must name one output, not {len(outs)}",
            f"write {key}: Annotated[..., outputs.Out('path', loader)]",
        )


def _metadata(hint: Any) -> tuple[Any, ...]:
    return tuple(getattr(hint, "__metadata__", ()))


def _apply_deps(deps: Deps, draft: _Draft) -> None:
    for name, given in _named(deps):
        dep = given if isinstance(given, Dep) else Dep(given)
        known = draft.deps.get(name)
        if known is None:
            draft.add_dep(name, dep, Via.FILE)
        else:
            loader = known.loader if not isinstance(given, Dep) else dep.loader
            draft.add_dep(name, Dep(dep.path, loader), known.via)


def _apply_outs(outs: Outs, draft: _Draft) -> None:
    for name, given in _named(outs):
        known = draft.outs.get(name)
        if known is None or isinstance(given, Out):
            out = given if isinstance(given, Out) else Out(given)
            draft.add_out(name, out, known.via if known else Via.FILE)
        elif (path := draft._path(given)) is not None:  # noqa: SLF001 - same module
            draft.outs[name] = Output(name, path, known.loader, known.via, known.kind, known.cache)


def _named(artifacts: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(artifacts, Mapping):
        return cast("Mapping[str, Any]", artifacts).items()
    listed = [artifacts] if isinstance(artifacts, str | Dep | Out) else list(artifacts)
    return [(str(getattr(item, "path", item)), item) for item in listed]


def _make_params(given: StageParams | type[StageParams] | None, draft: _Draft) -> Any:
    wanted = draft.params_class
    if given is None:
        given = wanted
    if given is None:
        return None
    if wanted is None:
        draft.wrong("params were given, but no parameter of the function takes them")
        return None
    try:
        made = given() if isinstance(given, type) else given
    except pydantic.ValidationError as error:
        draft.wrong(
            str(invalid_params(error, wanted)), "give defaults, or register(..., params=...)"
        )
        return None
    if not isinstance(made, wanted):
        draft.wrong(f"params are {type(made).__name__}, but the function takes {wanted.__name__}")
    return made


def _kind(out: Out[Any]) -> OutKind:
    kinds = {IncrementalOut: OutKind.INCREMENTAL, Metric: OutKind.METRIC, Plot: OutKind.PLOT}
    return next((kind for cls, kind in kinds.items() if isinstance(out, cls)), OutKind.PLAIN)
