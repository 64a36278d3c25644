"""Which outputs a person means by the targets of `push`, `fetch`, `pull`, `checkout` and the like.

A stage's name, or a glob of names, means all outputs of those stages; a path means just the outputs
that it names, that lie in it, or that hold it. Example: of a stage `train` that makes `model.bin`
and `log.txt`, the target `model.bin` means one output. Tests: tests/sync/test_selection.py.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pivot.frozen import frozen
from pivot.store.lock import read_lock
from pivot.sync.report import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pivot.graph import Graph
    from pivot.session import Session
    from pivot.stage import Stage
    from pivot.store.lock import Lock, Record


@frozen
class Selection:
    """Outputs of some stages."""

    #: The stages, in the pipeline's order.
    names: tuple[str, ...]
    #: Of stages of which not all outputs are meant: the paths of those that are, without a `/`.
    paths: Mapping[str, frozenset[str]]

    def means(self, stage: str, path: str) -> bool:
        """Say whether an output of one of the stages is meant."""
        return stage not in self.paths or path.rstrip("/") in self.paths[stage]

    def records(self, stage: Stage, lock: Lock) -> Iterator[Record]:
        """Give what a lock says of those outputs that are meant, and that the cache has."""
        cached = {(out.name, out.path) for out in stage.outs if out.cache}
        for record in lock.outs:
            if (record.name, record.path) in cached and self.means(stage.name, record.path):
                yield record


def select(graph: Graph, targets: Sequence[str], *, with_needs: bool = False) -> Selection:
    """Give what targets mean; `with_needs`, the outputs that the named stages need are meant, too.

    Raises `UsageError` that names every target that means nothing.
    """
    chosen = graph.select(targets)
    whole: set[str] = set() if targets else set(chosen)
    paths: dict[str, set[str]] = {}
    for target in targets:
        keys = _outputs(graph, target)
        for key in keys:
            paths.setdefault(graph.outputs.owners[key], set()).add(key)
        if not keys:
            whole.update(graph.select([target]))
    if with_needs:
        whole.update(graph.closure(whole))
    only = {name: frozenset(keys) for name, keys in paths.items() if name not in whole}
    return Selection(tuple(n for n in graph.order if n in whole or n in only), only)


def _outputs(graph: Graph, target: str) -> list[str]:
    """Give the outputs that a target means unless it means stages."""
    if target in graph.order:
        return []
    path = target.removeprefix("./")
    if keys := graph.outputs.feeding(path):
        return keys
    if any(fnmatchcase(name, target) for name in graph.order):
        return []
    return [key for key in graph.outputs.owners if fnmatchcase(key, path)]


def wanted_outputs(session: Session, selection: Selection) -> tuple[list[Wanted], tuple[str, ...]]:
    """Give what the stages' locks name of a selection, and the stages that have no lock."""
    wanted: list[Wanted] = []
    never_run: list[str] = []
    for name in selection.names:
        lock = read_lock(session.workspace.layout.lock_file(name))
        if lock is None:
            never_run.append(name)
            continue
        records = selection.records(session.stages[name], lock)
        wanted += [Wanted(name, record.path, record.content) for record in records]
    return wanted, tuple(never_run)
