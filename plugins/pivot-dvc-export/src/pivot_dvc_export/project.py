"""The stages of a project of DVC: each `dvc.yaml`, with its templates, loops and matrices expanded.

What has no counterpart in Pivot is noted, and left. Example: `read_project(root).stages`. Source of
the format: dvc.org/doc/user-guide/project-structure/dvcyaml-files. Tests: tests/test_project.py.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import posixpath
import re
import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML, YAMLError
from ruamel.yaml.error import ReusedAnchorWarning

from pivot.discovery.matrix import MOST_VARIANTS
from pivot.errors import DiscoveryError, Place
from pivot.plain_yaml import ExtentError, check_extent
from pivot.stage import STAGE_NAME
from pivot_dvc_export.templates import Reference, Scope, TemplateError, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "dvc.yaml"
PARAMS_FILE = "params.yaml"
_FOREIGN = re.compile(r"[^A-Za-z0-9_.@+-]")
_NOT_LOOKED_INTO = frozenset({".git", ".dvc", ".pivot", ".venv", "node_modules"})
_KNOWN = frozenset(
    {"cmd", "deps", "params", "outs", "metrics", "plots", "wdir", "desc", "vars", "meta"}
)
_OF_OUTS = frozenset({"cache", "persist"})
# What parsers let through when a value doesn't fit its tag, or a version is none.
_OF_VALUES = (ArithmeticError, AttributeError, LookupError, TypeError)
#: What a plot may say of itself in either tool, in the order in which it's written.
_OF_PLOTS = ("x", "y", "title")
_SEVERAL = re.compile(r"[;&|\n]")


@dataclass(frozen=True, slots=True)
class Made:
    """An output of a stage."""

    path: Text
    #: "out", "metric" or "plot".
    kind: str
    cache: bool
    persist: bool
    #: Of a plot: its columns and its title, by the names that both tools have for them.
    axes: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class Step:
    """A stage of DVC, as Pivot can have it."""

    name: str
    #: What it is called in its `dvc.lock`.
    dvc_name: str
    #: The directory of its `dvc.yaml`, relative to the root, "" for the root.
    home: str
    line: Text
    #: The commands that it was made of.
    lines: list[str]
    #: Where the line starts, relative to the root.
    directory: str
    deps: list[Text] = field(default_factory=list[Text])
    outs: list[Made] = field(default_factory=list[Made])
    #: File -> names of values, None for all of it.
    params: dict[str, list[str] | None] = field(default_factory=dict[str, list[str] | None])
    description: str = ""


@dataclass(slots=True)
class Project:
    """What was found, and what is to be said about it."""

    root: Path
    steps: list[Step] = field(default_factory=list[Step])
    #: What is the same by other means, what became something a little different, and what became
    #: nothing: (where, what).
    translated: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    approximated: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    left: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    #: The paths of data that `.dvc` files name, relative to the root, with their MD5s.
    tracked: dict[str, str] = field(default_factory=dict[str, str])


def read_project(root: Path) -> Project:
    """Read each `dvc.yaml` and `.dvc` file below a root; raise `DiscoveryError` if one is wrong."""
    project = Project(root)
    for directory, directories, files in os.walk(root):
        directories[:] = sorted(set(directories) - _NOT_LOOKED_INTO)
        here = Path(directory)
        if FILE in files:
            _File(project, here).read()
        for name in sorted(files):
            if name.endswith(".dvc") and name != ".dvc":
                _tracked(project, here / name)
    if not project.steps and not project.tracked:
        raise DiscoveryError(f"there is neither a {FILE} nor a .dvc file in {root}")
    _named(project)
    return project


def load(file: Path) -> Any:
    """Give the values in a YAML, JSON or TOML file, as DVC reads it; raise `DiscoveryError`."""
    try:
        text = file.read_text("utf-8")
        match file.suffix:
            case ".json":
                return json.loads(text)
            case ".toml":
                return tomllib.loads(text)
            case _:
                return _yaml(text)
    except ExtentError as error:
        raise DiscoveryError(str(error), where=Place(file.name, error.line)) from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
        place = Place(file.name, mark.line + 1 if mark else 1)
        raise DiscoveryError(f"this is not YAML: {reason:.300}", where=place) from error
    except (*_OF_VALUES, OSError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise DiscoveryError(f"{file.name} can't be read: {reason}") from error


def _yaml(text: str) -> Any:
    with warnings.catch_warnings():
        # DVC takes the last one, too.
        warnings.simplefilter("ignore", ReusedAnchorWarning)
        check_extent(YAML(typ="safe", pure=True).compose(text))
        return YAML(typ="safe", pure=True).load(text)


def _named(project: Project) -> None:
    """Give every stage a name that Pivot takes, and that no other has."""
    taken: set[str] = set()
    for step in project.steps:
        wanted = _FOREIGN.sub("_", step.name).lstrip("@.+-") or "stage"
        if wanted in taken and step.home:
            wanted = f"{_FOREIGN.sub('_', step.home)}_{wanted}"
        name, number = wanted, 1
        while name in taken or not STAGE_NAME.fullmatch(name):
            number += 1
            name = f"{wanted[:190]}_{number}"
        taken.add(name)
        if name != step.dvc_name:
            project.approximated.append((name, f"it was called {step.dvc_name}"))
        step.name = name


def _tracked(project: Project, file: Path) -> None:
    content = load(file)
    where = file.relative_to(project.root).as_posix()
    outs = content.get("outs") if isinstance(content, Mapping) else None
    if not isinstance(outs, list):
        raise DiscoveryError(f"{where} has no list of 'outs'")
    home = file.parent / str(content.get("wdir", "."))
    for out in outs:
        if isinstance(out, Mapping) and isinstance(out.get("path"), str):
            path = Path(os.path.normpath(home / out["path"]))
            if path.is_relative_to(project.root):
                name = path.relative_to(project.root).as_posix()
                project.tracked[name] = str(out.get("md5") or "")
    if content.get("deps"):
        project.left.append((where, "it is an import: 'dvc update' goes on to bring it up to date"))
    else:
        project.left.append((where, "its data stay with DVC: stages read them where they are"))


class _File:
    """One `dvc.yaml`."""

    def __init__(self, project: Project, directory: Path) -> None:
        self.project = project
        self.home = directory.relative_to(project.root).as_posix().removeprefix(".")
        self.where = posixpath.join(self.home, FILE)
        self.content: Any = load(directory / FILE) or {}
        self.directory = directory

    def read(self) -> None:
        content = self.content
        if not isinstance(content, Mapping) or not isinstance(content.get("stages", {}), Mapping):
            raise DiscoveryError(f"{self.where} has no mapping of stages")
        try:
            scope = self._scope(content.get("vars"), self.home, Scope(()))
        except TemplateError as error:
            raise DiscoveryError(f"{self.where}: 'vars': {error}") from error
        implicit = self.directory / PARAMS_FILE
        if implicit.is_file():
            values = load(implicit)
            path = posixpath.join(self.home, PARAMS_FILE)
            scope = Scope((*scope.layers, (values if isinstance(values, Mapping) else {}, path)))
        metrics = {self._normal(self.home, str(one)) for one in _listed(content.get("metrics"))}
        for name, entry in content.get("stages", {}).items():
            if not isinstance(entry, Mapping):
                raise DiscoveryError(f"{self.where}: stage {name!r} is no mapping")
            try:
                self.project.steps += self._expanded(str(name), entry, scope)
            except TemplateError as error:
                raise DiscoveryError(f"{self.where}: stage {name!r}: {error}") from error
        self._mark_metrics(metrics)
        for key in sorted(content.keys() - {"stages", "vars", "metrics"}):
            self.project.left.append((self.where, f"'{key}' has no counterpart"))

    def _mark_metrics(self, paths: set[str]) -> None:
        for step in self.project.steps:
            step.outs = [
                Made(out.path, "metric", out.cache, out.persist)
                if out.path.now in paths and out.kind == "out"
                else out
                for out in step.outs
            ]

    def _scope(self, listed: Any, home: str, outer: Scope) -> Scope:
        """Add what a list of variables says: mappings, and files by their paths."""
        layers = list(outer.layers)
        for one in _listed(listed):
            if isinstance(one, Mapping):
                layers.insert(0, (outer.value(dict(one)), None))
                continue
            file, _, chosen = str(one).partition(":")
            path = self._normal(home, file)
            values = load(self.project.root / path)
            if chosen:
                values = {key: values[key] for key in chosen.split(",") if key in values}
            layers.insert(0, (values if isinstance(values, Mapping) else {}, path))
        return Scope(tuple(layers))

    def _expanded(self, name: str, entry: Mapping[str, Any], scope: Scope) -> Iterator[Step]:
        if "foreach" in entry:
            yield from self._loop(name, entry, scope)
        elif "matrix" in entry:
            yield from self._matrix(name, entry, scope)
        else:
            yield self._step(name, name, entry, scope)

    def _loop(self, name: str, entry: Mapping[str, Any], scope: Scope) -> Iterator[Step]:
        inner, over = entry.get("do"), scope.value(entry["foreach"])
        if not isinstance(inner, Mapping) or not isinstance(over, (list, Mapping)):
            raise DiscoveryError(f"{self.where}: stage {name!r}: 'foreach' needs values and 'do'")
        self._as_it_is_now(name, entry["foreach"])
        if isinstance(over, Mapping):
            for key, item in over.items():
                full = f"{name}@{key}"
                yield self._step(full, full, inner, scope.inside({"key": key, "item": item}))
            return
        simple = all(not isinstance(item, (list, Mapping)) for item in over)
        for number, item in enumerate(over):
            full = f"{name}@{item if simple else number}"
            yield self._step(full, full, inner, scope.inside({"item": item}))

    def _matrix(self, name: str, entry: Mapping[str, Any], scope: Scope) -> Iterator[Step]:
        over = scope.value(entry["matrix"])
        if not isinstance(over, Mapping) or not all(isinstance(v, list) for v in over.values()):
            raise DiscoveryError(f"{self.where}: stage {name!r}: 'matrix' needs lists of values")
        self._as_it_is_now(name, entry["matrix"])
        count = math.prod(map(len, over.values()))
        if count > MOST_VARIANTS:
            raise DiscoveryError(f"{self.where}: stage {name!r}: its matrix makes {count:,} stages")
        for chosen in itertools.product(*(enumerate(values) for values in over.values())):
            words = [
                f"{dimension}{number}" if isinstance(value, (list, Mapping)) else str(value)
                for dimension, (number, value) in zip(over, chosen, strict=True)
            ]
            key = "-".join(words)
            item = {dim: value for dim, (_, value) in zip(over, chosen, strict=True)}
            full = f"{name}@{key}"
            yield self._step(full, full, entry, scope.inside({"key": key, "item": item}))

    def _as_it_is_now(self, name: str, values: Any) -> None:
        if "${" in json.dumps(values, default=str):
            note = "its variants are those of the values as they are now"
            self.project.approximated.append((name, note))

    def _step(self, name: str, dvc_name: str, entry: Mapping[str, Any], outer: Scope) -> Step:
        wdir = self._normal(self.home, outer.text(str(entry.get("wdir", "."))).now)
        scope = self._scope(entry.get("vars"), wdir, outer)
        lines = self._lines(name, entry, scope)
        step = Step(name, dvc_name, self.home, _together(lines), [one.now for one in lines], wdir)
        step.description = str(entry.get("desc") or "").strip()
        deps = [self._path(wdir, scope.text(str(dep))) for dep in _listed(entry.get("deps"))]
        step.deps = [dep for dep in deps if _is_inside(dep.now)]
        for part, kind in (("outs", "out"), ("metrics", "metric"), ("plots", "plot")):
            for one in _listed(entry.get(part)):
                step.outs.append(self._made(name, one, kind, wdir, scope))
        for one in _listed(entry.get("params")):
            self._add_params(step, scope.value(one), wdir)
        for key in sorted(entry.keys() - _KNOWN - {"do", "foreach", "matrix"}):
            if entry[key]:
                self.project.left.append((name, f"'{key}' has no counterpart"))
        return step

    def _lines(self, name: str, entry: Mapping[str, Any], scope: Scope) -> list[Text]:
        lines = [scope.text(str(line).strip()) for line in _listed(entry.get("cmd"))]
        if not lines:
            raise DiscoveryError(f"{self.where}: stage {name!r} has no 'cmd'")
        return lines

    def _made(self, name: str, one: Any, kind: str, wdir: str, scope: Scope) -> Made:
        ((path, flags),) = one.items() if isinstance(one, Mapping) else ((one, None),)
        flags = flags if isinstance(flags, Mapping) else {}
        axes = {
            key: value
            for key in (_OF_PLOTS if kind == "plot" else ())
            if isinstance(value := flags.get(key), str)
        }
        for key in sorted(flags.keys() - _OF_OUTS - axes.keys()):
            self.project.left.append((name, f"'{key}' of {path} has no counterpart"))
        persist, cache = bool(flags.get("persist")), bool(flags.get("cache", True))
        if persist and kind != "out":
            self.project.left.append((name, f"'persist' of {path}, which is a {kind}"))
        found = self._path(wdir, scope.text(str(path)))
        return Made(found, kind, cache, persist and kind == "out", axes)

    def _add_params(self, step: Step, one: Any, wdir: str) -> None:
        files = one if isinstance(one, Mapping) else {PARAMS_FILE: [one]}
        for file, names in files.items():
            path = self._normal(wdir, str(file))
            if not names:
                step.params[path] = None
            elif step.params.get(path, []) is not None:
                known = step.params.setdefault(path, [])
                assert known is not None  # noqa: S101 - as was just asked
                known += [str(name) for name in _listed(names)]

    def _path(self, wdir: str, text: Text) -> Text:
        """Give a path relative to the root."""
        if text.references:
            # As it's written: what the values come to is normalised when the pipeline is read.
            return text.prefixed("" if wdir == "." else f"{wdir}/")
        return Text((self._normal(wdir, text.now),))

    def _normal(self, home: str, path: str) -> str:
        found = posixpath.normpath(posixpath.join(home, path))
        if not _is_inside(found):
            self.project.left.append((self.where, f"{path} lies outside of the project"))
        return found


def _together(lines: list[Text]) -> Text:
    """Give one line that goes on with the next command as long as all is well."""
    if len(lines) == 1:
        return lines[0]
    parts: list[str | Reference] = []
    for number, line in enumerate(lines):
        parts += [" && "] if number else []
        parts += ["(", *line.parts, ")"] if _SEVERAL.search(line.now) else line.parts
    return Text(tuple(parts))


def _is_inside(path: str) -> bool:
    return not posixpath.isabs(path) and path.split("/", maxsplit=1)[0] != ".."


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
