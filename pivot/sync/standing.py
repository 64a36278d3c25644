"""What of the stages' outputs is in the cache, and what is in a remote; nothing is moved.

Of a directory whose listing isn't here nobody knows the files without getting it, so that it counts
as one file. Example::

    found = standing(session, (), Options())
    found.outputs[0].here, found.outputs[0].there    # True, False: to be pushed

Tests: tests/cli/commands/test_remote_status.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen
from pivot.sync.opening import choose_remote, open_remote
from pivot.sync.selection import select, wanted_outputs
from pivot.sync.synchronizer import Synchronizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot.session import Session
    from pivot.sync.opening import Options


@frozen
class OutputStanding:
    """Where an output is, as its stage's lock names it."""

    stage: str
    path: str
    #: In bytes.
    size: int
    #: Whether the cache holds all of it.
    here: bool
    #: Whether the remote does.
    there: bool


@frozen
class Standing:
    """How a cache and a remote compare."""

    #: The remote's name in the settings, and where it is.
    remote: str
    url: str
    outputs: tuple[OutputStanding, ...]
    #: Stages without a lock.
    never_run: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether each output is in the cache or in the remote."""
        return all(output.here or output.there for output in self.outputs)

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`."""
        return {**dataclasses.asdict(self), "complete": self.complete}


def standing(session: Session, targets: Sequence[str], options: Options) -> Standing:
    """Compare the outputs that targets mean with what a remote holds."""
    chosen = choose_remote(session.settings, options.remote)
    wanted, never_run = wanted_outputs(session, select(session.graph, targets))
    with contextlib.closing(open_remote(session, chosen, options.jobs)) as remote:
        synchronizer = Synchronizer(session.workspace.layout, session.workspace.cache, remote)
        keys = {item.content: synchronizer.keys(item.content) for item in wanted}
        absent = remote.missing(set().union(*keys.values()))
    outputs = tuple(
        OutputStanding(
            item.stage,
            item.path,
            item.content.size,
            here=session.workspace.cache.holds(item.content),
            there=absent.isdisjoint(keys[item.content]),
        )
        for item in wanted
    )
    return Standing(chosen.name, chosen.url, outputs, never_run)
