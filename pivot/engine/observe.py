"""How a stage is now: its code, parameters, inputs and outputs, as one `Observation`.

A missing input is an error here: by the time a stage is observed, those before it are done. A
forecast looks before that time, so it may assume contents and leave out inputs that are not known
yet. Tests: tests/engine/test_run.py.
"""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any

from pivot.decide import Observation, OutState
from pivot.engine.facts import FactFinder, Recorded
from pivot.engine.stability import Stability
from pivot.errors import StageError
from pivot.shell import Command
from pivot.stage_def import seen_values
from pivot.stage_def.models import base_models
from pivot.store.lock import Record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pivot.engine.workspace import Workspace
    from pivot.fingerprint import Fingerprinter, Manifest, Symbol, Tree
    from pivot.interfaces import Trace
    from pivot.signature import Signature
    from pivot.stage import Stage
    from pivot.store.content import Content

#: Types of most parameters: there's no function in them.
_PLAIN = frozenset({NoneType, bool, int, float, str})


class Observer:
    """Observes the stages of one run; code is fingerprinted once per stage."""

    def __init__(
        self,
        workspace: Workspace,
        fingerprinter: Fingerprinter,
        makers: Mapping[str, str],
        surroundings: str | None = None,
    ) -> None:
        self._workspace = workspace
        self._fingerprinter = fingerprinter
        self._manifests: dict[str, Manifest] = {}
        self._traced: dict[str, Mapping[str, Symbol]] = {}
        self.stability = Stability(workspace.state.imports, surroundings)
        self.facts = FactFinder(workspace, fingerprinter, self.manifest, makers)

    def manifest(self, stage: Stage) -> Manifest:
        """Give what the stage's code is."""
        return self.manifests([stage])[0]

    def manifests(self, stages: Sequence[Stage]) -> list[Manifest]:
        """Give what the code of several stages is; faster than each by itself."""
        fresh = [stage for stage in stages if stage.name not in self._manifests]
        if fresh:
            found = self._fingerprinter.manifests(map(code_roots, fresh))
            self._manifests.update(zip((stage.name for stage in fresh), found, strict=True))
        return [self._manifests[stage.name] for stage in stages]

    @property
    def read(self) -> list[str]:
        """The source files that were looked into or looked for, absolute."""
        return [*self._fingerprinter.sources.signatures, *self._fingerprinter.missed]

    @property
    def absent_modules(self) -> list[str]:
        """The full names of the modules that were looked for and not found."""
        return self._fingerprinter.absent_modules

    def record(self, stage: Stage, trace: Trace) -> Recorded:
        """Give what the stage turned out to depend on without declaring it."""
        found = self.facts.record(stage, trace)
        self._traced[stage.name] = found.symbols
        return found

    def symbols(self, stage: Stage) -> dict[str, Symbol]:
        """Give all symbols of a stage that were seen, those among its facts included."""
        return {**self._traced.get(stage.name, {}), **self.manifest(stage).symbols}

    def sources(self, stage: Stage) -> dict[str, Signature]:
        """Give the files that the stage's code was found in, as they looked when they were read."""
        read = self._fingerprinter.sources.signatures
        places = (symbol.place for symbol in self.symbols(stage).values())
        files = {f"{self._workspace.root}/{place.file}" for place in places if place}
        return {file: read[file] for file in files & read.keys()}

    def tree(self, stage: Stage, traced: Collection[str] = ()) -> Tree:
        """Give what the stage's code is, and who leads to whom in it; see `observe`."""
        ran = [key for key in traced if key.startswith("ran:")]
        return self._fingerprinter.tree(code_roots(stage), ran)

    def observe(
        self,
        stage: Stage,
        *,
        assumed: Mapping[str, Content] | None = None,
        pending: Collection[str] = (),
        traced: Collection[str] = (),
    ) -> Observation:
        """Give everything that the stage's result depends on, as it is now.

        Args:
            stage: the stage to look at.
            assumed: contents that will be at some paths when the stage's turn comes.
            pending: inputs of which nothing is known yet; they are left out.
            traced: the keys of the facts to look at.

        Raises:
            StageError: an input does not exist.
        """
        manifest = self.manifest(stage)
        facts = self.facts.current(stage, traced)
        self._traced[stage.name] = facts.symbols
        return Observation(
            stage=stage.name,
            algorithm=self._workspace.settings.hash,
            code=manifest.hashes(),
            params=seen_values(stage),
            deps=tuple(
                Record(dep.name, dep.path, self._input(stage, dep.path, assumed or {}))
                for dep in stage.deps
                if dep.path not in pending
            ),
            outs=tuple(
                OutState(out.name, out.path, self._workspace.content(out.path), out.cache)
                for out in stage.outs
            ),
            packages=self._workspace.settings.fingerprint_packages,
            unknown=(*manifest.unstable, *facts.unknown),
            traced=facts.texts,
        )

    def _input(self, stage: Stage, path: str, assumed: Mapping[str, Content]) -> Content:
        content = assumed.get(path) or self._workspace.content(path)
        if content is None:
            raise StageError(f"the input {path!r} does not exist", stage=stage.name)
        return content


def code_roots(stage: Stage) -> dict[str, Any]:
    """Give the objects whose code is the stage's, by a label that stays the same."""
    roots: dict[str, Any] = {"stage": stage.function}
    if isinstance(stage.function, Command):
        roots = _command_roots(stage.function)
    if stage.params is not None:
        roots["params"] = type(stage.params)
        # A function among the parameters is recorded by its name; what it does is code.
        roots |= dict(_callables(stage.params, "params"))
    roots |= {f"loader:deps.{dep.name}": dep.loader for dep in stage.deps}
    roots |= {f"loader:outs.{out.name}": out.loader for out in stage.outs}
    roots |= {f"code:{number}": item for number, item in enumerate(stage.code)}
    return roots


def _command_roots(command: Command) -> dict[str, Any]:
    """Give what a command is: not an object of Pivot's, but each of its parts by a name."""
    roots: dict[str, Any] = {"command": command.line}
    if command.directory != ".":
        roots["directory"] = command.directory
    roots |= {f"parameter {name}": value for name, value in command.values}
    return roots | {f"script {one.path}": one for one in command.started}


def _is_model(value: Any) -> bool:
    # `isinstance` would ask all models there are, each time that it meets a new class.
    bases = type(value).__mro__
    for model in base_models():  # noqa: SIM110 - `any` would make a call of each
        if model in bases:
            return True
    return False


def _callables(value: Any, label: str) -> Iterator[tuple[str, Any]]:
    """Give the functions and classes in a parameter's value, each with a label of its own."""
    match value:
        case _ if _is_model(value):
            parts = {name: getattr(value, name) for name in type(value).model_fields}
        case dict():
            parts = {str(key): item for key, item in value.items()}
        case list() | tuple():
            parts = {str(number): item for number, item in enumerate(value)}
        case _:
            if callable(value):
                yield label, value
            return
    for name, part in parts.items():
        if type(part) not in _PLAIN:
            yield from _callables(part, f"{label}.{name}")
