"""What an output that grows starts from: the version that the stage's lock names.

An *incremental* output is there, as it was after the last good run, when its stage starts; on a
first run there is none. What lies in its place counts for nothing: edited, deleted or half written,
it's the lock that says which version is the last. Example: `growths(stage, lock, forecast, ...)` of
a stage that would run is `(Growth("log.txt", base="5995c853a1b2c3d4", done=False),)`. Tests:
tests/engine/test_growth.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.decide import MayRun, Run
from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.decide import Forecast
    from pivot.stage import Stage
    from pivot.store.lock import Lock, Record


@frozen
class Growth:
    """From which version an output grows, or, if `done`, the one that is there has grown."""

    path: str
    #: The hash of the version; None: from nothing.
    base: str | None
    done: bool
    #: Whether the version is neither in the cache nor in its place.
    lost: bool = False


def growing(stage: Stage, lock: Lock | None) -> tuple[Record, ...]:
    """Give the versions that a run of the stage starts from."""
    names = {out.name for out in stage.outs if out.incremental}
    return tuple(record for record in lock.outs if record.name in names) if lock else ()


def growths(
    stage: Stage, lock: Lock | None, forecast: Forecast, there: Callable[[Record], bool]
) -> tuple[Growth, ...]:
    """Say from what each incremental output grows; `there` says whether a version is to be had."""
    done = not isinstance(forecast, Run | MayRun)
    records = lock.base if done and lock else growing(stage, lock)
    bases = {record.name: record for record in records}
    found: list[Growth] = []
    for out in stage.outs:
        if out.incremental:
            base = bases.get(out.name)
            lost = base is not None and not done and not there(base)
            found.append(Growth(out.path, base.content.hash if base else None, done, lost))
    return tuple(found)
