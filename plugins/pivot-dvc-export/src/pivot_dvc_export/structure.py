"""Is a text a `dvc.yaml` that means the plan? Asked without DVC, of what stands in the text.

The shape is that of DVC's schema, as far as an export uses it. The graph is worked out as DVC does
it: a stage reads from another if a path that it reads is, lies in, or holds one that the other
writes. Tests: tests/test_structure.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from pivot_dvc_export.document import OUT_LISTS, command
from pivot_dvc_export.names import stage_name
from pivot_dvc_export.notation import TEMPLATE, loads, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pivot.interfaces import Plan

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_TEXTS = frozenset({"cmd", "desc"})
_LISTS = frozenset({"deps", "params", *OUT_LISTS})
_FLAGS = frozenset({"cache", "persist"})


@dataclass(frozen=True, slots=True)
class _Stage:
    name: str
    command: str
    deps: tuple[str, ...]
    outs: tuple[str, ...]


def problems(plan: Plan, text: str) -> list[str]:
    """Give all that is wrong with the text of a plan, as far as it can be told."""
    try:
        content = loads(text)
    except yaml.YAMLError as error:
        return [f"this is not YAML: {error}"]
    found = list(_shape(content))
    if found:
        return found
    stages = [_read(name, entry) for name, entry in content["stages"].items()]
    return [*_names(plan, stages), *_paths(stages), *_edges(plan, stages)]


def _shape(content: Any) -> Iterator[str]:
    if not (isinstance(content, dict) and content.keys() == {"stages"}):
        yield "expected a mapping with 'stages' alone"
    elif not isinstance(content["stages"], dict):
        yield "'stages' is not a mapping"
    else:
        yield from (f"the template in {text!r} is not escaped" for text in _templates(content))
        for name, entry in content["stages"].items():
            yield from (f"stage {name!r}: {problem}" for problem in _entry(name, entry))


def _templates(value: Any) -> Iterator[str]:
    match value:
        case str() if TEMPLATE.search(value):
            yield value
        case list():
            for item in value:
                yield from _templates(item)
        case dict():
            for key, item in value.items():
                yield from _templates(key)
                yield from _templates(item)
        case _:
            pass


def _entry(name: Any, entry: Any) -> Iterator[str]:
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        yield "DVC refuses this name"
    if not isinstance(entry, dict):
        yield "not a mapping"
        return
    if "cmd" not in entry:
        yield "there is no 'cmd'"
    for title, value in entry.items():
        if title in _TEXTS:
            sound = isinstance(value, str)
        elif title in _LISTS:
            sound = isinstance(value, list) and all(_item(title, item) for item in value)
        else:
            sound = False
        if not sound:
            yield f"{title!r} can't be {value!r}"


def _item(title: str, item: Any) -> bool:
    """Say whether an item may stand in the list of a title."""
    if isinstance(item, str):
        return bool(item)
    if title == "deps" or not (isinstance(item, dict) and len(item) == 1):
        return False
    ((key, value),) = item.items()
    if title == "params":
        names = value if isinstance(value, list) else []
        return value is None or (bool(names) and all(isinstance(name, str) for name in names))
    return isinstance(key, str) and isinstance(value, dict) and _flags(value)


def _flags(flags: dict[Any, Any]) -> bool:
    return flags.keys() <= _FLAGS and all(isinstance(flag, bool) for flag in flags.values())


def _read(name: str, entry: dict[str, Any]) -> _Stage:
    outs = [item for title in OUT_LISTS for item in entry.get(title, ())]
    return _Stage(
        stage_name(name),
        unescaped(entry["cmd"]),
        tuple(map(unescaped, entry.get("deps", ()))),
        tuple(unescaped(item if isinstance(item, str) else next(iter(item))) for item in outs),
    )


def _names(plan: Plan, stages: Iterable[_Stage]) -> Iterator[str]:
    wanted = [(stage.name, command(stage.name)) for stage in plan.stages]
    found = [(stage.name, stage.command) for stage in stages]
    if found != wanted:
        yield f"the stages and their commands are {found}, not {wanted}"


def _paths(stages: Iterable[_Stage]) -> Iterator[str]:
    stages = tuple(stages)
    owners = _owners(stages)
    for stage in stages:
        for path in stage.outs:
            if owners[path] != stage.name or stage.outs.count(path) > 1:
                yield f"two outputs are {path!r}"
            yield from (
                f"the output {path!r} lies in the output {parent!r}"
                for parent in _parents(path)
                if parent in owners
            )
        if len(set(stage.deps)) < len(stage.deps):
            yield f"stage {stage.name!r}: an input is there twice"


def _owners(stages: Iterable[_Stage]) -> dict[str, str]:
    owners: dict[str, str] = {}
    for stage in stages:
        for path in stage.outs:
            owners.setdefault(path, stage.name)
    return owners


def _parents(path: str) -> Iterator[str]:
    return (str(parent) for parent in PurePosixPath(path).parents if parent.name)


def _edges(plan: Plan, stages: Iterable[_Stage]) -> Iterator[str]:
    stages = tuple(stages)
    owners = _owners(stages)
    within: dict[str, set[str]] = {}
    for path, owner in owners.items():
        for parent in _parents(path):
            within.setdefault(parent, set()).add(owner)
    found: set[tuple[str, str]] = set()
    for stage in stages:
        for path in stage.deps:
            feeders = {owners[place] for place in (path, *_parents(path)) if place in owners}
            found |= {(feeder, stage.name) for feeder in feeders | within.get(path, set())}
    yield from difference(plan, found)


def difference(plan: Plan, edges: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Say which edges of a plan are missing, and which are too many."""
    wanted, found = set(plan.edges), set(edges)
    yield from (f"{up!r} does not feed {down!r}" for up, down in sorted(wanted - found))
    yield from (f"{up!r} feeds {down!r}, but not in Pivot" for up, down in sorted(found - wanted))
