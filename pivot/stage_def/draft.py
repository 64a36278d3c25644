"""A stage that is being put together, with all that was found to be wrong with it so far.

Every check of a single dep or out is here, whether it came from an annotation, a `StageDef` or a
keyword. Tests: tests/stage_def/test_building.py.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from pivot.errors import DefinitionError, PathError, PivotError, Place
from pivot.loaders import Reader, Writer
from pivot.outputs import Dep, IncrementalOut, Metric, Out, Plot
from pivot.paths import artifact_path
from pivot.stage import Input, OutKind, Output, PlotLook, Via

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pivot.stage_def.params import StageParams

_PLOT_KINDS = ("line", "points", "bars")
_WAYS = ("higher", "lower")
#: What a function does about a file that no loader deals with.
_BY_HAND = {"load": "read the file in the function", "save": "write the file in the function"}


class PartError(DefinitionError):
    """Something is wrong with one dep or out that `register` was given."""

    def __init__(
        self, message: str, *, part: tuple[str, str], where: Place, hint: str | None = None
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        #: `deps` or `outs`, and the name.
        self.part = part


@dataclass(slots=True)
class Draft:
    """What is known of a stage, and the errors found so far."""

    place: Place
    label: str
    deps: dict[str, Input] = field(default_factory=dict[str, Input])
    outs: dict[str, Output] = field(default_factory=dict[str, Output])
    params_class: type[StageParams] | None = None
    params_argument: str | None = None
    #: The default of the function's own parameter, or what a partial gave for it.
    params_default: StageParams | None = None
    #: Whether a parameter of the function takes the variant.
    takes_variant: bool = False
    #: What `register` was given that is being looked at: `("deps", "data")`.
    part: tuple[str, str] | None = None
    errors: list[PivotError] = field(default_factory=list[PivotError])

    def wrong(self, message: str, hint: str | None = None) -> None:
        """Note one error."""
        text = f"stage {self.label!r}: {message}"
        if self.part is None:
            error = DefinitionError(text, where=self.place, hint=hint)
        else:
            error = PartError(text, part=self.part, where=self.place, hint=hint)
        self.errors.append(error)

    def unknown(self, kind: str, name: str, known: Iterable[str]) -> None:
        """Note that the function declares no input or output of a name."""
        from pivot.suggestions import suggestion  # only for who mistyped a name

        hint = suggestion(name, known, f"{kind}s")
        self.wrong(f"the function has no {kind} {name!r}", hint)

    def add_dep(self, name: str, dep: Dep[Any], via: Via) -> None:
        """Add an input that the function declares."""
        if name in self.deps:
            self.wrong(f"two of its inputs are called {name!r}", "give one of them another name")
        self.set_dep(name, dep, via)

    def set_dep(self, name: str, dep: Dep[Any], via: Via) -> None:
        """Add an input, or put it in another's place."""
        path = self._path(f"input {name!r}", dep.path)
        if path is not None and self._check_loader(f"input {name!r}", dep.loader, Reader):
            self.deps[name] = Input(name, path, dep.loader, via)

    def add_out(self, name: str, out: Out[Any], via: Via) -> None:
        """Add an output that the function declares."""
        if name in self.outs:
            self.wrong(f"two of its outputs are called {name!r}", "give one of them another name")
        self.set_out(name, out, via)

    def set_out(self, name: str, out: Out[Any], via: Via) -> None:
        """Add an output, or put it in another's place."""
        path = self._path(f"output {name!r}", out.path)
        if isinstance(out, IncrementalOut) and not out.cache:
            problem = "it grows from the version in the cache, and cache=False keeps none there"
            self.wrong(f"output {name!r}: {problem}", "take cache=False away, or declare an Out")
        if path is not None and self._check_loader(f"output {name!r}", out.loader, Writer):
            better = self._better(name, out) if isinstance(out, Metric) else ()
            look = self._look(name, out) if isinstance(out, Plot) else None
            made = Output(name, path, out.loader, via, _kind(out), out.cache, better, look)
            self.outs[name] = made

    def move_dep(self, known: Input, written: object) -> None:
        """Give an input another path, and leave all else as it is."""
        path = self._path(f"input {known.name!r}", written)
        if path is not None:
            self.deps[known.name] = dataclasses.replace(known, path=path)

    def move_out(self, known: Output, written: object) -> None:
        """Give an output another path, and leave all else as it is."""
        path = self._path(f"output {known.name!r}", written)
        if path is not None:
            self.outs[known.name] = dataclasses.replace(known, path=path)

    def _path(self, what: str, written: object) -> str | None:
        text = os.fspath(written) if isinstance(written, os.PathLike) else written
        if not isinstance(text, str):
            self.wrong(f"{what}: a path is a text or a pathlib.Path, not {written!r}")
            return None
        try:
            return artifact_path(text)
        except PathError as error:
            self.wrong(f"{what}: {error.message}", error.hint)
            return None

    def _better(self, name: str, metric: Metric[Any]) -> tuple[tuple[str, str], ...]:
        given: Any = metric.better
        if given is None:
            return ()
        by_name = given if isinstance(given, Mapping) else {"*": given}
        for key, way in cast("Mapping[Any, Any]", by_name).items():
            if way not in _WAYS or not isinstance(key, str):
                self.wrong(
                    f"output {name!r}: better={given!r} says no direction",
                    "write better='higher', better='lower', or {'accuracy': 'higher'}",
                )
                return ()
        return tuple(cast("Mapping[str, str]", by_name).items())

    def _look(self, name: str, plot: Plot[Any]) -> PlotLook:
        given: Any = plot.y
        several = given if isinstance(given, list | tuple) else [given] if given is not None else []
        columns = cast("Sequence[Any]", several)
        texts = (plot.x, plot.title, *columns)
        if any(text is not None and not isinstance(text, str) for text in texts):
            hint = "write x='step', y='loss' or y=('train', 'test')"
            self.wrong(f"output {name!r}: x, y and title are texts", hint)
        elif plot.kind is not None and plot.kind not in _PLOT_KINDS:
            hint = f"the kinds are: {', '.join(_PLOT_KINDS)}"
            self.wrong(f"output {name!r}: {plot.kind!r} is no kind of plot", hint)
        else:
            return PlotLook(plot.x, tuple(columns), plot.kind, plot.title)
        return PlotLook()

    def _check_loader(
        self, what: str, loader: object, wanted: type[Reader[Any] | Writer[Any]]
    ) -> bool:
        if isinstance(loader, wanted):
            return True
        if isinstance(loader, Reader | Writer):
            name = type(loader).__name__
            can, cannot = ("save", "load") if wanted is Reader else ("load", "save")
            self.wrong(
                f"{what}: its loader {name} can only {can}, not {cannot}",
                f"use one that can {cannot}, or loaders.PathOnly() and {_BY_HAND[cannot]}",
            )
        elif isinstance(loader, type) and issubclass(loader, Reader | Writer):
            name = loader.__name__
            self.wrong(f"{what}: its loader is the class {name}", f"make one of it: {name}()")
        else:
            hint = "a loader is an instance of a class that derives from pivot.loaders.Loader"
            self.wrong(f"{what}: {loader!r} is not a loader", hint)
        return False


def _kind(out: Out[Any]) -> OutKind:
    kinds = {IncrementalOut: OutKind.INCREMENTAL, Metric: OutKind.METRIC, Plot: OutKind.PLOT}
    return next((kind for cls, kind in kinds.items() if isinstance(out, cls)), OutKind.PLAIN)
