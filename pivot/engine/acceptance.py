"""The lock of a stage of whose change a person says that it makes no difference.

The outputs then count as those of the code as it is. The lock keeps, for each symbol that changed,
what it was when the outputs were made, so that anybody sees it, and the run cache is not told of a
run that never was. Only code can be accepted, with what is imported: from other parameters or
inputs come other outputs, as a rule. Example::

    accepted(verdict, "renamed a variable").accepted  # (Acceptance("func:steps:f", ...),)

Tests: tests/cli/commands/test_accept.py.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from pivot.decide import OUT_KINDS, ReasonKind, Run, decide
from pivot.errors import StageError
from pivot.store.lock import Acceptance, Lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pivot.decide import Reason
    from pivot.engine.judge import Verdict

_CODE = frozenset({ReasonKind.CODE_ADDED, ReasonKind.CODE_CHANGED, ReasonKind.CODE_REMOVED})
_RUN = "'pivot run' makes its outputs anew"


def accepted(verdict: Verdict, reason: str) -> Lock | None:
    """Give the lock by which a stage is up to date; None if none of its code has changed.

    Args:
        verdict: what the stage is, with the reasons why it would run.
        reason: what the person says, in one line; may be empty.

    Raises:
        StageError: it has never run, or something else has changed than its code, or its outputs
            are neither in their places nor in the cache.
    """
    stage, lock = verdict.observed.stage, verdict.past.lock
    reasons = verdict.decision.reasons
    if lock is None:
        raise StageError(f"it can't be accepted: {_words(reasons)}", stage=stage, hint=_RUN)
    changes = [one for one in reasons if one.kind not in OUT_KINDS]
    if not changes:
        return None
    other = [one for one in changes if not _is_code(one)]
    if other:
        raise StageError(
            f"only a change of code can be accepted, and there is another: {_words(other)}",
            stage=stage,
            hint=_RUN,
        )
    if verdict.past.recalled is not None:
        raise StageError(
            "it has run with this code before, and the run cache knows what came of it",
            stage=stage,
            hint="'pivot run' restores that",
        )
    return _checked(verdict, _with(lock, verdict, changes, reason))


def _with(lock: Lock, verdict: Verdict, changes: Sequence[Reason], reason: str) -> Lock:
    observed = verdict.observed
    made = lock.as_made
    earlier = {(one.traced, one.key): one for one in lock.accepted}
    for key, traced in _keys(changes, lock, verdict):
        before = (made.traced if traced else made.code).get(key)
        earlier[traced, key] = Acceptance(key, before, reason, traced)
    # What is as it was again needs nobody's word.
    kept = [
        one
        for one in earlier.values()
        if (observed.traced if one.traced else observed.code).get(one.key) != one.made
    ]
    return dataclasses.replace(
        lock,
        code=dict(observed.code),
        traced=dict(observed.traced),
        accepted=tuple(sorted(kept, key=lambda one: (one.key, one.traced))),
    )


def _keys(changes: Sequence[Reason], lock: Lock, verdict: Verdict) -> Iterator[tuple[str, bool]]:
    """Give the keys of the symbols that changed, and whether only running showed them."""
    observed = verdict.observed
    for change in changes:
        imported = change.kind is ReasonKind.IMPORT_CHANGED
        key = f"import:{change.name}" if imported else change.name
        if lock.code.get(key) != observed.code.get(key):
            yield key, False
        if lock.traced.get(key) != observed.traced.get(key):
            yield key, True


def _checked(verdict: Verdict, lock: Lock) -> Lock:
    """Give a lock again by which there is nothing to run."""
    found = decide(verdict.observed, dataclasses.replace(verdict.past, lock=lock))
    if isinstance(found, Run):
        raise StageError(
            f"its outputs can't be accepted, since they are not to be had: {_words(found.reasons)}",
            stage=lock.stage,
            hint=f"'pivot pull {lock.stage}' gets them if a remote has them, else {_RUN}",
        )
    return lock


def _is_code(reason: Reason) -> bool:
    return reason.kind in _CODE or reason.kind is ReasonKind.IMPORT_CHANGED


def _words(reasons: Sequence[Reason]) -> str:
    return "; ".join(map(str, reasons)) or "nothing is known of it"
