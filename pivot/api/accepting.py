"""Saying that a change of the code makes no difference to the outputs.

Example: `accept(["train"], reason="renamed a variable").complete`. Tests:
tests/cli/commands/test_accept.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

from pivot.api.opening import open_session
from pivot.engine.acceptance import accepted
from pivot.engine.commit import Committer
from pivot.engine.explanation import Explainer
from pivot.engine.judge import Judge
from pivot.errors import StageError, UsageError
from pivot.frozen import frozen
from pivot.sync.checkout import held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot.api.opening import Root
    from pivot.engine.report import Change
    from pivot.registry import Registry
    from pivot.session import Session
    from pivot.store.lock import Lock


@frozen
class Accepted:
    """What was accepted of a stage: the changes of its code, none if there was none."""

    stage: str
    changes: tuple[Change, ...] = ()


@frozen
class Acceptances:
    """What came of accepting changes."""

    dry_run: bool
    stages: tuple[Accepted, ...]
    #: (stage, why its change can't be accepted); if there are any, nothing was accepted.
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every stage that was asked for counts as up to date."""
        return not self.refused

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`."""
        return {**dataclasses.asdict(self), "complete": self.complete}


def accept(
    targets: Sequence[str],
    root: Root = None,
    *,
    reason: str = "",
    dry_run: bool = False,
    registry: Registry | None = None,
) -> Acceptances:
    """Record that a reviewed change of code makes no difference to what stages have made.

    Their locks then name the code as it is, and keep what it was when the outputs were made; the
    next `run` has nothing to do for them. The run cache learns nothing of it.

    Args:
        targets: stage names, globs of them, or output paths, which mean the stages that make them.
        root: the project's directory, or one inside it.
        reason: why it makes no difference, in one line.
        dry_run: say what would be accepted, and accept nothing.
        registry: the stages, instead of those that `pipeline.py` registers.

    Returns:
        What was accepted; or, if one of the stages can't be, why, and then nothing is.

    Raises:
        UsageError: there is no target, or one means no stage, or the reason is no line.
        WaitTimeoutError: another process runs one of the stages.
        PivotError: for whatever is wrong with the pipeline.
    """
    if not targets:
        raise UsageError("say which stages' changes are to be accepted")
    if len(reason.splitlines()) > 1:
        raise UsageError("the reason is more than one line")
    with open_session(root, registry, {}) as session:
        names = session.graph.select(targets)
        with contextlib.ExitStack() as holds:
            if not dry_run:
                for name in names:
                    holds.enter_context(held(session, name))
            return _accept(session, names, reason.strip(), dry_run=dry_run)


def _accept(session: Session, names: Sequence[str], reason: str, *, dry_run: bool) -> Acceptances:
    workspace, observer = session.workspace, session.observer
    judge = Judge(workspace, observer)
    explainer = Explainer(session.root, observer, workspace.archive, diff=False)
    found: dict[str, Lock] = {}
    stages: list[Accepted] = []
    refused: list[tuple[str, str]] = []
    for name in names:
        try:
            verdict = judge.judge(session.stages[name])
            lock = accepted(verdict, reason)
        except StageError as error:
            refused.append((name, str(error)))
            continue
        changes = ()
        if lock is not None:
            found[name] = lock
            changes = explainer.explain(session.stages[name], verdict.decision).changes
        stages.append(Accepted(name, changes))
    if not refused and not dry_run:
        committer = Committer(workspace, dict, lambda *_: None, observer)
        for name, lock in found.items():
            committer.accept(session.stages[name], lock)
    return Acceptances(dry_run, tuple(stages), tuple(refused))
