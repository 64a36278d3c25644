"""What the executor suite has workers do: functions at the top of a module, as workers need them.

A call learns from its task's payload what to do, and answers through its outcome; where the test
must know that it has *begun*, it says so through files.
Tests: tests/testing/test_executor_suite.py.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.interfaces import Failure, Outcome, Task

if TYPE_CHECKING:
    from collections.abc import Callable

#: What an executor is given to run.
type Call = Callable[[Task], Outcome]

_PAUSE = 0.005
#: How long tasks that have met wait for one too many, in seconds.
_GRACE = 0.25


def task(stage: str, *, timeout: float | None = None, **payload: object) -> Task:
    """Make a task whose call finds `payload` again."""
    return Task(stage, str(Path.cwd()), pickle.dumps(payload), None, timeout)


def asked(of: Task) -> dict[str, Any]:
    """Give what `task` was made with."""
    return pickle.loads(of.payload)


def told(outcome: Outcome) -> str:
    """Give what a call reported, which travels in the one free text that an outcome has."""
    return outcome.failure.message if outcome.failure else ""


def eventually(condition: Callable[[], bool], patience: float) -> bool:
    """Wait until something is true; say False if it does not become so within some seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def _tell(of: Task, text: str) -> Outcome:
    return Outcome(of.stage, 0.0, failure=Failure(text))


def echo(of: Task) -> Outcome:
    """Report the text that the task came with."""
    return _tell(of, asked(of)["text"])


def process_id(of: Task) -> Outcome:
    """Report which process this is."""
    return _tell(of, str(os.getpid()))


def complain(of: Task) -> Outcome:
    """Raise an error that the submitter is to get."""
    raise LookupError(asked(of)["text"])


def meet(of: Task) -> Outcome:
    """Wait until `count` calls run at once; report how many did at most, or "alone"."""
    directory, count = Path(asked(of)["directory"]), asked(of)["count"]
    met, mine = directory / "met", directory / f"{of.stage}.here"
    seen = 0

    def here(enough: int) -> bool:
        nonlocal seen
        seen = max(seen, len(list(directory.glob("*.here"))))
        return seen >= enough

    mine.touch()
    if not eventually(lambda: met.exists() or here(count), asked(of)["patience"]):
        return _tell(of, "alone")
    if not met.exists():
        # Nobody leaves before whoever should not be here has had the time to come.
        eventually(lambda: here(count + 1), _GRACE)
        met.touch()
    mine.unlink()
    return _tell(of, str(seen))


def die(of: Task) -> Outcome:
    """End the worker as the kernel does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise RuntimeError(f"{of.stage} lives on")


def leave(of: Task) -> Outcome:
    """End the worker as a C library does that calls `exit`."""
    del of
    os._exit(7)


def have_a_child(of: Task) -> Outcome:
    """Start a process that holds a pipe open for writing, and wait for it, which takes long."""
    code = (
        "import sys, time; pipe = open(sys.argv[1], 'wb', 0); pipe.write(b'+');"
        "time.sleep(float(sys.argv[2]))"
    )
    # Should nobody stop the child, it ends by itself, after the test has found that out.
    last = str(1.5 * asked(of)["patience"])
    command = [sys.executable, "-c", code, asked(of)["pipe"], last]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return _tell(of, "nobody stopped it")


def initialize(directory: str) -> None:
    """Note, as an executor's initializer, that this process has been initialised."""
    note = Path(directory) / str(os.getpid())
    if note.exists():
        note = note.with_name(f"{note.name}-twice")
    note.touch()


def nothing() -> None:
    """Do what an initializer does that has nothing to do."""
