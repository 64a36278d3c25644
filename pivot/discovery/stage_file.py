"""What `pivot.yaml` says: stages by import path, what each overrides, and its matrix.

An *entry* is what stands under a stage's name. A *dimension* of its matrix is a list of values, or
a mapping from values to what each *overrides*. Everything keeps its line; what is wrong is noted in
the file's errors, and left out of the entries. Nothing is imported here. Example::

    stages:
      train:
        function: steps:train
        matrix:
          model: [bert, gpt]
        outs:
          model: models/${model}.pkl

Tests: tests/discovery/test_declaring.py.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING, Any

from pivot.discovery.yaml_file import WRONG, YamlFile, is_nothing, line_of, members
from pivot.frozen import frozen
from pivot.paths import STAGE_FILE
from pivot.stage import LONGEST_TIMEOUT, STAGE_NAME, VARIANT_SIGN
from pivot.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FILE_KEYS = ("stages",)
OVERRIDE_KEYS = ("deps", "outs", "params")
ENTRY_KEYS = ("function", "matrix", *OVERRIDE_KEYS, "mutex", "retries", "timeout")

IMPORT_PATH = re.compile(
    r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*"
)
DIMENSION_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
#: A value is part of a stage's name.
CHOICE = re.compile(r"[A-Za-z0-9_.+-]+")


@frozen
class Written:
    """A text of the file."""

    text: str
    line: int


@frozen
class Params:
    """Values for parameters, with the mapping that they were read from."""

    values: Mapping[str, Any]
    #: The place of the word `params`, and the node of its mapping.
    line: int
    node: Any


@frozen
class Overrides:
    """What replaces parts of what the function declares."""

    deps: Mapping[str, Written] = field(default_factory=dict[str, Written])
    outs: Mapping[str, Written] = field(default_factory=dict[str, Written])
    params: Params | None = None


@frozen
class Choice:
    """One value of a dimension."""

    text: str
    line: int
    overrides: Overrides


@frozen
class Dimension:
    """One direction of a matrix, with its values in order."""

    name: str
    choices: tuple[Choice, ...]


@frozen
class Entry:
    """What the file says of one stage, or of all variants of one."""

    name: str
    line: int
    function: Written
    #: None if there is no matrix.
    matrix: tuple[Dimension, ...] | None
    #: The line of the word `matrix`.
    matrix_line: int
    overrides: Overrides
    mutex: tuple[str, ...]
    retries: int
    timeout: float | None
    #: What all of it was read from.
    node: Any


def read_entries(root: Path) -> tuple[YamlFile, tuple[Entry, ...]] | None:
    """Give a project's `pivot.yaml` and its sound entries, or None if there is none.

    What is wrong with the others is in the file's errors. Raises `DefinitionError` if the file as a
    whole can't be read.
    """
    file = YamlFile.read(root, STAGE_FILE)
    return None if file is None else (file, _EntryReader(file).entries())


class _EntryReader:
    """Reads the entries of one file."""

    def __init__(self, file: YamlFile) -> None:
        self._file = file
        #: What the errors are about: `stage 'train': `.
        self._about = ""

    def entries(self) -> tuple[Entry, ...]:
        node = self._file.node
        if node is None or is_nothing(node):
            return ()
        found = self._keys(node, FILE_KEYS, "the file")
        if "stages" not in found or is_nothing(found["stages"][1]):
            return ()
        names = self._members(found["stages"][1], "'stages' to be a mapping from names to stages")
        entries = [self._entry(key, value) for key, value in names]
        return tuple(entry for entry in entries if entry is not None)

    def _wrong(self, message: str, at: Any, hint: str | None = None) -> None:
        self._file.complain(f"{self._about}{message}", at, hint)

    def _members(self, node: Any, expected: str) -> list[tuple[Any, Any]]:
        """Give the members of a mapping, each name once; its own come after those it merges."""
        if node.id != "mapping":
            self._wrong(f"expected {expected}, not {_shown(node)}", node)
        found: dict[str, tuple[Any, Any]] = {}
        for key, value in members(node):
            if key.id == "scalar":
                found[key.value] = (key, value)
            else:
                self._wrong("a name is a word, not a list or a mapping", key)
        return list(found.values())

    def _keys(self, node: Any, known: tuple[str, ...], where: str) -> dict[str, tuple[Any, Any]]:
        """Give the members of a mapping that has only these keys."""
        found: dict[str, tuple[Any, Any]] = {}
        for key, value in self._members(node, f"{where} to be a mapping"):
            if key.value in known:
                found[key.value] = (key, value)
            else:
                hint = suggestion(key.value, known, "keys")
                self._wrong(f"{where} has no key {key.value!r}", key, hint)
        return found

    def _entry(self, key: Any, node: Any) -> Entry | None:
        self._about = ""
        name = str(key.value)
        before = len(self._file.errors)
        if not STAGE_NAME.fullmatch(name):
            hint = "use letters, digits and _ . @ + - (at most 200, and not a sign first)"
            self._wrong(f"{name!r} is not a name for a stage", key, hint)
        self._about = f"stage {name!r}: "
        found = self._keys(node, ENTRY_KEYS, "a stage")
        function = self._function(key, found) if node.id == "mapping" else None
        matrix = self._matrix(name, *found["matrix"]) if "matrix" in found else None
        overrides = self._overrides(found)
        mutex = self._mutex(found["mutex"][1]) if "mutex" in found else ()
        retries = self._retries(found["retries"][1]) if "retries" in found else 0
        timeout = self._timeout(found["timeout"][1]) if "timeout" in found else None
        self._about = ""
        if function is None or len(self._file.errors) > before:
            return None
        line = line_of(found["matrix"][0]) if "matrix" in found else line_of(key)
        return Entry(
            name,
            line_of(key),
            function,
            matrix,
            line,
            overrides,
            mutex,
            retries,
            timeout,
            node,
        )

    def _function(self, key: Any, found: dict[str, tuple[Any, Any]]) -> Written | None:
        if "function" not in found:
            self._wrong("it names no function", key, "add function: module:name")
            return None
        node = found["function"][1]
        written = self._text(node, "function: an import path")
        if written is None or IMPORT_PATH.fullmatch(written.text):
            return written
        module, _, name = written.text.rpartition(".")
        dotted = f"{module}:{name}"
        hint = f"write {dotted if IMPORT_PATH.fullmatch(dotted) else 'module:name'}"
        self._wrong(f"function: {written.text!r} is not an import path", node, hint)
        return None

    def _text(self, node: Any, what: str) -> Written | None:
        if node.id == "scalar" and node.tag == "tag:yaml.org,2002:str":
            return Written(node.value, line_of(node))
        plain = node.id == "scalar" and not is_nothing(node)
        hint = f'write it in quotes: "{node.value}"' if plain else None
        self._wrong(f"{what} is a text, not {_shown(node)}", node, hint)
        return None

    def _overrides(self, found: dict[str, tuple[Any, Any]]) -> Overrides:
        return Overrides(
            deps=self._paths("deps", found),
            outs=self._paths("outs", found),
            params=self._params(*found["params"]) if "params" in found else None,
        )

    def _paths(self, what: str, found: dict[str, tuple[Any, Any]]) -> dict[str, Written]:
        node = found[what][1] if what in found else None
        if node is None or is_nothing(node):
            return {}
        written = {
            str(key.value): self._text(value, f"{what}: the path of {key.value!r}")
            for key, value in self._members(node, f"{what!r} to be a mapping from names to paths")
        }
        return {name: path for name, path in written.items() if path is not None}

    def _params(self, key: Any, node: Any) -> Params | None:
        if is_nothing(node):
            return None
        named = self._members(node, "'params' to be a mapping from names to values")
        values = {str(name.value): self._file.value(value) for name, value in named}
        sound = {name: value for name, value in values.items() if value is not WRONG}
        return Params(sound, line_of(key), node)

    def _mutex(self, node: Any) -> tuple[str, ...]:
        nodes = node.value if node.id == "sequence" else [node]
        names = [self._text(one, "mutex: a name") for one in nodes]
        for name, one in zip(names, nodes, strict=True):
            if name is not None and not name.text:
                self._wrong("mutex: a name is not empty", one)
        return tuple(name.text for name in names if name is not None)

    def _retries(self, node: Any) -> int:
        given = self._file.value(node)
        if type(given) is int and given >= 0:
            return given
        self._wrong(f"retries: {_shown(node)} is no number of times", node, "write 2, or 0")
        return 0

    def _timeout(self, node: Any) -> float | None:
        given = self._file.value(node)
        if given is None or (type(given) in (int, float) and 0 < given <= LONGEST_TIMEOUT):
            return given
        hint = "write 600, or null for no limit"
        self._wrong(f"timeout: {_shown(node)} is no number of seconds above 0", node, hint)
        return None

    def _matrix(self, name: str, key: Any, node: Any) -> tuple[Dimension, ...]:
        if VARIANT_SIGN in name:
            hint = "what follows the '@' in names is for the variants"
            self._wrong("a stage with a matrix has no '@' in its own name", key, hint)
        if is_nothing(node) or (node.id == "mapping" and not node.value):
            self._wrong("the matrix has no dimension", key, "add one: model: [bert, gpt]")
            return ()
        wanted = "'matrix' to be a mapping from dimensions to values"
        return tuple(self._dimension(one, values) for one, values in self._members(node, wanted))

    def _dimension(self, key: Any, node: Any) -> Dimension:
        name = str(key.value)
        if not DIMENSION_NAME.fullmatch(name):
            hint = "use letters, digits and _, and no digit first"
            self._wrong(f"{name!r} is not a name for a dimension", key, hint)
        if is_nothing(node) or (node.id != "scalar" and not node.value):
            self._wrong(f"the dimension {name!r} has no values", key)
        elif node.id == "scalar":
            hint = f"write {name}: [{node.value}]"
            self._wrong(f"the dimension {name!r} is a list or a mapping of values", node, hint)
        choices = self._mapped(name, node) if node.id == "mapping" else self._listed(name, node)
        return Dimension(name, tuple(choices))

    def _listed(self, dimension: str, node: Any) -> Iterator[Choice]:
        first: dict[str, int] = {}
        for item in node.value if node.id == "sequence" else ():
            if not self._is_choice(dimension, item):
                continue
            if item.value in first:
                message = f"the dimension {dimension!r} has {item.value!r} twice"
                self._wrong(f"{message}; the first is in line {first[item.value]}", item)
                continue
            first[item.value] = line_of(item)
            yield Choice(item.value, line_of(item), Overrides())

    def _mapped(self, dimension: str, node: Any) -> Iterator[Choice]:
        for key, value in self._members(node, ""):
            if self._is_choice(dimension, key):
                where = f"{dimension!r}, {key.value!r}: this"
                given = {} if is_nothing(value) else self._keys(value, OVERRIDE_KEYS, where)
                yield Choice(key.value, line_of(key), self._overrides(given))

    def _is_choice(self, dimension: str, node: Any) -> bool:
        if node.id == "scalar" and not is_nothing(node) and CHOICE.fullmatch(node.value):
            return True
        hint = "a value is part of a name: use letters, digits and _ . + -"
        self._wrong(f"the dimension {dimension!r} can't have the value {_shown(node)}", node, hint)
        return False


def _shown(node: Any) -> str:
    if is_nothing(node):
        return "nothing"
    return {"mapping": "a mapping", "sequence": "a list"}.get(node.id) or repr(node.value)
