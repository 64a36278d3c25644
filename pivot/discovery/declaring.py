"""The stages of `pivot.yaml`: its entries with their functions, one stage for each variant.

Whatever is wrong, in the file or in what it names, is told at the line where it would be mended,
all of it at once; what is wrong with many variants is told of the first. Example::

    found = declared_stages(root)
    found.stages, found.overrides

Tests: tests/discovery/test_declaring.py.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from pivot.discovery.functions import Functions
from pivot.discovery.matrix import PlaceholderError, filled, variants
from pivot.discovery.overrides import FileSource, Override, apply_overrides, once
from pivot.discovery.stage_file import Written, read_entries
from pivot.discovery.yaml_file import WRONG
from pivot.errors import DefinitionError, DefinitionErrors, PivotError, Place
from pivot.frozen import frozen
from pivot.paths import STAGE_FILE
from pivot.stage_def import Declaration, build_stage
from pivot.stage_def.draft import PartError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pivot.discovery.matrix import Variant
    from pivot.discovery.stage_file import Entry
    from pivot.discovery.yaml_file import YamlFile
    from pivot.stage import Stage


@frozen
class Declared:
    """What `pivot.yaml` adds to a pipeline."""

    stages: tuple[Stage, ...] = ()
    #: The values that it gives to parameters of these stages.
    overrides: tuple[Override, ...] = ()
    #: The modules that its functions were imported from.
    modules: tuple[str, ...] = ()


def declared_stages(root: Path) -> Declared:
    """Import what `pivot.yaml` names, and give its stages; none if there is no such file.

    Raises `DefinitionErrors` with all that is wrong.
    """
    read = read_entries(root)
    if read is None:
        return Declared()
    file, entries = read
    declarer = _Declarer(root, file)
    for entry in entries:
        declarer.declare(entry)
    stages, overrides = tuple(declarer.stages.values()), tuple(declarer.overrides)
    if file.errors:
        sound = [one for one in overrides if one.stage in declarer.stages]
        errors = sorted([*file.errors, *_override_errors(stages, sound)], key=_line)
        raise DefinitionErrors(once(errors))
    return Declared(
        stages=stages,
        overrides=overrides,
        modules=tuple(declarer.functions.modules),
    )


def _override_errors(stages: tuple[Stage, ...], overrides: list[Override]) -> list[PivotError]:
    try:
        apply_overrides(stages, overrides)
    except DefinitionErrors as problems:
        return list(problems.errors)
    return []


def _line(error: PivotError) -> int:
    return error.where.line if error.where else 0


class _Declarer:
    """Makes the stages of one file."""

    def __init__(self, root: Path, file: YamlFile) -> None:
        self._root = root
        self._file = file
        self.functions = Functions(root, file)
        self.stages: dict[str, Stage] = {}
        self.overrides: list[Override] = []
        #: The lines and parts of which it was told that they are wrong.
        self._told: set[tuple[int, tuple[str, str]]] = set()

    def declare(self, entry: Entry) -> None:
        """Add the stages of an entry, or note what is wrong with them."""
        function = self.functions.find(entry)
        found = list(
            variants(entry, lambda message, hint: self._wrong_matrix(entry, message, hint))
        )
        for variant in found:
            self._check_name(variant)
            paths = self._paths(variant)
            if function is not None:
                self._build(function, variant, paths)
            self._add_params(variant)

    def _wrong_matrix(self, entry: Entry, message: str, hint: str | None) -> None:
        self._file.complain(f"stage {entry.name!r}: {message}", entry.matrix_line, hint)

    def _check_name(self, variant: Variant) -> None:
        other = self.stages.get(variant.name)
        if other is not None:
            self._file.complain(
                f"two stages are called {variant.name!r}; the other is at {other.entry}",
                variant.entry.line,
                "give one of them another name",
            )

    def _paths(self, variant: Variant) -> dict[tuple[str, str], Written]:
        """Give the paths of a variant by `("deps", name)`, with what `${...}` stands for."""
        last: dict[tuple[str, str], Written] = {}
        for one in variant.overrides:
            last |= {("deps", name): path for name, path in one.deps.items()}
            last |= {("outs", name): path for name, path in one.outs.items()}
        found: dict[tuple[str, str], Written] = {}
        for part, path in last.items():
            text = self._filled(path.text, variant, lambda path=path: path.line)
            if text is not None:
                found[part] = Written(text, path.line)
        return found

    def _filled(self, text: str, variant: Variant, line: Callable[[], int]) -> str | None:
        try:
            return filled(text, variant.values)
        except PlaceholderError as error:
            self._file.complain(f"stage {variant.name!r}: {error}", line(), error.hint)
            return None

    def _add_params(self, variant: Variant) -> None:
        for params in (one.params for one in variant.overrides if one.params is not None):
            source = FileSource(STAGE_FILE, params.line, params.node)
            values = self._values(params.values, variant, source, ())
            self.overrides.append(Override(variant.name, values, source))

    def _values(
        self, value: Any, variant: Variant, source: FileSource, path: tuple[str, ...]
    ) -> Any:
        """Give a plain value with what `${...}` stands for; what can't be filled is left out."""
        match value:
            case str():
                text = self._filled(value, variant, lambda: source.origin(path).line)
                return WRONG if text is None else text
            case dict():
                found = {
                    key: self._values(item, variant, source, (*path, str(key)))
                    for key, item in value.items()
                }
                return {key: item for key, item in found.items() if item is not WRONG}
            case list():
                items = [self._values(item, variant, source, path) for item in value]
                return WRONG if WRONG in items else items
        return value

    def _build(
        self, function: Any, variant: Variant, paths: Mapping[tuple[str, str], Written]
    ) -> None:
        try:
            stage = build_stage(function, _declaration(variant, paths), self._root)
        except DefinitionErrors as problems:
            for error in problems.errors:
                self._tell(error, paths)
            if not paths:
                return
            # Its parameters are looked at, too, so that all that is wrong is told at once.
            self._build(function, variant, {})
            return
        entry = Place(STAGE_FILE, variant.entry.line)
        self.stages[variant.name] = dataclasses.replace(stage, entry=entry)
        if stage.params is not None:
            # Where nothing is overridden, it must still be found that a value is missing.
            source = FileSource(STAGE_FILE, variant.entry.line, variant.entry.node)
            self.overrides.append(Override(variant.name, {}, source))

    def _tell(self, error: PivotError, paths: Mapping[tuple[str, str], Written]) -> None:
        """Note an error; one of a path that stands in the file for many variants only once."""
        if isinstance(error, PartError):
            line = paths[error.part].line
            if (line, error.part) in self._told:
                return
            self._told.add((line, error.part))
            error = DefinitionError(error.message, where=Place(STAGE_FILE, line), hint=error.hint)
        self._file.errors.append(error)


def _declaration(variant: Variant, paths: Mapping[tuple[str, str], Written]) -> Declaration:
    return Declaration(
        name=variant.name,
        deps={name: path.text for (kind, name), path in paths.items() if kind == "deps"},
        outs={name: path.text for (kind, name), path in paths.items() if kind == "outs"},
        mutex=variant.entry.mutex,
        retries=variant.entry.retries,
        timeout=variant.entry.timeout,
        by_file=True,
    )
