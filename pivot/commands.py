"""Stages that are shell commands: `pivot.command("python train.py", deps=..., outs=...)`.

The line, the parameters that it reads from files, and the Python files that it starts, with all of
the project's that these import, count as the stage's code. Example::

    pivot.command("python train.py", params=["train.rate"], deps=["clean.csv"], outs=["model.pkl"])

Tests: tests/test_commands.py.
"""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from pivot.discovery.yaml_file import YamlFile
from pivot.errors import DefinitionError, PathError
from pivot.paths import PARAMS_FILE, artifact_path
from pivot.registry import REGISTRY, Registry, current_root
from pivot.shell import Command
from pivot.stage_def.place import calling_place
from pivot.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot.shell import Script
    from pivot.stage_def.building import Deps, Outs

_FOREIGN = re.compile(r"[^A-Za-z0-9_.@+-]+")

#: Names of parameters in `params.yaml`, or in files by their paths; none of a file are all of it.
type Params = str | Iterable[str] | Mapping[str, Iterable[str] | None]


def command(
    line: str,
    *,
    name: str | None = None,
    deps: Deps = (),
    outs: Outs = (),
    params: Params = (),
    directory: str = ".",
    mutex: str | Iterable[str] = (),
    code: Iterable[object] = (),
    retries: int = 0,
    timeout: float | None = None,
    registry: Registry = REGISTRY,
) -> Command:
    """Register a stage that runs a line in the shell, and give it.

    Args:
        line: what the shell runs. It reads and writes files by itself.
        name: the stage's name; by default that of the script that it starts, or its first word.
        deps: files and directories that it reads, relative to the project's root.
        outs: what it writes, likewise.
        params: names of values that it reads from `params.yaml` (`"train.rate"`), or a mapping from
            files (YAML, JSON or TOML) to such names; `None` stands for all that is in the file.
        directory: where it is started, relative to the root.
        mutex: as for `Registry.register`, and likewise the rest.
        code: more functions, classes, modules or values whose changes run the stage again.
        retries: how often it is tried again when it fails.
        timeout: after how many seconds an attempt is ended.
        registry: where it is registered.

    Raises:
        DefinitionErrors: with everything that is wrong with the definition.
        DefinitionError: if a parameter isn't in its file, or the file can't be read.
    """
    root = current_root()
    directory = _directory(directory)
    scripts = Command(line, directory).scripts(root)
    by_file = _by_file(params)
    made = Command(
        line,
        directory,
        values=tuple(_values(root, by_file)),
        reads=tuple((file, tuple(names or ())) for file, names in by_file.items()),
        started=tuple(scripts),
    )
    registry.register(
        made,
        name=_default_name(line, scripts) if name is None else name,
        deps=deps,
        outs=outs,
        mutex=mutex,
        code=code,
        retries=retries,
        timeout=timeout,
    )
    return made


def _directory(written: str) -> str:
    try:
        return artifact_path(written).rstrip("/") if written != "." else written
    except PathError as error:
        error.where = error.where or calling_place()
        raise


def _default_name(line: str, scripts: list[Script]) -> str:
    first = scripts[0].path if scripts else (line.split() or ["command"])[0]
    return _FOREIGN.sub("_", PurePosixPath(first).stem).lstrip("@.+-") or "command"


def _by_file(params: Params) -> dict[str, list[str] | None]:
    """Give the names by file, None for all that is in it."""
    if isinstance(params, str):
        return {PARAMS_FILE: [params]}
    if isinstance(params, Mapping):
        files = cast("Mapping[str, Iterable[str] | None]", params)
        return {file: None if names is None else list(names) for file, names in files.items()}
    names = list(params)
    return {PARAMS_FILE: names} if names else {}


def _values(root: Path, by_file: Mapping[str, list[str] | None]) -> Iterator[tuple[str, object]]:
    for file, names in by_file.items():
        content = _content(root, file)
        if names is None:
            yield file, content
        for name in names or ():
            yield (name if file == PARAMS_FILE else f"{file}:{name}"), _value(content, name, file)


def _value(content: object, name: str, file: str) -> object:
    found: Any = content
    for part in name.split("."):
        if isinstance(found, Mapping) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            names = [*_names(content, "")]
            raise DefinitionError(
                f"there is no parameter {name!r} in {file}",
                where=calling_place(),
                hint=suggestion(name, names, "parameters"),
            )
    return found


def _names(content: Any, prefix: str) -> Iterator[str]:
    for key, value in content.items() if isinstance(content, Mapping) else ():
        yield f"{prefix}{key}"
        yield from _names(value, f"{prefix}{key}.")


def _content(root: Path, file: str) -> object:
    suffix = PurePosixPath(file).suffix
    try:
        if suffix == ".toml":
            return tomllib.loads((root / file).read_text("utf-8"))
        if suffix == ".json":
            return json.loads((root / file).read_bytes())
    except OSError as error:
        raise _unreadable(file, f"can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(file, f"is no {suffix[1:].upper()}: {error}") from error
    found = YamlFile.read(root, file)
    if found is None:
        raise _unreadable(file, "is not there")
    if found.errors:
        raise found.errors[0]
    return None if found.node is None else found.value(found.node)


def _unreadable(file: str, problem: str) -> DefinitionError:
    return DefinitionError(f"the file of parameters {file} {problem}", where=calling_place())


class Values:
    """A file of parameters, whose values can stand in a line: `f"--rate {params['train.rate']}"`.

    The file is read once, when the first value is asked for.
    """

    def __init__(self, file: str = PARAMS_FILE) -> None:
        self._file = file
        self._content: object = None

    def __getitem__(self, name: str) -> str:
        """Give a value by its dotted name as a word for the shell; of a mapping, as options.

        `true` and `false` are written so, and nothing is nothing. A mapping becomes options:
        `--rate 0.1 --fast`, without those that are false. Raises `DefinitionError` if there is no
        such value, or it's a list.
        """
        if self._content is None:
            self._content = _content(current_root(), self._file)
        return _word(_value(self._content, name, self._file), name)


def _word(value: object, name: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case Mapping():
            return shlex.join(_options(cast("Mapping[str, object]", value), ""))
        case list():
            problem = f"{name!r} is a list, which can't stand in a command"
            raise DefinitionError(problem, where=calling_place())
        case _:
            return str(value)


def _options(values: Mapping[str, object], prefix: str) -> Iterator[str]:
    for key, value in values.items():
        option = f"--{prefix}{key}"
        match value:
            case Mapping():
                yield from _options(cast("Mapping[str, object]", value), f"{prefix}{key}.")
            case False:
                continue
            case True:
                yield option
            case list():
                yield option
                yield from (_word(item, key) for item in cast("list[object]", value))
            case _:
                yield from (option, _word(value, key))
