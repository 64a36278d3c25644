"""From a function and what `register` was told to a `Stage`, or to all that is wrong with it.

The annotations come first; the keywords then add to what they say, or replace it by name. Nothing
is reported alone: every error of a definition is found before any is raised. Tests:
tests/stage_def/test_building.py.
"""

from __future__ import annotations

import functools
import inspect
import os
import reprlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from pivot.errors import DefinitionErrors, Place
from pivot.outputs import Dep, Out
from pivot.stage import (
    LONGEST_TIMEOUT,
    STAGE_NAME,
    VARIANT_ARGUMENT,
    VARIANT_SIGN,
    Input,
    Output,
    Stage,
    Via,
)
from pivot.stage_def.annotations import check_said_something, read_annotations
from pivot.stage_def.draft import Draft
from pivot.stage_def.making import make_params
from pivot.stage_def.models import stage_defs
from pivot.stage_def.place import function_place

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.stage_def.declaration import Declaration, Deps, Outs
    from pivot.stage_def.params import StageParams


def build_stage(function: Callable[..., Any], declared: Declaration, root: Path) -> Stage:
    """Give the stage; raise `DefinitionErrors` with everything that is wrong with it."""
    name: Any = _default_name(function) if declared.name is None else declared.name
    draft = Draft(_relative(function_place(function), root), str(name))
    _check_name(name, draft)
    if _is_function(function, draft):
        read_annotations(function, draft)
    params = make_params(declared, draft)
    _read_artifacts(params, draft)
    _apply_deps(declared, draft)
    _apply_outs(declared, draft)
    draft.part = None
    mutex = _mutexes(declared.mutex, draft)
    code = _code(declared.code, draft)
    variant = _variant(params, draft)
    _check_limits(declared, draft)
    check_said_something(function, draft)
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
        mutex=mutex,
        code=code,
        variant=variant,
        retries=declared.retries,
        timeout=declared.timeout,
    )


def _default_name(function: Callable[..., Any]) -> str:
    target: Any = function
    while isinstance(target, functools.partial):
        target = target.func
    return getattr(target, "__name__", type(target).__name__)


def _relative(place: Place, root: Path) -> Place:
    # As text: for pathlib this would be a quarter of the time that registering takes.
    return Place(place.file.removeprefix(f"{root}/"), place.line)


def _check_name(name: Any, draft: Draft) -> None:
    if isinstance(name, str) and STAGE_NAME.fullmatch(name):
        return
    hint = "use letters, digits and _ . @ + - (at most 200, and not a sign first)"
    if name == "<lambda>":
        hint = "give it one: register(..., name=...)"
    draft.wrong("this is not a name for a stage", hint)


def _is_function(function: Any, draft: Draft) -> bool:
    """Whether something can be a stage; if not, say why."""
    target = function
    while isinstance(target, functools.partial):
        target = target.func
    call = target if inspect.isroutine(target) else getattr(type(target), "__call__", None)  # noqa: B004 - the method itself is looked at
    if isinstance(target, type):
        draft.wrong("it is a class", "register a function, or an instance with a __call__ method")
    elif not callable(function):
        draft.wrong(f"{function!r} is not a function", "register a function: register(clean)")
    elif inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call):
        draft.wrong(
            "it is asynchronous, so that calling it would run nothing",
            "make it a plain function that calls asyncio.run(...)",
        )
    elif inspect.isgeneratorfunction(call):
        draft.wrong("it has a yield, so that calling it would run nothing", "return the result")
    else:
        return True
    return False


def _read_artifacts(params: StageParams | None, draft: Draft) -> None:
    """Add the deps and outs of a `StageDef`; those of the given instance's class count."""
    owner = type(params) if params is not None else draft.params_class
    if owner is None or not issubclass(owner, stage_defs()):
        return
    for name, artifact in owner.artifacts().items():
        if isinstance(artifact, Dep):
            draft.add_dep(name, artifact, Via.FIELD)
        else:
            draft.add_out(name, artifact, Via.FIELD)


def _apply_deps(declared: Declaration, draft: Draft) -> None:
    deps = declared.deps
    for name, given in _named("deps", deps, draft):
        draft.part = ("deps", name)
        known = draft.deps.get(name) if isinstance(deps, Mapping) else None
        if isinstance(given, Out) or (known is None and _is_of(name, deps, draft.outs)):
            draft.wrong(f"deps: {name!r} is an output", "it belongs in outs")
        elif known is None and declared.by_file:
            draft.unknown("input", name, draft.deps)
        elif known is None:
            dep = given if isinstance(given, Dep) else Dep(given)
            draft.set_dep(_unlike(name, draft.deps), dep, Via.FILE)
        elif isinstance(given, Dep):
            draft.set_dep(name, given, known.via)
        else:
            draft.move_dep(known, given)


def _apply_outs(declared: Declaration, draft: Draft) -> None:
    outs = declared.outs
    for name, given in _named("outs", outs, draft):
        draft.part = ("outs", name)
        known = draft.outs.get(name) if isinstance(outs, Mapping) else None
        if isinstance(given, Dep) or (known is None and _is_of(name, outs, draft.deps)):
            draft.wrong(f"outs: {name!r} is an input", "it belongs in deps")
        elif known is None and declared.by_file:
            draft.unknown("output", name, draft.outs)
        elif known is None:
            out = given if isinstance(given, Out) else Out(given)
            draft.set_out(_unlike(name, draft.outs), out, Via.FILE)
        elif isinstance(given, Out):
            draft.set_out(name, given, known.via)
        else:
            draft.move_out(known, given)


def _named(what: str, artifacts: Any, draft: Draft) -> list[tuple[str, Any]]:
    if isinstance(artifacts, Mapping):
        found = cast("Mapping[Any, Any]", artifacts).items()
        strange = [name for name, _ in found if not isinstance(name, str)]
        if strange:
            draft.wrong(f"{what}: {strange[0]!r} is not a name", "a mapping goes from name to path")
        return [(name, item) for name, item in found if isinstance(name, str)]
    single = isinstance(artifacts, str | os.PathLike | Dep | Out)
    if not single and not isinstance(artifacts, Iterable):
        draft.wrong(f"{what} is a path, a list or a mapping of paths, not {artifacts!r}")
        return []
    listed = [artifacts] if single else list(cast("Iterable[Any]", artifacts))
    return [(_path_name(item), item) for item in listed]


def _path_name(item: Any) -> str:
    return str(item.path if isinstance(item, Dep | Out) else item)


def _is_of(name: str, given: Deps | Outs, others: Mapping[str, object]) -> bool:
    """Whether a mapping names something that's declared on the other side."""
    return isinstance(given, Mapping) and name in others


def _unlike(name: str, taken: Mapping[str, Input | Output]) -> str:
    """Give a name for a file that no declared artifact has: a list adds, and replaces nothing."""
    return f"./{name}" if name in taken and taken[name].via is not Via.FILE else name


def _variant(params: StageParams | None, draft: Draft) -> str | None:
    if not draft.takes_variant:
        return None
    if params is not None and VARIANT_ARGUMENT in type(params).model_fields:
        # Both would be the same word in the lock, and in what is said of changes.
        problem = f"{VARIANT_ARGUMENT!r} is a parameter of the function and one of its params"
        draft.wrong(problem, f"give the one in {type(params).__name__} another name")
    return draft.label.partition(VARIANT_SIGN)[2]


def _mutexes(given: Any, draft: Draft) -> tuple[str, ...]:
    names: tuple[Any, ...] = (given,)
    if isinstance(given, Iterable) and not isinstance(given, str | bytes):
        names = tuple(cast("Iterable[Any]", given))
    for name in names:
        if not isinstance(name, str) or not name:
            draft.wrong(f"mutex: {name!r} is not a name", "write mutex='gpu', or a list of names")
    return names


def _check_limits(declared: Declaration, draft: Draft) -> None:
    retries: Any = declared.retries
    timeout: Any = declared.timeout
    if type(retries) is not int or retries < 0:
        draft.wrong(f"retries: {retries!r} is no number of times", "write retries=2, or 0")
    if timeout is None:
        return
    if type(timeout) not in (int, float) or not 0 < timeout <= LONGEST_TIMEOUT:
        draft.wrong(
            f"timeout: {timeout!r} is no number of seconds above 0",
            "write timeout=600, or None for no limit",
        )


def _code(given: Any, draft: Draft) -> tuple[object, ...]:
    if isinstance(given, str | bytes | type | Mapping) or not isinstance(given, Iterable):
        hint = "write code=[helper, Class, module]"
        draft.wrong(f"code is a list of objects, not {reprlib.repr(given)}", hint)
        return ()
    return tuple(cast("Iterable[object]", given))
