"""Whether a stage makes the same again, of nothing but what it declares.

The stage is run in a temporary copy of the project that has its code, its inputs as the lock names
them, and no other data; its outputs are compared with those that the lock names. That shows what no
hook can see: results that come out different each time, and files that are read by libraries which
don't go through Python. Nothing in the project changes. Tests: tests/cli/commands/test_verify.py.
"""

from __future__ import annotations

import enum
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.decide import OUT_KINDS
from pivot.engine.judge import Judge
from pivot.errors import PivotError, StageError
from pivot.frozen import frozen
from pivot.past.apart import Asked, UnansweredError
from pivot.past.unequal import first_difference
from pivot.shell import Command
from pivot.store.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pivot.session import Session
    from pivot.stage import Stage
    from pivot.store.content import Content
    from pivot.store.lock import Lock

#: What counts as code, or says what the pipeline is.
_SUFFIXES = frozenset({".py", ".so", ".pyd"})
_NAMES = frozenset({"pivot.yaml", "params.yaml", "pyproject.toml", ".pivotignore"})
#: Where neither is looked for.
_SKIPPED = frozenset({".git", ".pivot", "__pycache__", "node_modules", ".venv"})


class Result(enum.StrEnum):
    """What came of verifying a stage."""

    SAME = "same"
    DIFFERENT = "different"
    FAILED = "failed"
    #: It could not be tried.
    UNTRIED = "untried"


@frozen
class Verified:
    """What came of one stage."""

    stage: str
    result: Result
    #: Of a difference, or a failure: what it is, a line each.
    details: tuple[str, ...] = ()
    #: Where the copy is, if it was kept.
    kept: str | None = None


def verify(session: Session, names: Sequence[str], *, keep: bool = False) -> Iterator[Verified]:
    """Run stages in copies of the project and give what came of each.

    Args:
        session: the project.
        names: the stages, in any order.
        keep: leave the copies where they are, for somebody to look at.
    """
    judge = Judge(session.workspace, session.observer)
    for name in names:
        place = Path(tempfile.mkdtemp(prefix="pivot-verify-")).resolve()
        try:
            yield _verified(session, judge, name, place, str(place / "project") if keep else None)
        finally:
            if not keep:
                shutil.rmtree(place, ignore_errors=True)


def _verified(session: Session, judge: Judge, name: str, place: Path, kept: str | None) -> Verified:
    stage = session.stages[name]
    copy = place / "project"
    try:
        lock = _lock(session, judge, stage)
        _copy(session, stage, lock, copy)
        question = {"stage": name, "log": str(place / "log.txt")}
        answer = Asked("pivot.past.rerunning", copy, session.root, question).answer("the copy")
    except UnansweredError as error:
        return Verified(name, Result.FAILED, (str(error),), kept)
    except (PivotError, OSError) as error:
        return Verified(name, Result.UNTRIED, (str(error),), kept)
    if answer["failure"] is not None:
        return Verified(name, Result.FAILED, _failure(answer, session.root, copy), kept)
    details = tuple(_differences(session, lock, answer, place))
    return Verified(name, Result.DIFFERENT if details else Result.SAME, details, kept)


def _lock(session: Session, judge: Judge, stage: Stage) -> Lock:
    """Give the lock of a stage of which nothing has changed; raise `StageError` for another."""
    past, _ = judge.lock(stage.name)
    # What isn't in its place may be in the cache.
    assumed = {
        dep.path: dep.content
        for dep in (past.deps if past else ())
        if session.workspace.content(dep.path) is None
    }
    verdict = judge.judge(stage, assumed=assumed)
    lock = verdict.past.lock
    changes = [one for one in verdict.decision.reasons if one.kind not in OUT_KINDS]
    if lock is None or changes:
        raise StageError(
            f"it is not up to date: {'; '.join(map(str, changes))}",
            stage=stage.name,
            hint=f"run it first: pivot run {stage.name}",
        )
    return lock


def _copy(session: Session, stage: Stage, lock: Lock, copy: Path) -> None:
    """Make the copy: code, the stage's inputs, room for its outputs."""
    copy.mkdir()
    Layout(copy).create()
    config = Layout(session.root).config
    if config.exists():
        shutil.copy2(config, Layout(copy).config)
    for file in _code(session, stage, lock):
        target = copy / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(session.root / file, target, follow_symlinks=False)
    for record in (*lock.deps, *lock.base):
        target = copy / record.path
        if not target.exists():
            _bring(session, record.path, record.content, target)
    for out in stage.outs:
        (copy / out.path).parent.mkdir(parents=True, exist_ok=True)


def _code(session: Session, stage: Stage, lock: Lock) -> Iterator[str]:
    """Give what the import of the pipeline, and the stage's code, may need."""
    root = session.root
    seen = {os.path.relpath(path, root) for path in (*session.sources, *session.imported.reads)}
    # What is read without being declared, and was seen to be, is an input, too.
    seen |= {
        name for kind, _, name in (key.partition(":") for key in lock.traced) if kind == "file"
    }
    if isinstance(stage.function, Command):
        seen |= {script.path for script in stage.function.started}
    outs = {out.path.rstrip("/") for one in session.stages.values() for out in one.outs}
    for place, directories, names in os.walk(root):
        here = os.path.relpath(place, root)
        directories[:] = [
            one
            for one in directories
            if one not in _SKIPPED
            and os.path.normpath(f"{here}/{one}") not in outs
            and not Path(place, one, "pyvenv.cfg").exists()
        ]
        seen |= {
            os.path.normpath(f"{here}/{name}")
            for name in names
            if name in _NAMES or Path(name).suffix in _SUFFIXES
        }
    for path in sorted(seen - outs):
        inside = not path.startswith(os.pardir) and not path.startswith(".pivot/")
        if inside and (root / path).is_file():
            yield path


def _bring(session: Session, path: str, content: Content, target: Path) -> None:
    """Put a recorded content somewhere, from the cache or from its place in the project."""
    workspace = session.workspace
    target.parent.mkdir(parents=True, exist_ok=True)
    if workspace.content(path) == content:
        source = workspace.path(path)
        if content.directory:
            shutil.copytree(source, target, symlinks=True)
        else:
            shutil.copy2(source, target)
    elif workspace.cache.holds(content):
        workspace.cache.restore(content, target, writable=True)
    else:
        raise PivotError(
            f"what it was recorded with of {path} is neither in its place nor in the cache",
            hint="'pivot pull' gets it if a remote has it",
        )


def _failure(answer: dict[str, Any], root: Path, copy: Path) -> tuple[str, ...]:
    """Say why a stage failed in the copy; of a file that only the project has, what to declare."""
    text = str(answer["failure"]).replace(f"{copy}/", "").rstrip()
    lines = text.splitlines()
    last = lines[-1] if lines else ""
    missing = [
        path
        for word in last.replace('"', "'").split("'")
        if (path := word.strip()) and not (copy / path).exists() and _is_in(root, path)
    ]
    hints = [
        f"{path} is in the project, and the stage doesn't declare it: add Dep({path!r})"
        for path in missing
    ]
    return (*lines, *hints)


def _is_in(root: Path, path: str) -> bool:
    try:
        return (root / path).exists() and (root / path).resolve().is_relative_to(root)
    except (OSError, ValueError):
        return False


def _differences(
    session: Session, lock: Lock, answer: dict[str, Any], place: Path
) -> Iterator[str]:
    for number, record in enumerate(lock.outs):
        content = record.content
        made = answer["outs"].get(record.path)
        if made is None or tuple(made) != (content.hash, content.size, content.executable):
            recorded = place / f"recorded-{number}"
            try:
                _bring(session, record.path, content, recorded)
            except PivotError:
                yield f"{record.path}: it came out different; what was recorded is not at hand"
                continue
            found = first_difference(place / "project" / record.path, recorded)
            yield f"{record.path}: {found or 'it came out different'}"
