"""Running one stage of a project, by itself, and saying what came of it.

It is run as a program, which is asked `{"stage": "train", "log": ...}`; see `apart`. The inputs are
there, and what the stages before it would make is not made. Tests:
tests/cli/commands/test_verify.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.engine.worker import Call, execute
from pivot.interfaces import Task
from pivot.past.apart import answer
from pivot.session import Session

if TYPE_CHECKING:
    from pathlib import Path


def rerun(root: Path, stage: str, log: str) -> dict[str, Any]:
    """Call a stage's function; give `failure`, its text or None, and `outs`, path -> content."""
    with Session(root) as session:
        found = session.stages[stage]
        call = Call(found, session.settings.hash).pack()
        outcome = execute(Task(stage, str(root), call, log))
    failure = outcome.failure
    text = None if failure is None else (failure.traceback or failure.message)
    outs = {
        made.path: (made.content.hash, made.content.size, made.content.executable)
        for made in outcome.outs
    }
    return {"failure": text, "outs": outs}


if __name__ == "__main__":
    answer(lambda root, question: rerun(root, question["stage"], question["log"]))
