"""What the stages of a project are, of what code, parameters and inputs, as far as its files tell.

Each stage is described by a lock, which names as outputs what the stage would make, with a content
that means nothing. It is run as a program, too, which is asked `{"facts": {"train": [...]}}`; see
`apart`. Example::

    describe(root, {})["locks"]["train"]

Tests: tests/cli/commands/test_affected.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.past.apart import answer
from pivot.session import Session
from pivot.stage_def import seen_values
from pivot.store.content import Content
from pivot.store.lock import DIGITS, Lock, Record, encode_lock

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pivot.stage import Stage


def nothing(algorithm: str) -> Content:
    """Give the content that stands for one that isn't known."""
    return Content("0" * DIGITS[algorithm], 0)


def describe(root: Path, facts: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """Describe the stages of a project.

    Args:
        root: the project's directory.
        facts: stage -> keys of what else its runs turned out to depend on; see `engine.facts`.

    Returns:
        JSON values: `order`, the names in topological order; `upstream`, name -> the names of those
        that it reads from; `locks`, name -> the text of a lock; `absent`, name -> the inputs that
        are neither there nor made by a stage; `packages`, the setting.
    """
    with Session(root) as session:
        names = session.graph.order
        stages = [session.stages[name] for name in names]
        session.observer.manifests(stages)
        locks = {stage.name: _lock(session, stage, facts.get(stage.name, ())) for stage in stages}
        return {
            "order": list(names),
            "upstream": {name: list(session.graph.upstream[name]) for name in names},
            "locks": {name: encode_lock(lock).decode() for name, lock in locks.items()},
            "absent": {stage.name: _absent(session, stage) for stage in stages},
            "packages": session.settings.fingerprint_packages,
        }


def _lock(session: Session, stage: Stage, keys: Collection[str]) -> Lock:
    manifest = session.observer.manifest(stage)
    found = session.observer.facts.current(stage, keys)
    unknown = {*manifest.unstable, *found.unknown}
    code, traced = manifest.hashes(), found.texts
    algorithm = session.settings.hash
    unseen = nothing(algorithm)
    return Lock(
        stage=stage.name,
        algorithm=algorithm,
        code={key: text for key, text in code.items() if key not in unknown},
        params=seen_values(stage),
        deps=tuple(
            Record(dep.name, dep.path, _content(session, dep.path) or unseen) for dep in stage.deps
        ),
        outs=tuple(Record(out.name, out.path, unseen) for out in stage.outs),
        traced={key: text for key, text in traced.items() if key not in unknown},
    )


def _content(session: Session, path: str) -> Content | None:
    # What a stage makes may lie there or not: it's that stage which changes it.
    made = session.graph.producer(path) is not None
    return None if made else session.workspace.content(path)


def _absent(session: Session, stage: Stage) -> list[str]:
    paths = [dep.path for dep in stage.deps if session.graph.producer(dep.path) is None]
    return [path for path in paths if session.workspace.content(path) is None]


if __name__ == "__main__":
    answer(lambda root, question: describe(root, question["facts"]))
