"""Which stages a pipeline has: functions become `Stage`s here, by an explicit call.

`REGISTRY` is the one that `pipeline.py` fills; a tool that embeds Pivot makes a `Registry` of its
own. Outside of a pipeline file a wrong definition raises at once; while one is imported
(`collecting`) all errors are kept, to be told together. Example::

    REGISTRY.register(train, mutex="gpu")

Tests: tests/test_registry.py.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.errors import DefinitionError, DefinitionErrors, PivotError
from pivot.stage_def import Declaration, StageParams, build_stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pivot.stage import Stage
    from pivot.stage_def.building import Deps, Outs


class Registry:
    """An ordered set of stages with unique names."""

    def __init__(self) -> None:
        self._stages: dict[str, Stage] = {}
        self._root: Path | None = None
        #: The errors kept so far while collecting; None when errors are raised at once.
        self._kept: list[PivotError] | None = None

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

        Raises:
            DefinitionErrors: with everything that is wrong with the definition.
        """
        declared = Declaration(name, deps, outs, params, mutex, code)
        try:
            self._add(build_stage(function, declared, self._root or Path.cwd()))
        except PivotError as error:
            if self._kept is None:
                raise
            self._kept.append(error)
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
        relative to `root`. On leaving, raises `DefinitionErrors` with all that was wrong.
        """
        before = self._stages, self._root, self._kept
        filled = Registry()
        self._stages, self._root, self._kept = filled._stages, root, []
        try:
            yield filled
            errors = self._kept
        finally:
            self._stages, self._root, self._kept = before
        if errors:
            raise DefinitionErrors(_flat(errors))


def _flat(errors: Iterable[PivotError]) -> list[PivotError]:
    flat: list[PivotError] = []
    for error in errors:
        flat += error.errors if isinstance(error, DefinitionErrors) else (error,)
    return flat


def _is_redefinition(known: Stage, new: Stage) -> bool:
    """Whether a notebook's cell was run again: the same function, defined anew by hand."""
    names = [
        (getattr(stage.function, "__module__", None), getattr(stage.function, "__qualname__", None))
        for stage in (known, new)
    ]
    return names[0] == names[1] and names[0][0] == "__main__"


#: The registry that `pipeline.py` fills.
REGISTRY = Registry()
