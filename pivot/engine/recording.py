"""Who writes down what happens in a run, by listening to its events; `history` keeps it.

Nothing is written as long as nothing is run. From the first stage that is started, what happens
goes into a journal at once, which waits for no disk: if the process is killed, the next one finds
it there, and records the run as *unfinished*. At the end all goes into State, in the transaction
that a run makes anyway. Example::

    with Recorder(workspace, plan, Asked(("train",))) as recorder:
        report = run(recorder.before(emit))
        recorder.finish(report)

What is told of a run is no reason to fail for one: a journal that can't be written is left out.
Tests: tests/engine/test_recording.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from typing import TYPE_CHECKING, Self

from pivot.engine.report import StageReport
from pivot.errors import StorageError
from pivot.events import StageDecided, StageFinished, StageRetried, StageStarted, Status
from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from types import TracebackType

    from pivot.engine.history import RunRecord, StageRecord
    from pivot.engine.report import RunReport
    from pivot.engine.run import RunPlan
    from pivot.engine.workspace import Workspace
    from pivot.events import Event
    from pivot.store.journal import Journal
    from pivot.vcs import Glance

_ID_BYTES = 4
_CUT_SHORT = "it was running when the run was killed"


@frozen
class Asked:
    """What a run was asked to do; see `RunRecord`."""

    targets: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    forced: bool = False
    watch: bool = False


class Recorder:
    """Records one run, which begins now."""

    def __init__(self, workspace: Workspace, plan: RunPlan, asked: Asked) -> None:
        #: Stage -> the contents that its record names; see `StageRecord`.
        self.contents: Mapping[str, Collection[str]] = {}
        self._workspace = workspace
        self._plan = plan
        self._asked = asked
        self._started = time.time()
        self._reasons: dict[str, tuple[str, ...]] = {}
        #: How often those stages were tried that were tried again.
        self._attempts: dict[str, int] = {}
        self._journal: Journal | None = None
        self._glance: Glance | None = None
        #: Where the git repository begins.
        self._top = workspace.root

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._glance is not None:
            self._glance.drop()
        if self._journal is not None:
            # What is still there was not finished.
            self._journal.leave()

    def before(self, emit: Callable[[Event], None]) -> Callable[[Event], None]:
        """Give a function that takes note of an event before it passes it on."""

        def note_and_emit(event: Event) -> None:
            self._note(event)
            emit(event)

        return note_and_emit

    def _note(self, event: Event) -> None:
        match event:
            case StageDecided(name, _, reasons) if reasons:
                self._reasons[name] = reasons
            case StageStarted(name):
                if self._journal is None:
                    self._begin()
                # What is to be known of it if nothing more is heard.
                self._write(StageReport(name, Status.FAILED, self._why(name), error=_CUT_SHORT))
            case StageRetried(name, attempt):
                self._attempts[name] = attempt + 1
            case StageFinished(name, status, seconds, error) if status is not Status.UNCHANGED:
                self._write(StageReport(name, status, self._why(name), seconds, error))
            case _:
                pass

    def _record(self) -> RunRecord:
        """Give what is known of the run before it begins."""
        from pivot.engine.history import RunRecord  # late, as below

        return RunRecord(
            number=0,
            started=self._started,
            seconds=0.0,
            targets=self._asked.targets,
            forced=self._asked.forced,
            executor=self._plan.executor,
            interrupted=False,
            stages=(),
            unchanged=0,
            workers=self._plan.workers,
            params=self._asked.params,
            keep_going=self._plan.keep_going,
            watch=self._asked.watch,
        )

    def _why(self, name: str) -> tuple[str, ...]:
        return self._reasons.get(name, ())

    def _begin(self) -> None:
        """Begin what only a run needs in which a stage is run."""
        # Late: a run with nothing to do does without.
        from pivot.engine.history import encode
        from pivot.engine.remains import take_over
        from pivot.store.journal import SUFFIX, Journal

        self._look_at_git()
        name = f"{time.time_ns()}-{os.urandom(_ID_BYTES).hex()}{SUFFIX}"
        with contextlib.suppress(OSError, StorageError):
            state, settings = self._workspace.state, self._workspace.settings
            take_over(self._workspace.layout, state, settings.history_runs)
            line = encode(self._record()) + b"\n"
            self._journal = Journal.begin(self._workspace.layout.runs / name, line)

    def _look_at_git(self) -> None:
        root = self._workspace.root
        for directory in (root, *root.parents):
            if (directory / ".git").exists():
                from pivot.vcs import Glance  # late, as above

                self._top = directory
                self._glance = Glance.begin(root)
                return

    def _is_dirty(self, changed: Iterable[str]) -> bool:
        """Whether of the changed files one is not what runs themselves change: locks, outputs."""
        place = self._workspace.root.relative_to(self._top).as_posix()
        base = "" if place == "." else f"{place}/"
        made = [".pivot/stages/", *(out.path for s in self._plan.stages.values() for out in s.outs)]
        own = {f"{base}{path}" for path in made}
        directories = tuple(f"{path.rstrip('/')}/" for path in own)
        return any(path not in own and not path.startswith(directories) for path in changed)

    def _write(self, report: StageReport) -> None:
        if self._journal is None:
            return
        from pivot.engine.history import encode_stage  # late, as above

        with contextlib.suppress(OSError):
            self._journal.add(encode_stage(self._stage(report)) + b"\n")

    def _stage(self, report: StageReport) -> StageRecord:
        from pivot.engine.history import StageRecord  # late, as above

        contents = self.contents.get(report.name, ())
        return StageRecord.of(report, self._attempts.get(report.name, 1), contents)

    def finish(self, report: RunReport) -> None:
        """Record how the run ended, if anything happened."""
        if report.unchanged:
            return
        from pivot.engine.history import History  # late, as above

        revision = self._glance.revision() if self._glance else None
        changed = revision.changed if revision else None
        concerned = [one for one in report.stages if one.status is not Status.UNCHANGED]
        record = dataclasses.replace(
            self._record(),
            seconds=report.seconds,
            interrupted=report.interrupted,
            stages=tuple(map(self._stage, concerned)),
            unchanged=len(report.stages) - len(concerned),
            commit=revision.commit if revision else None,
            dirty=None if changed is None else self._is_dirty(changed),
        )
        workspace = self._workspace
        History(workspace.state.history, workspace.settings.history_runs).add(record)
        if self._journal is not None:
            # If State can't be written, that is told of when it is closed; a journal that can't be
            # removed is taken for that of a run that was killed.
            with contextlib.suppress(StorageError, OSError):
                workspace.state.flush()
                self._journal.end()
