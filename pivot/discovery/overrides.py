"""What replaces the parameters of stages: layers of overrides, each with its places.

An *override* is what one source says about one stage. Those of `pivot.yaml` come first, then those
of `params.yaml`, of the environment, and of the command line: later ones win, value by value. A
wrong stage or field name and a value of the wrong type are errors with their place, and all are
told at once. An *origin* is where a value comes from: a place in a file, or the name of a variable
or an option. Example::

    apply_overrides(stages, [Override("train", {"epochs": 3}, FileSource("params.yaml", 1, node))])

Tests: tests/discovery/test_overrides.py.
"""

from __future__ import annotations

import dataclasses
import re
import reprlib
from typing import TYPE_CHECKING, Any, Protocol

from pivot.errors import DefinitionError, DefinitionErrors, PivotError, Place
from pivot.frozen import frozen
from pivot.shell import Command
from pivot.stage import VARIANT_SIGN
from pivot.stage_def import ParamError, giver, override

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pivot.stage import Stage

    #: The names that lead to a value, through nested models.
    type ParamPath = tuple[str, ...]
    type Origin = Place | str

#: A list of all stages is no help in a pipeline of hundreds.
MOST_SHOWN = 5
#: How messages begin that are about one stage, with what variants of one have in common.
_ABOUT = re.compile(r"stage '([^'@]*)[^']*': ")


class Source(Protocol):
    """Knows where the values of an override are said."""

    def origin(self, path: ParamPath) -> Origin:
        """Give the origin of a value, or of the nearest that is around it."""
        ...


@frozen
class FileSource:
    """A mapping in a YAML file of the project."""

    file: str
    #: The line on which stands whose values these are.
    line: int
    node: Any

    def origin(self, path: ParamPath) -> Place:
        """Give the line of a value, or of the nearest that is around it."""
        # Late: whoever has read such a file has it.
        from pivot.discovery.yaml_file import line_of, members

        node, line = self.node, self.line
        for name in path:
            found = [pair for pair in members(node) if pair[0].value == name]
            if not found:
                break
            key, node = found[-1]
            line = line_of(key)
        return Place(self.file, line)


@frozen
class NamedSource:
    """Values that were given one by one, each under a name of its own."""

    #: Path -> what gives the value: `PIVOT_PARAMS__TRAIN__RATE`, `--set train.rate`.
    names: Mapping[ParamPath, str]

    def origin(self, path: ParamPath) -> str:
        """Give the name under which a value was given."""
        return giver(self.names, path) or ""


@frozen
class Override:
    """What one source says about the parameters of one stage."""

    stage: str
    #: A mapping from fields to values, those of nested models as mappings; None says nothing.
    values: Any
    source: Source


@frozen
class Parametrised:
    """Stages with their final parameters, and where those come from."""

    stages: tuple[Stage, ...]
    #: Stage -> path of a value -> its origin; what is nowhere here is as the code says.
    origins: Mapping[str, Mapping[ParamPath, Origin]]


def apply_overrides(
    stages: tuple[Stage, ...], overrides: Iterable[Override], errors: Sequence[PivotError] = ()
) -> Parametrised:
    """Give the stages with what the overrides replace; later overrides win.

    Where there are commands, a file is theirs, too: what it says of no stage is left to them.
    Raises `DefinitionErrors` with every wrong override, and the errors that are known already.
    """
    wrong = list(errors)
    by_stage: dict[str, list[Override]] = {}
    takers = {stage.name for stage in stages if not isinstance(stage.function, Command)}
    shared = len(takers) < len(stages)
    for one in overrides:
        if one.stage in takers or not (shared and isinstance(one.source, FileSource)):
            by_stage.setdefault(one.stage, []).append(one)
    names = {stage.name for stage in stages}
    for name, unknown in by_stage.items():
        if name not in names:
            known = [stage.name for stage in (*stages, *families(stages))]
            wrong += [unknown_stage(name, one.source.origin(()), known) for one in unknown]
    origins: dict[str, Mapping[ParamPath, Origin]] = {}
    changed = tuple(
        _overridden(stage, by_stage[stage.name], origins, wrong)
        if stage.name in by_stage
        else stage
        for stage in stages
    )
    if wrong:
        raise DefinitionErrors(once(sorted(wrong, key=_order)))
    return Parametrised(changed, origins)


def once(errors: Iterable[PivotError]) -> list[PivotError]:
    """Give the errors, each that many variants share for the first of them."""
    found: dict[object, PivotError] = {}
    for error in errors:
        found.setdefault((str(error.where), _ABOUT.sub(r"\1: ", error.message), error.hint), error)
    return list(found.values())


def families(stages: Iterable[Stage]) -> list[Stage]:
    """Give for each name that means all variants of a stage one with parameters, under that name.

    `train` means the stage of that name, or else all that are called `train@...`.
    """
    found: dict[str, Stage] = {}
    names = set[str]()
    for stage in stages:
        names.add(stage.name)
        if VARIANT_SIGN in stage.name and stage.params is not None:
            found.setdefault(stage.name.partition(VARIANT_SIGN)[0], stage)
    return [dataclasses.replace(s, name=name) for name, s in found.items() if name not in names]


def for_variants(overrides: Iterable[Override], stages: Iterable[Stage]) -> list[Override]:
    """Give the overrides of one source, those for all variants of a stage as one for each.

    What names one of them by itself wins.
    """
    variants: dict[str, list[str]] = {}
    known = set[str]()
    for name in (stage.name for stage in stages):
        known.add(name)
        variants.setdefault(name.partition(VARIANT_SIGN)[0], []).append(name)
    shared, single = list[Override](), list[Override]()
    for one in overrides:
        if one.stage in known or one.stage not in variants:
            single.append(one)
        else:
            shared += [dataclasses.replace(one, stage=name) for name in variants[one.stage]]
    return [*shared, *single]


def _order(error: PivotError) -> tuple[bool, str, int]:
    place = error.where
    return (place is None, place.file if place else "", place.line if place else 0)


def _overridden(
    stage: Stage,
    overrides: list[Override],
    origins: dict[str, Mapping[ParamPath, Origin]],
    errors: list[PivotError],
) -> Stage:
    sound = [one for one in overrides if _is_sound(stage, one, errors)]
    if not sound:
        return stage
    try:
        found = override(stage.params, [one.values for one in sound])
    except DefinitionErrors as problems:
        errors += [_placed(problem, stage, sound) for problem in problems.errors]
        return stage
    origins[stage.name] = {
        path: sound[number].source.origin(path) for path, number in found.layers.items()
    }
    return dataclasses.replace(stage, params=found.params)


def _is_sound(stage: Stage, one: Override, errors: list[PivotError]) -> bool:
    if one.values is None:
        return False
    if not isinstance(one.values, dict):
        problem = f"expected a mapping of parameters, not {reprlib.repr(one.values)}"
    elif stage.params is None:
        problem = "it takes no parameters"
    else:
        return True
    errors.append(located(f"stage {stage.name!r}: {problem}", one.source.origin(())))
    return False


def _placed(problem: PivotError, stage: Stage, overrides: list[Override]) -> DefinitionError:
    message = f"stage {stage.name!r}: {problem.message}"
    if not isinstance(problem, ParamError) or problem.layer is None:
        return DefinitionError(message, where=stage.defined, hint=problem.hint)
    origin = overrides[problem.layer].source.origin(problem.path)
    givers = [str(overrides[layer].source.origin(path)) for path, layer in problem.inside.items()]
    hint = f"its values come from {', '.join(dict.fromkeys(givers))}" if givers else None
    return located(message, origin, problem.hint or hint)


def located(message: str, origin: Origin, hint: str | None = None) -> DefinitionError:
    """Give an error with its origin: a place of a file, or the words before the message."""
    if isinstance(origin, Place):
        return DefinitionError(message, where=origin, hint=hint)
    return DefinitionError(f"{origin}: {message}", hint=hint)


def unknown_stage(name: str, origin: Origin, known: list[str]) -> DefinitionError:
    """Give the error for a name that no stage has, with the nearest ones."""
    import difflib  # only for who mistyped a name

    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else None
    if not near and len(known) <= MOST_SHOWN:
        hint = f"the stages are: {', '.join(known) or 'none'}"
    return located(f"there is no stage {name!r}", origin, hint)
