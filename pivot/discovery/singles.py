"""Parameters that are replaced one by one: `--set train.rate=0.05`, and the same from Python.

A *single* is one value with the name under which it was given. A key is a stage's name, a dot, and
the names that lead to a value, joined by dots; a stage's name that has dots itself may be quoted:
`'my.stage'.rate`. A typed value is read as YAML; where that gives the wrong type, it's the text as
it stands. Example::

    read_settings(["train.rate=0.05"], stages)
    read_settings({"train.rate": 0.05}, stages)

Tests: tests/discovery/test_singles.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from pivot.discovery.overrides import NamedSource, Override, located, unknown_stage
from pivot.errors import UsageError
from pivot.frozen import frozen
from pivot.stage_def import Mixed, Part, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pivot.discovery.overrides import ParamPath
    from pivot.errors import PivotError
    from pivot.stage import Stage

    #: Keys with values, or a text or texts as they are typed: `KEY=VALUE`.
    type Settings = Mapping[str, object] | Sequence[str]

_QUOTED = re.compile(r"""(["'])(?P<stage>[^"']+)\1\.(?P<rest>.+)""")
# YAML 1.1 takes 12:30 for 750, a number of base 60; whoever types that means a time.
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")


@frozen
class Single:
    """One value that was given alone."""

    stage: str
    path: ParamPath
    value: object
    #: What gave it: `PIVOT_PARAMS__TRAIN__RATE`, `--set train.rate`.
    name: str


def typed_value(text: str) -> object:
    """Give what was typed for a value."""
    if _SEXAGESIMAL.fullmatch(text):
        return text
    # Only who types values pays for the parser.
    import yaml

    from pivot.plain_yaml import plain_value

    try:
        value = plain_value(text, yaml.SafeLoader) if text else ""
    except (yaml.YAMLError, ValueError, RecursionError):
        # A text like `*.csv` or `@home`; where another type is wanted, the message shows it.
        return text
    return Text(text, value)


def collect(singles: Iterable[Single]) -> tuple[Override, ...]:
    """Give one override for each stage, in which later values replace earlier ones."""
    parts: dict[str, Part] = {}
    names: dict[str, dict[ParamPath, str]] = {}
    for single in singles:
        _put(parts.setdefault(single.stage, Part()), single.path, single.value)
        names.setdefault(single.stage, {})[single.path] = single.name
    return tuple(Override(stage, part, NamedSource(names[stage])) for stage, part in parts.items())


def _put(part: dict[str, Any], path: ParamPath, value: object) -> None:
    first, *others = path
    if not others:
        part[first] = value
        return
    old = part.get(first)
    inner = old.value if isinstance(old, Text) else old
    if not isinstance(inner, Mixed):
        # A copy: what is inside of a `Text`, or was handed in by a caller, stays as it was.
        part[first] = Mixed(cast("dict[Any, Any]", inner)) if isinstance(inner, dict) else Part()
    _put(part[first], tuple(others), value)


def as_texts(given: Settings) -> tuple[str, ...]:
    """Give settings as they could be typed."""
    if isinstance(given, Mapping):
        return tuple(f"{key}={value}" for key, value in given.items())
    return (given,) if isinstance(given, str) else tuple(given)


def read_settings(
    given: Settings, stages: tuple[Stage, ...]
) -> tuple[tuple[Override, ...], list[PivotError]]:
    """Give what was set for stages, and what is wrong with it."""
    errors: list[PivotError] = []
    singles: dict[tuple[str, ParamPath], Single] = {}
    known = {stage.name: stage.params for stage in stages}
    for key, value, name in _given(given, errors):
        meaning = _meaning(key, name, known, errors)
        if meaning is not None:
            # Also in order: what is said last is to be the last.
            singles.pop(meaning, None)
            singles[meaning] = Single(*meaning, value, name)
    return collect(singles.values()), errors


def _given(given: Settings, errors: list[PivotError]) -> Iterator[tuple[str, object, str]]:
    """Give key, value and name of each setting."""
    if isinstance(given, Mapping):
        yield from ((str(key), value, f"params[{key!r}]") for key, value in given.items())
        return
    for text in [given] if isinstance(given, str) else given:
        key, sign, value = text.partition("=")
        if sign:
            yield key, typed_value(value), f"--set {key}"
        else:
            errors.append(_no_setting(f"--set {text}"))


def _no_setting(name: str) -> UsageError:
    return UsageError(
        f"{name}: this names no parameter with its value",
        hint="write --set STAGE.PARAMETER=VALUE",
    )


def _meaning(
    key: str, name: str, known: Mapping[str, Any], errors: list[PivotError]
) -> tuple[str, ParamPath] | None:
    """Give the stage and the path that a key means; note an error if it's not just one."""
    found = list(_splits(key, known))
    if len(found) > 1:
        # The names of stages overlap; a parameter that isn't there is not meant.
        found = [split for split in found if _has(known[split[0]], split[1][0])] or found[-1:]
    if len(found) == 1:
        return found[0]
    if found:
        meant = " or ".join(f"{'.'.join(path)} of the stage {stage!r}" for stage, path in found)
        hint = f"quote the name of the stage: '{found[-1][0]}'.{'.'.join(found[-1][1])}"
        errors.append(located(f"this could be {meant}", name, hint))
    elif "." not in key.strip("."):
        errors.append(_no_setting(name))
    else:
        quoted = _QUOTED.fullmatch(key)
        stage = quoted["stage"] if quoted else key.partition(".")[0]
        errors.append(unknown_stage(stage, name, list(known)))
    return None


def _has(params: Any, name: str) -> bool:
    return params is not None and name in type(params).model_fields


def _splits(key: str, stages: Iterable[str]) -> Iterator[tuple[str, ParamPath]]:
    """Give the ways to read a key as a stage and a path."""
    quoted = _QUOTED.fullmatch(key)
    for stage in stages:
        if quoted:
            rest = quoted["rest"] if quoted["stage"] == stage else ""
        else:
            rest = key[len(stage) + 1 :] if key.startswith(f"{stage}.") else ""
        if rest and all(rest.split(".")):
            yield stage, tuple(rest.split("."))
