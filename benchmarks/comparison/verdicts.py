"""What a tool did after an edit, against what had to be done.

A stage is *concerned* if an edit changes its code, its parameters or a file that it reads, by what
a run from scratch makes of that file before and after the edit. An output that differs from that of
a run from scratch is *stale*, whatever ran; a stage that ran and isn't concerned was *needless*.
Example::

    judge(did, scratch).word        # 'right', 'stale', 'needless', 'stale and needless', 'failed'

Tests: tests/benchmarks/test_comparison.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.comparison.project import INPUTS, OUTPUTS, STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.comparison.edits import Edit

#: The content of what each stage made, None if it's missing.
type Made = Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Scratch:
    """What runs from scratch make of the project before and after an edit."""

    before: Made
    after: Made


@dataclass(frozen=True, slots=True)
class Did:
    """What a tool did after an edit: which stages ran, and what is there now."""

    ran: tuple[str, ...]
    made: Made
    #: Why the tool could not do it, if so.
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of it."""

    #: The stages whose outputs are wrong; those that ran in vain.
    stale: tuple[str, ...] = ()
    needless: tuple[str, ...] = ()
    problem: str = ""
    #: How the outputs came back, where they had to.
    how: str = ""

    @property
    def word(self) -> str:
        """The verdict in short."""
        if self.problem:
            return "failed"
        return " and ".join(["stale"] * bool(self.stale) + ["needless"] * bool(self.needless)) or (
            self.how or "right"
        )

    @property
    def right(self) -> bool:
        """Whether nothing was wrong."""
        return not (self.problem or self.stale or self.needless)


def concerned(edit: Edit, scratch: Scratch) -> frozenset[str]:
    """Give the stages that have a reason to run."""
    makers = {path: stage for stage, path in OUTPUTS.items()}
    further = {
        stage
        for stage in STAGES
        if (maker := makers.get(INPUTS[stage])) and scratch.before[maker] != scratch.after[maker]
    }
    return edit.concerns | further


def judge(edit: Edit, did: Did, scratch: Scratch) -> Verdict:
    """Say what was wrong with what a tool did."""
    may_run = concerned(edit, scratch)
    how = ""
    if edit.brings_back:
        how = "run again" if did.ran else "restored"
    return Verdict(
        stale=tuple(stage for stage in STAGES if did.made[stage] != scratch.after[stage]),
        needless=tuple(stage for stage in STAGES if stage in did.ran and stage not in may_run),
        problem=did.problem,
        how=how,
    )
