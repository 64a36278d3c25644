"""The child that a confined stage runs in: forked, since a process can't be freed again.

What the worker has imported is there at once; threads are not, and what the kernel is told counts
for all that the child starts. Example: `run_confined(task, confinement, act)` gives what `act`
gives. Tests: tests/confinement/test_child.py.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import shutil
import signal
import tempfile
import warnings
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.confinement.denial import denial
from pivot.confinement.outputs import EmptyOutputs
from pivot.errors import WorkerCrashedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pivot.confinement.confinement import Confinement
    from pivot.confinement.denial import UndeclaredAccessError
    from pivot.interfaces import Outcome, Task

_SET_DEATH_SIGNAL = 1


class Confined:
    """What the child knows of its own confinement."""

    def __init__(self, confinement: Confinement, outputs: EmptyOutputs, log: str | None) -> None:
        #: The files, relative to the root, that the stage was seen to open for writing.
        self.written: frozenset[str] = frozenset()
        self._confinement = confinement
        self._outputs = outputs
        self._log = log

    @property
    def unwritten(self) -> frozenset[str]:
        """Those outputs that are there only because rights can't be given to what isn't."""
        return self._outputs.untouched - self.written

    def refused(self, error: BaseException) -> UndeclaredAccessError | None:
        """Say what was refused to the stage, if an exception comes of that."""
        return denial(error, self._confinement, self.written, self._log)


def run_confined(
    task: Task, confinement: Confinement, act: Callable[[Confined], Outcome]
) -> Outcome:
    """Give what an act gives in a confined child; what it raises is raised here.

    Raises `WorkerCrashedError` if the child dies, `UnavailableError` if this system can't confine.
    """
    with EmptyOutputs(confinement) as outputs, _scratch(confinement) as scratch:
        confined = Confined(confinement, outputs, task.log)
        if task.log is not None:
            Path(task.log).touch()  # rights are given to what is there
        reading, writing = os.pipe()
        here, there = Connection(reading, writable=False), Connection(writing, readable=False)
        child = _fork()
        if child == 0:  # pragma: no cover - what happens in a forked child is not recorded
            here.close()
            _be_child(there, confinement, task.log, scratch, lambda: act(confined))
        there.close()
        with here:
            return _answer(task.stage, child, here)


@contextlib.contextmanager
def _scratch(confinement: Confinement) -> Iterator[str | None]:
    """Make a directory for temporary files where it takes one of the stage's own."""
    if not confinement.needs_scratch():
        yield None
        return
    directory = tempfile.mkdtemp(prefix="pivot-")
    try:
        yield os.path.realpath(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _fork() -> int:
    with warnings.catch_warnings():
        # Of threads that a library began when it was imported. Those that are used with forks at
        # all (OpenBLAS, Arrow, OpenMP) start anew in the child.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _be_child(
    answers: Connection,
    confinement: Confinement,
    log: str | None,
    scratch: str | None,
    act: Callable[[], Outcome],
) -> None:  # pragma: no cover - as above
    result: tuple[Any, BaseException | None]
    try:
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        if scratch is not None:
            os.environ["TMPDIR"] = scratch
            tempfile.tempdir = None
        confinement.enforce(log)
        result = act(), None
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent is told
        result = None, error
    try:
        answers.send_bytes(pickle.dumps(result))
    finally:
        # Nothing of the parent's is to be ended here: its exit handlers, its threads.
        os._exit(0)


def _answer(stage: str, child: int, answers: Connection) -> Outcome:
    ended = os.pidfd_open(child)
    try:
        # What the stage has started may hold the other end open for longer than it lives.
        wait([answers, ended])
        data = answers.recv_bytes() if answers.poll() else None
    except EOFError:
        data = None
    finally:
        os.close(ended)
        _, status = os.waitpid(child, 0)
    if data is None:
        raise WorkerCrashedError(stage, _end(os.waitstatus_to_exitcode(status)))
    outcome, error = pickle.loads(data)
    if error is not None:
        raise error
    return outcome


def _end(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
