"""Which stages a pipeline has: functions become `Stage`s here, by an explicit call.

`REGISTRY` is the one that `pipeline.py` fills; a tool that embeds Pivot makes a `Registry` of its
own. Outside of a pipeline file a wrong definition raises at once; while one is imported
(`collecting`) the errors of every registry are kept, to be told together. Example::

    REGISTRY.register(train, mutex="gpu")

Tests: tests/test_registry.py.
"""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.errors import DefinitionError, DefinitionErrors, PivotError, Place
from pivot.frozen import frozen
from pivot.stage_def import Declaration, build_stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pivot.stage import Stage
    from pivot.stage_def import StageParams
    from pivot.stage_def.building import Deps, Outs


@frozen
class _Collection:
    """The errors of a pipeline file that is being imported."""

    root: Path
    errors: list[PivotError] = field(default_factory=list[PivotError])

    def complete(self) -> list[PivotError]:
        """Give every single error, with its place relative to the project."""
        flat: list[PivotError] = []
        for error in self.errors:
            flat += error.errors if isinstance(error, DefinitionErrors) else (error,)
        for error in flat:
            error.where = self._relative(error.where)
        return flat

    def _relative(self, place: Place | None) -> Place | None:
        if place is None or not Path(place.file).is_relative_to(self.root):
            return place
        return Place(str(Path(place.file).relative_to(self.root)), place.line)


_collection: ContextVar[_Collection | None] = ContextVar("collection", default=None)


def current_root() -> Path:
    """Give the root of the project whose pipeline is being imported, else the working directory."""
    collection = _collection.get()
    return collection.root if collection else Path.cwd()


class Registry:
    """An ordered set of stages with unique names."""

    def __init__(self) -> None:
        self._stages: dict[str, Stage] = {}

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The registered stages in the order of their registration."""
        return tuple(self._stages.values())

    def register[F: Callable[..., Any]](
        self,
        function: F,
        *,
        name: str | None = None,
        deps: Deps = (),
        outs: Outs = (),
        params: StageParams | type[StageParams] | None = None,
        mutex: str | Iterable[str] = (),
        code: Iterable[object] = (),
        retries: int = 0,
        timeout: float | None = None,
    ) -> F:
        """Make a stage of a function, and give the function back unchanged.

        Args:
            function: an importable function whose annotations name its deps and outs.
            name: the stage's name; the function's own by default.
            deps: a mapping replaces the paths (or whole deps) of declared deps by name, and adds
                others; a sequence adds files that the function reads by itself.
            outs: likewise for outputs; an added one is a file that the function writes by itself.
            params: an instance (or class) of the function's `StageParams`.
            mutex: a name or names; stages that share one never run at the same time.
            code: more functions, classes, modules or values whose changes run the stage again.
            retries: how often a stage that failed is tried again in the same run.
            timeout: after how many seconds an attempt is ended, with all processes that it
                started, and has failed. Loading inputs and saving outputs are part of it.

        Raises:
            DefinitionErrors: with everything that is wrong with the definition.
        """
        declared = Declaration(name, deps, outs, params, mutex, code, retries, timeout)
        collection = _collection.get()
        try:
            self._add(build_stage(function, declared, current_root()))
        except PivotError as error:
            if collection is None:
                raise
            collection.errors.append(error)
        return function

    def _add(self, stage: Stage) -> None:
        known = self._stages.get(stage.name)
        if known is not None and not _is_redefinition(known, stage):
            raise DefinitionError(
                f"two stages are called {stage.name!r}; the other is at {known.place}",
                where=stage.place,
                hint="give one of them another name: register(..., name=...)",
            )
        self._stages[stage.name] = stage

    @contextlib.contextmanager
    def collecting(self, root: Path) -> Iterator[Registry]:
        """Let an empty registry be filled under this one's name, then put back what was here.

        Yields the registry that ends up with the stages; paths of functions in messages are
        relative to `root`. On leaving, raises `DefinitionErrors` with all that was wrong, in this
        registry and in any other.
        """
        before, filled = self._stages, Registry()
        self._stages = filled._stages
        collection = _Collection(root)
        token = _collection.set(collection)
        try:
            yield filled
        except DefinitionError as error:
            # A class of parameters that is wrong can't be made, so that the import ends there.
            collection.errors.append(error)
        finally:
            _collection.reset(token)
            self._stages = before
        if collection.errors:
            raise DefinitionErrors(collection.complete())


def _is_redefinition(known: Stage, new: Stage) -> bool:
    """Whether a notebook's cell, or a script in a living interpreter, was run again.

    In one run of a script, a second function of the same name is a mistake like anywhere else.
    """
    before, now = known.function, new.function
    names = [
        (getattr(item, "__module__", None), getattr(item, "__qualname__", None))
        for item in (before, now)
    ]
    if names[0] != names[1] or names[0][0] != "__main__":
        return False
    typed_in = not Path(new.place.file).is_file()
    # A script that is run again has a namespace of its own.
    namespaces = [getattr(item, "__globals__", None) for item in (before, now)]
    return typed_in or namespaces[0] is not namespaces[1]


#: The registry that `pipeline.py` fills.
REGISTRY = Registry()
