"""Parameters with some of their values replaced, and what is wrong with a value.

A *layer* is a mapping from names to values, nested models as mappings; later layers win. Only what
is overridden is given anew; the rest is what it was, down through nested models. All layers are put
together before anything is checked, so that a check across fields sees the outcome. Each wrong
value is one `ParamError`, with the path that leads to it and the layer that gave it. Example::

    override(Train(), [{"rate": 0.1}, {"rate": 0.2}]).params.rate  # 0.2

Tests: tests/stage_def/test_overriding.py.
"""

from __future__ import annotations

import reprlib
import typing
from typing import TYPE_CHECKING, Any, cast

from pivot.errors import DefinitionError, DefinitionErrors
from pivot.frozen import frozen
from pivot.stage_def.models import base_models, validation_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic import BaseModel, ValidationError

    from pivot.stage_def.params import StageParams

    type Path = tuple[str, ...]


class ParamError(DefinitionError):
    """A parameter that doesn't exist, or has a wrong value."""

    def __init__(
        self, message: str, *, path: Path, layer: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        #: The names that lead to the parameter, through nested models.
        self.path = path
        #: The number of the layer that gave the value, if one did.
        self.layer = layer
        #: If it's about a model as a whole: the paths of what was given in it, with their layers.
        self.inside: dict[Path, int] = {}


class Mixed(dict[Any, Any]):
    """A mapping in which a value may be a `Text`."""


class Part(Mixed):
    """Some entries of a mapping, the others of which stay: what a dotted name reaches."""


@frozen
class Text:
    """A value that was typed as a text: what it is as YAML, or else, for a text, as it stands."""

    raw: str
    value: Any


@frozen
class Overridden[P: StageParams]:
    """Parameters, and where they come from."""

    params: P
    #: Path of a value -> the number of the layer that gave it; what is below comes from there, too.
    layers: Mapping[Path, int]


def override[P: StageParams](params: P, layers: Sequence[Mapping[str, Any]]) -> Overridden[P]:
    """Give parameters of the same class with what the layers replace, nested models merged.

    Raises `DefinitionErrors` with one `ParamError` per name that doesn't exist and per value of the
    wrong type. What a later layer replaces is not looked at.
    """
    draft = _Draft(params)
    errors: list[ParamError] = []
    given: dict[Path, int] = {}
    for number, layer in enumerate(layers):
        draft.take(layer, _Layer(number, given, errors), ())
    made = draft.validated((), errors)
    if errors:
        for error in errors:
            if error.layer is None:
                error.layer = giver(given, error.path)
                error.inside = _inside(given, error.path)
        raise DefinitionErrors(errors)
    return Overridden(cast("P", made), given)


def giver[T](given: Mapping[Path, T], path: Path) -> T | None:
    """Give who gave the value at a path: who gave it alone, or the nearest that is around it."""
    starts = (path[:length] for length in range(len(path), -1, -1))
    found = next((start for start in starts if start in given), None)
    if found is not None:
        return given[found]
    # What is wrong with a model as a whole was caused by the last that gave a part of it.
    inside = list(_inside(given, path).values())
    return inside[-1] if inside else None


def _inside[T](given: Mapping[Path, T], path: Path) -> dict[Path, T]:
    """Give who gave parts of the value at a path."""
    start = len(path)
    return {one: who for one, who in given.items() if len(one) > start and one[:start] == path}


@frozen
class _Layer:
    """The layer that is being taken."""

    number: int
    given: dict[Path, int]
    errors: list[ParamError]

    def gives(self, path: Path) -> None:
        """Note that a value comes from this layer, with all that is in it."""
        for other in [other for other in self.given if other[: len(path)] == path]:
            del self.given[other]
        self.given[path] = self.number


class _Draft:
    """A model that is being overridden: what it was, and what replaces values of it."""

    #: The class, which stays.
    model: type[BaseModel]

    def __init__(self, base: BaseModel) -> None:
        self._base = base
        self.model = type(base)
        #: Name -> what replaces the value: a plain value, a `Text`, or the draft of a model.
        self._values: dict[str, Any] = {}

    def take(self, layer: Mapping[str, Any], context: _Layer, path: Path) -> None:
        """Take over what a layer says about this model."""
        for name, value in ((str(name), value) for name, value in layer.items()):
            if name in self.model.model_fields or self.model.model_config.get("extra") == "allow":
                self._set(name, value, context, (*path, name))
            else:
                error = _no_such_parameter(self.model, (*path, name), context.number)
                context.errors.append(error)

    def _set(self, name: str, value: Any, context: _Layer, path: Path) -> None:
        old = _content(self._values.get(name, getattr(self._base, name, None)))
        content = _content(value)
        if isinstance(content, dict):
            part = cast("dict[str, Any]", content)
            nested = self._nested(name, old, part)
            if nested is not None:
                self._values[name] = nested
                nested.take(part, context, path)
                return
            if isinstance(content, Part) and isinstance(old, dict):
                self._values[name] = _merged(cast("dict[Any, Any]", old), content, context, path)
                return
        self._values[name] = value
        context.gives(path)

    def _nested(self, name: str, old: Any, part: dict[str, Any]) -> _Draft | None:
        """Give the draft that a value is merged into, if it's a part of one and no other whole."""
        if name in self._values and isinstance(old, dict):
            old = self._settled(name, cast("dict[str, Any]", old))
        draft = _Draft(old) if isinstance(old, base_models()) else old
        if not isinstance(draft, _Draft) or _is_another_kind(draft.model, part):
            return None
        return draft

    def _settled(self, name: str, given: dict[str, Any]) -> Any:
        """Give the model that a mapping of a weaker layer stands for, if it's one already."""
        from pydantic import create_model  # with models it's there, and few need this

        field = self.model.model_fields.get(name)
        annotation: Any = field.annotation if field else Any
        holder: Any = create_model(
            "Holder", __config__={"arbitrary_types_allowed": True}, value=(annotation, ...)
        )
        try:
            return holder(value=_plain(given)).value
        except validation_errors():
            return given

    def validated(self, path: Path, errors: list[ParamError]) -> BaseModel:
        """Give the model with its new values; note what is wrong with them."""
        # What was never set is left to its default, which is validated once, as it was before.
        kept = {name: getattr(self._base, name) for name in _set_fields(self._base)}
        values = kept | {
            name: value.validated((*path, name), errors) if isinstance(value, _Draft) else value
            for name, value in self._values.items()
        }
        try:
            return self._made(values)
        except validation_errors() as error:
            problems = param_errors(error)
        except Exception as error:  # noqa: BLE001 - validators are the user's, and may raise anything
            errors.append(ParamError(f"{self.model.__name__}: {_raised(error)}", path=path))
            return self._base
        texts = {n: v.raw for n, v in values.items() if isinstance(v, Text) and v.raw != v.value}
        return self._by_text(values, texts, problems, path, errors)

    def _by_text(
        self,
        values: dict[str, Any],
        texts: dict[str, str],
        problems: list[ParamError],
        path: Path,
        errors: list[ParamError],
    ) -> BaseModel:
        """Try what is wrong as YAML as the texts that were typed; note what is wrong then, too."""
        refused = {self._name(problem) for problem in problems} & texts.keys()
        remaining = problems
        if refused:
            tried = values | {name: texts[name] for name in refused}
            try:
                return self._made(tried)
            except validation_errors() as error:
                after = {self._name(problem): problem for problem in param_errors(error)}
            still = [p for p in problems if self._name(p) in after]
            known = {self._name(p) for p in still}
            remaining = still + [p for name, p in after.items() if name not in known]
        for problem in remaining:
            problem.path = (*path, self._name(problem), *problem.path[1:]) if problem.path else path
            errors.append(problem)
        return self._base

    def _made(self, values: dict[str, Any]) -> BaseModel:
        return self.model.model_validate(
            {_key(self.model, name): _plain(value) for name, value in values.items()}
        )

    def _name(self, problem: ParamError) -> str:
        """Give the name of the field that a problem is about, which pydantic calls by its alias."""
        key = problem.path[0] if problem.path else ""
        names = (name for name in self.model.model_fields if _key(self.model, name) == key)
        return next(names, key)


def _raised(error: Exception) -> str:
    return f"its validation raised {type(error).__name__}{f': {error}' if str(error) else ''}"


def _merged(old: dict[Any, Any], part: Mapping[str, Any], context: _Layer, path: Path) -> Mixed:
    """Give a mapping with some entries replaced, and others added."""
    found = Mixed(old)
    names = {str(key): key for key in old}
    for name, value in part.items():
        key = names.get(name, name)
        before = found.get(key)
        if isinstance(value, Part) and isinstance(before, dict):
            inner = cast("dict[Any, Any]", before)
            found[key] = _merged(inner, value, context, (*path, name))
        else:
            found[key] = value
            context.gives((*path, name))
    return found


def _content(value: Any) -> Any:
    return value.value if isinstance(value, Text) else value


def _plain(value: Any) -> Any:
    """Give a value without the words of this module in it."""
    if isinstance(value, Text):
        return value.value
    if isinstance(value, Mixed):
        return {key: _plain(item) for key, item in value.items()}
    return value


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
        and not set(_readings(values[name])).intersection(
            map(repr, typing.get_args(field.annotation))
        )
        for name, field in model.model_fields.items()
    )


def _readings(value: Any) -> Iterator[str]:
    if isinstance(value, Text):
        yield repr(value.raw)
    yield repr(_plain(value))


def _no_such_parameter(model: type[BaseModel], path: Path, layer: int) -> ParamError:
    """Give the error for a name that a model has no field for, with the nearest ones."""
    import difflib  # only for who mistyped a name

    known = list(model.model_fields)
    near = difflib.get_close_matches(path[-1], known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"it has: {', '.join(known) or 'none'}"
    message = f"{model.__name__} has no parameter {path[-1]!r}"
    return ParamError(message, path=path, layer=layer, hint=hint)


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
