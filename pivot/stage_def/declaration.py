"""What a stage is told to be, beside what its function's annotations say.

Tests: tests/stage_def/test_building.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen
from pivot.outputs import Dep, Out

if TYPE_CHECKING:
    from pivot.stage_def.params import StageParams

type Deps = Mapping[str, str | Dep[Any]] | Iterable[str | Dep[Any]]
type Outs = Mapping[str, str | Out[Any]] | Iterable[str | Out[Any]]


@frozen
class Declaration:
    """What `register` or a file says; see `pivot.registry.Registry.register`."""

    name: str | None = None
    deps: Deps = ()
    outs: Outs = ()
    params: StageParams | type[StageParams] | None = None
    mutex: str | Iterable[str] = ()
    code: Iterable[object] = ()
    retries: int = 0
    timeout: float | None = None
    #: Whether a file says it: `deps` and `outs` then only name what the function declares, and
    #: parameters that have no value yet get one by overrides.
    by_file: bool = False
