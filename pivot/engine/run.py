"""The loop of `pivot run`: decide what is ready, keep the workers busy, commit what comes back.

Everything happens in the calling thread, but for what takes long: workers compute, and large files
are hashed, stored and brought back aside, so that no free worker waits for that. A decision to run
takes a place in a queue, ordered by the longest remaining path; restoring and skipping happen at
once. The executor is made when a stage must run, so that a run with nothing to do starts no worker.
Tests: tests/engine/test_run.py and tests/engine/test_aside.py.
"""

from __future__ import annotations

import contextlib
import functools
import queue
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pivot.decide import Reason, ReasonKind, Restore, Run
from pivot.engine.aside import Aside
from pivot.engine.capture import LogTail
from pivot.engine.lineup import Lineup
from pivot.engine.report import RunReport, StageReport
from pivot.engine.worker import Call, execute
from pivot.engine.workspace import Seen
from pivot.errors import (
    CorruptionError,
    PivotError,
    StageTimeoutError,
    WaitTimeoutError,
    WorkerCrashedError,
    stage_exit_status,
)
from pivot.events import (
    RunFinished,
    RunStarted,
    StageDecided,
    StageFinished,
    StageOutput,
    StageRetried,
    StageStarted,
    StageWaiting,
    Status,
    Warned,
)
from pivot.frozen import frozen
from pivot.interfaces import Failure, Task
from pivot.store.faults import storage_error
from pivot.store.hold import Hold, holder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from concurrent.futures import Future

    from pivot.confinement import Confinement
    from pivot.engine.cancellation import Cancellation
    from pivot.engine.commit import Committer
    from pivot.engine.judge import Judge, Verdict
    from pivot.engine.schedule import Schedule
    from pivot.engine.workspace import Workspace
    from pivot.events import Event
    from pivot.interfaces import Executor, Outcome, Produced
    from pivot.stage import Stage

#: How often the loop looks at what running stages print and whether holds were released.
_TICK_SECONDS = 0.05


@frozen
class RunPlan:
    """What a run covers and how it goes on after a failure."""

    stages: Mapping[str, Stage]
    schedule: Schedule
    priority: Mapping[str, float]
    executor: str
    workers: int
    keep_going: bool
    #: The monotonic time before anything of the project was looked at.
    began_ns: int
    #: How many stages have never run here: that they must is as good as certain.
    new: int


@dataclass(slots=True)
class _Active:
    """A stage that is held by this process, from its decision to its end."""

    stage: Stage
    hold: Hold
    verdict: Verdict
    tail: LogTail | None = None
    #: Which attempt at running it this is.
    attempt: int = 1


@dataclass(slots=True)
class _Tally:
    """What the run has come to so far."""

    reports: dict[str, StageReport] = field(default_factory=dict[str, StageReport])
    worst: int = 0
    interrupted: bool = False


class Runner:
    """Runs one plan, once."""

    def __init__(
        self,
        plan: RunPlan,
        workspace: Workspace,
        judge: Judge,
        committer: Committer,
        executor: Callable[[], Executor],
        emit: Callable[[Event], None],
        cancellation: Cancellation,
        supply: Callable[[Stage, Verdict], bool] | None = None,
        confine: Callable[[Stage, Verdict], Confinement] | None = None,
    ) -> None:
        self._plan = plan
        #: Says what a stage may read and write, if that is to be seen to.
        self._confine = confine
        #: Gets from elsewhere what a stage would otherwise run for; says whether to judge it again.
        self._supply = supply
        self._schedule = plan.schedule
        self._workspace = workspace
        self._judge = judge
        self._committer = committer
        self._make_executor = executor
        self._executor: Executor | None = None
        self._execute = functools.partial(execute, began_ns=plan.began_ns)
        self._emit = emit
        self._cancellation = cancellation
        self._stopping = False
        self._waiting: dict[str, float] = {}
        self._lineup = Lineup(plan.priority)
        self._active: dict[str, _Active] = {}
        #: The stages whose outputs the cache had, and had them damaged.
        self._corrupt: set[str] = set()
        self._futures: dict[str, Future[Outcome]] = {}
        #: What is to be done next, as tasks and threads end.
        self._arrived: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._aside = Aside(self._arrived)
        #: The stages whose inputs a thread looks at, with their holds.
        self._looking: dict[str, Hold] = {}
        self._tally = _Tally()
        self._complaints: set[str] = set()

    def run(self) -> RunReport:
        """Bring every stage of the plan up to date, as far as that goes, and report."""
        started = time.perf_counter()
        names = tuple(self._plan.stages)
        self._emit(RunStarted(names, self._plan.executor, self._plan.workers))
        try:
            if self._plan.new:
                # Workers start while the stages are looked at.
                self._executor = self._make_executor()
            self._loop()
            self._cancel(self._schedule.unfinished)
        finally:
            self._shut_down()
        reports = tuple(self._tally.reports[name] for name in names)
        seconds = time.perf_counter() - started
        report = RunReport(reports, seconds, self._tally.interrupted, self._tally.worst)
        self._emit(RunFinished(report.counts, seconds))
        return report

    def _loop(self) -> None:
        while not self._schedule.finished:
            if self._cancellation.requested:
                self._interrupt()
                return
            if not self._stopping:
                self._decide_ready()
                self._retry_waiting()
                self._submit_runnable()
            elif not self._futures and not self._aside.pending:
                return
            if self._futures or self._waiting or self._aside.pending:
                self._collect()

    # Deciding

    def _decide_ready(self) -> None:
        while not self._stopping and (name := self._schedule.take()) is not None:
            self._begin(name)
            if self._cancellation.requested:
                return

    def _begin(self, name: str) -> bool:
        """Take hold of a stage and decide; give False if another process holds it."""
        file = self._workspace.layout.hold_file(name)
        hold = Hold.try_acquire(file)
        if hold is None:
            if name not in self._waiting:
                self._waiting[name] = time.monotonic()
                self._emit(StageWaiting(name, holder(file)))
            return False
        self._waiting.pop(name, None)
        stage = self._plan.stages[name]
        slow = self._workspace.slow(self._judge.artifacts(stage))
        wanted = self._judge.missing_directories(stage)
        if slow or wanted:
            self._looking[name] = hold
            self._aside.start(
                lambda: self._workspace.look(slow, wanted),
                lambda looked: self._looked(name, looked()),
            )
        else:
            self._judge_stage(name, hold)
        return True

    def _looked(self, name: str, found: Seen) -> None:
        """Go on with a stage whose inputs have been looked at."""
        hold = self._looking.pop(name)
        if self._stopping or self._cancellation.requested:
            hold.release()
            return
        with self._workspace.given(found):
            self._judge_stage(name, hold)

    def _judge_stage(self, name: str, hold: Hold) -> None:
        stage = self._plan.stages[name]
        try:
            verdict = self._judge.judge(stage)
        except PivotError as error:
            hold.release()
            self._emit(StageDecided(name, "run", ()))
            self._fail(name, error)
        else:
            if self._supply is not None and isinstance(verdict.decision, Run):
                self._looking[name] = hold
                self._aside.start(
                    functools.partial(self._supply, stage, verdict),
                    lambda supplied: self._supplied(name, verdict, supplied),
                )
            else:
                self._go_on(name, hold, verdict)

    def _supplied(self, name: str, verdict: Verdict, supplied: Callable[[], bool]) -> None:
        """Go on with a stage for which something may have been got from elsewhere."""
        hold = self._looking.pop(name)
        if self._stopping or self._cancellation.requested:
            hold.release()
            return
        try:
            again = supplied()
        except PivotError as error:
            hold.release()
            self._emit(StageDecided(name, "run", ()))
            self._fail(name, error)
        else:
            if again:
                self._judge_stage(name, hold)
            else:
                self._go_on(name, hold, verdict)

    def _go_on(self, name: str, hold: Hold, verdict: Verdict) -> None:
        self._active[name] = _Active(self._plan.stages[name], hold, verdict)
        self._complain(verdict)
        self._follow(name)

    def _complain(self, verdict: Verdict) -> None:
        """Warn of what is wrong with code, once, whatever the number of stages that use it."""
        for message in verdict.complaints:
            self._complain_once(message)

    def _complain_once(self, message: str) -> None:
        if message not in self._complaints:
            self._complaints.add(message)
            self._emit(Warned(message))

    def _follow(self, name: str) -> None:
        verdict = self._active[name].verdict
        decision = verdict.decision
        reasons = tuple(str(reason) for reason in decision.reasons)
        match decision:
            case Run():
                self._queue(name, reasons)
            case Restore():
                self._restore(name, decision, reasons)
            case _:
                if verdict.past.recalled is None:
                    # The State is younger than the lock, which came from git, say.
                    self._committer.keep_code(self._active[name].stage)
                self._emit(StageDecided(name, "skip", ()))
                self._succeed(name, Status.UNCHANGED)

    def _queue(self, name: str, reasons: tuple[str, ...]) -> None:
        """Give a stage that must run a place in a queue."""
        self._emit(StageDecided(name, "run", reasons))
        active = self._active[name]
        cluttered = self._committer.takes_long(active.stage, active.verdict)
        self._lineup.add(name, cluttered=cluttered)

    def _restore(self, name: str, decision: Restore, reasons: tuple[str, ...]) -> None:
        active = self._active[name]
        restore = functools.partial(self._committer.restore, active.stage, active.verdict, decision)
        if self._committer.takes_long(active.stage, active.verdict):
            self._aside.start(
                restore, lambda restored: self._restored(name, decision, reasons, restored)
            )
        else:
            self._restored(name, decision, reasons, restore)

    def _restored(
        self,
        name: str,
        decision: Restore,
        reasons: tuple[str, ...],
        restored: Callable[[], list[str]],
    ) -> None:
        """Record a stage whose outputs are back; if they are not to be had, it must run."""
        active = self._active[name]
        try:
            self._tell(name, restored())
            self._committer.record_restored(active.stage, active.verdict, decision)
        except CorruptionError as error:
            # The blob is out of the way now; what it held can be made again, or got.
            self._tell_corrupt(name, error)
            if self._supply is not None and name not in self._corrupt:
                self._corrupt.add(name)
                self._judge_stage(name, self._active.pop(name).hold)
                return
            lost = (Reason(ReasonKind.OUT_MISSING, record.path) for record in decision.outs)
            self._queue(name, tuple(map(str, lost)))
        except PivotError as error:
            self._fail(name, error)
        else:
            self._emit(StageDecided(name, "restore", reasons))
            self._succeed(name, Status.RESTORED)

    def _tell(self, name: str, messages: Iterable[str]) -> None:
        for message in messages:
            self._emit(Warned(message, name))

    def _tell_corrupt(self, name: str, error: CorruptionError | None = None) -> None:
        """Warn of what the cache had and has no more, since it was damaged."""
        found = {one.message for one in list(self._workspace.cache.condemned.values())}
        found |= {error.message} if error else set()
        for message in sorted(found - self._complaints):
            self._complaints.add(message)
            self._emit(Warned(message, name))

    def _retry_waiting(self) -> None:
        patience = self._workspace.settings.lock_timeout
        for name, since in list(self._waiting.items()):
            if self._begin(name) or time.monotonic() - since < patience:
                continue
            del self._waiting[name]
            who = holder(self._workspace.layout.hold_file(name))
            self._fail(name, WaitTimeoutError(f"waited {patience:g} s for {who}"))

    # Executing

    def _submit_runnable(self) -> None:
        if self._executor is None:
            if not self._lineup:
                return
            self._executor = self._make_executor()
        self._make_room(self._executor)
        while not self._stopping and len(self._futures) < self._executor.workers:
            if not self._executor.isolated:
                # What this process reads meanwhile would count as the stage's doing.
                self._finish_aside()
            if self._stopping or (next_one := self._lineup.take()) is None:
                return
            name, cleared = next_one
            try:
                self._submit(name, self._executor, cleared=cleared)
            except PivotError as error:
                self._fail(name, error)

    def _make_room(self, executor: Executor) -> None:
        """Make room aside for stages that could start, where that takes long."""
        while (name := self._lineup.to_clear(executor.workers)) is not None:
            active = self._active[name]
            again = active.attempt > 1
            prepare = functools.partial(
                self._committer.prepare, active.stage, active.verdict, again=again
            )
            self._aside.start(prepare, functools.partial(self._cleared, name))

    def _cleared(self, name: str, prepared: Callable[[], list[str]]) -> None:
        """Let a stage start for which there is room now."""
        try:
            self._tell(name, prepared())
        except PivotError as error:
            self._lineup.failed(name)
            self._fail(name, error)
        else:
            self._lineup.cleared(name)

    def _submit(self, name: str, executor: Executor, *, cleared: bool) -> None:
        active = self._active[name]
        call = Call(active.stage, self._workspace.settings.hash).pack()
        if not cleared:
            self._tell(name, self._committer.prepare(active.stage, active.verdict))
        log = None
        if executor.isolated:
            file = self._workspace.layout.log_file(name)
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise storage_error(error, "make the directory", file.parent) from error
            active.tail = LogTail(file)
            log = str(file)
        elif active.stage.timeout is not None:
            self._complain_once(
                f"the timeout of {name!r} is not watched: executor {self._plan.executor!r} runs "
                "stages in a process that can't be ended"
            )
        self._emit(StageStarted(name))
        task = Task(name, str(self._workspace.root), call, log, active.stage.timeout)
        run = self._execute
        if self._confine is not None:
            run = functools.partial(run, confinement=self._confine(active.stage, active.verdict))
        future = executor.submit(run, task)
        self._futures[name] = future
        future.add_done_callback(lambda _: self._arrived.put(lambda: self._settle(name)))

    def _collect(self) -> None:
        """Wait a little for something to end; pass on what the running tasks print."""
        with contextlib.suppress(queue.Empty):
            self._arrived.get(timeout=_TICK_SECONDS)()
            while not self._arrived.empty():
                self._arrived.get()()
        for name in self._futures:
            self._print(name)

    def _print(self, name: str, *, final: bool = False) -> None:
        tail = self._active[name].tail
        for line in tail.lines(final=final) if tail else ():
            self._emit(StageOutput(name, line))

    def _settle(self, name: str) -> None:
        """Deal with a task that ended."""
        from concurrent.futures import CancelledError  # only who runs something needs it

        future = self._futures.pop(name, None)
        if future is None:
            return  # it was dealt with when the run was interrupted
        self._print(name, final=True)
        try:
            outcome = future.result()
        except CancelledError:
            self._tally.interrupted = True
            return
        except (WorkerCrashedError, StageTimeoutError) as error:
            if not self._cancellation.requested:
                self._try_again_or_fail(name, Failure(str(error), None, stage_exit_status(error)))
            return
        except PivotError as error:
            self._fail(name, error)
            return
        if outcome.failure is not None:
            self._try_again_or_fail(name, outcome.failure, outcome.seconds)
            return
        stage = self._active[name].stage
        slow, large = self._committer.slow(stage, outcome), self._committer.large(stage, outcome)

        def look_and_store() -> Seen:
            found = self._workspace.look(slow)
            self._committer.store(stage, large)
            return found

        if slow or large:
            self._aside.start(
                look_and_store, lambda found: self._record(name, outcome, large, found)
            )
        else:
            self._record(name, outcome, (), Seen)

    def _try_again_or_fail(self, name: str, failure: Failure, seconds: float = 0.0) -> None:
        """Line up a stage that failed once more, if it may be tried again."""
        active = self._active[name]
        attempts = active.stage.retries + 1
        if active.attempt >= attempts or self._stopping or self._cancellation.requested:
            self._fail_with(name, failure, seconds)
            return
        message, traceback = failure.message, failure.traceback
        self._emit(StageRetried(name, active.attempt, attempts, seconds, message, traceback))
        active.attempt += 1
        # Nobody knows how much the last attempt has left.
        self._lineup.add(name, cluttered=True)

    def _record(
        self,
        name: str,
        outcome: Outcome,
        stored: Collection[Produced],
        found: Callable[[], Seen],
    ) -> None:
        """Commit what a task gave; `stored` is in the cache by now, unless `found` raises."""
        active = self._active[name]
        try:
            with self._workspace.given(found()):
                recorded = self._committer.record(active.stage, active.verdict, outcome, stored)
        except PivotError as error:
            self._fail(name, error)
        else:
            if recorded:
                self._succeed(name, Status.RAN, outcome.seconds)
            else:
                self._fail_with(name, Failure("its inputs changed while it ran"), outcome.seconds)

    # Ending

    def _succeed(self, name: str, status: Status, seconds: float = 0.0) -> None:
        self._report(name, status, seconds)
        self._schedule.done(name)

    def _fail(self, name: str, error: PivotError) -> None:
        self._fail_with(name, Failure(str(error), None, stage_exit_status(error)), 0.0)

    def _fail_with(self, name: str, failure: Failure, seconds: float) -> None:
        self._tally.worst = max(self._tally.worst, failure.exit_status)
        self._stopping |= not self._plan.keep_going
        active = self._active.get(name)
        if active is not None and self._committer.must_roll_back(active.stage, active.verdict):
            self._aside.start(
                functools.partial(self._committer.roll_back, active.stage, active.verdict),
                lambda rolled_back: self._failed(name, failure, seconds, rolled_back()),
            )
        else:
            self._failed(name, failure, seconds, ())

    def _failed(self, name: str, failure: Failure, seconds: float, messages: Iterable[str]) -> None:
        self._tell(name, messages)
        self._report(name, Status.FAILED, seconds, failure)
        self._cancel(self._schedule.failed(name))

    def _roll_back(self, name: str) -> None:
        """Let what grows be what it was, if a stage ends without having been recorded."""
        active = self._active.get(name)
        if active is not None:
            self._tell(name, self._committer.roll_back(active.stage, active.verdict))

    def _cancel(self, names: tuple[str, ...]) -> None:
        for name in names:
            if name not in self._tally.reports:
                self._roll_back(name)
                self._report(name, Status.CANCELLED, 0.0)

    def _report(
        self, name: str, status: Status, seconds: float, failure: Failure | None = None
    ) -> None:
        active = self._active.pop(name, None)
        if active is not None:
            active.hold.release()
        reasons = active.verdict.decision.reasons if active else ()
        error = failure.message if failure else None
        traceback = failure.traceback if failure else None
        texts = tuple(str(reason) for reason in reasons)
        self._tell_corrupt(name)
        self._tally.reports[name] = StageReport(name, status, texts, seconds, error, traceback)
        self._emit(StageFinished(name, status, seconds, error, traceback))

    def _interrupt(self) -> None:
        """Start nothing new, stop what runs, and commit what had finished before that."""
        self._tally.interrupted = True
        finished = [name for name, future in self._futures.items() if future.done()]
        if self._executor is not None and len(finished) < len(self._futures):
            self._executor.stop()
            if not self._executor.isolated:
                # It can't kill what runs: that has come to its own end.
                finished = [name for name, future in self._futures.items() if future.done()]
        for name in finished:
            self._settle(name)
        self._finish_aside()

    def _finish_aside(self) -> None:
        while self._aside.pending:
            self._collect()

    def _shut_down(self) -> None:
        if self._executor is not None:
            if self._futures:
                self._executor.stop()
            self._executor.close()
        self._aside.close()
        for hold in self._looking.values():
            hold.release()
        self._looking.clear()
        for name, active in self._active.items():
            self._roll_back(name)
            active.hold.release()
        self._active.clear()
