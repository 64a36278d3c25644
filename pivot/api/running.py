"""Bringing stages up to date: one pass of `pivot run`, from the pipeline to the report.

Example: `run(targets=["train"], executor="inline").ok`. Tests: tests/test_api.py.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from pivot.api.opening import open_session
from pivot.engine.cancellation import Cancellation
from pivot.engine.commit import Committer
from pivot.engine.judge import Judge
from pivot.engine.recording import Asked, Recorder
from pivot.engine.run import Runner
from pivot.events import Warned

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pivot.api.opening import Root
    from pivot.confinement import Confinement
    from pivot.discovery.singles import Settings as ParamSettings
    from pivot.engine.certificate import Question
    from pivot.engine.judge import Verdict
    from pivot.engine.report import Explanation, RunReport
    from pivot.events import Event
    from pivot.plugins import PluginHost
    from pivot.registry import Registry
    from pivot.session import Session
    from pivot.stage import Stage
    from pivot.sync import Progress


def run(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    registry: Registry | None = None,
    params: ParamSettings = (),
    executor: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    pull: bool = False,
    keep_going: bool | None = None,
    strict: bool | None = None,
    on_event: Callable[[Event], None] | None = None,
    on_explanation: Callable[[Explanation], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancellation: Cancellation | None = None,
    plugins: PluginHost | None = None,
    question: Callable[[int], Question] | None = None,
) -> RunReport:
    """Bring stages up to date: skip, restore or run each, and say how it went.

    Args:
        root: the project's directory, or one inside it.
        targets: stage names, globs of them, or output paths; everything by default.
        registry: the stages, instead of those that `pipeline.py` registers.
        params: values for parameters of stages, which override those from anywhere else:
            `{"train.learning_rate": 0.05}`, or as texts, `["train.learning_rate=0.05"]`.
        executor: the name of an executor; `loky` unless configured otherwise.
        jobs: how many stages may run at once; by default as many as there are CPUs.
        force: run the targets even if they are up to date (not what they need).
        pull: get from the default remote what somebody has run with the same code, parameters and
            inputs, instead of running it again.
        keep_going: after a failure, go on with what does not depend on it.
        strict: fail a stage that opens what it doesn't declare, and have the kernel refuse that to
            all code, also that which opens files without Python (Linux).
        on_event: called with every event, in the calling thread.
        on_explanation: called likewise with why a stage is going to run or to be restored, before
            that is decided; with the differences of the sources, as `explain(diff=True)` gives it.
        on_progress: with `pull`, called whenever some bytes of outputs were fetched, one call at a
            time, from any thread; the totals are those of the fetch for one stage.
        cancellation: lets another thread or a signal handler stop the run.
        plugins: a plugin host with objects that answer or listen; a new one by default.
        question: for a command line that wants to answer by `pivot.engine.snapshot` when it's asked
            the same again: gives its words and its answer for a number of unchanged stages.

    Returns:
        A report; a stage that fails is in the report and raises nothing.

    Raises:
        PivotError: before anything runs, for whatever is wrong with the pipeline or the call.
    """
    began_ns, started_ns = time.time_ns(), time.monotonic_ns()
    overrides = {"executor": executor, "jobs": jobs, "keep_going": keep_going, "strict": strict}
    with open_session(root, registry, overrides, plugins, params) as session:
        report, judge = run_in(
            session,
            targets,
            started_ns,
            force=force,
            pull=pull,
            on_event=on_event,
            on_explanation=on_explanation,
            on_progress=on_progress,
            cancellation=cancellation,
        )
        if question is not None and report.unchanged:
            session.certify(judge.facts, question(len(report.stages)), began_ns)
        return report


def run_in(
    session: Session,
    targets: Sequence[str],
    started_ns: int,
    *,
    force: bool = False,
    pull: bool = False,
    on_event: Callable[[Event], None] | None = None,
    on_explanation: Callable[[Explanation], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancellation: Cancellation | None = None,
    spares: bool = False,
) -> tuple[RunReport, Judge]:
    """Run once in an open session; give the report, and who judged the stages.

    `started_ns` is the monotonic time before anything of the project was looked at; with `spares`,
    workers are kept ready for the next run in this process.
    """
    names = session.selected(tuple(targets))
    session.require_inputs(names)
    forced = (session.graph.select(targets) if targets else names) if force else ()
    prepared = session.run_plan(names, started_ns)
    asked = Asked(tuple(targets), session.given_params, bool(forced), watch=spares)
    recorder = Recorder(session.workspace, prepared, asked)
    emit = recorder.before(session.emitter(on_event))
    judge = _judge(session, forced, on_explanation)
    committer = Committer(
        session.workspace,
        lambda: session.sources,
        lambda stage, message: emit(Warned(message, stage)),
        session.observer,
    )
    recorder.contents = committer.contents
    if prepared.executor == "inline":
        # Before a stage that runs here can change what the others' code consists of.
        session.observer.manifests([session.stages[name] for name in names])
    with contextlib.ExitStack() as stack:
        runner = Runner(
            prepared,
            session.workspace,
            judge,
            committer,
            lambda: session.open_executor(prepared.workers, prepared.new, spares=spares),
            emit,
            cancellation or Cancellation(),
            _supply(session, stack, on_progress) if pull else None,
            _confiner(session) if session.settings.strict else None,
        )
        stack.enter_context(recorder)
        report = runner.run()
        recorder.finish(report)
    return report, judge


def _supply(
    session: Session,
    stack: contextlib.ExitStack,
    on_progress: Callable[[Progress], None] | None,
) -> Callable[[Stage, Verdict], bool]:
    # Late: a plain run has nothing to do with remotes.
    from pivot.sync.opening import Options, choose_remote, open_remembering
    from pivot.sync.supply import Supplier

    # What turns out not to be there must not count as there any more, for a later push.
    remote = open_remembering(session, choose_remote(session.settings, None), Options())
    stack.callback(remote.close)
    return Supplier(session.workspace, remote, on_progress).supply


def _confiner(session: Session) -> Callable[[Stage, Verdict], Confinement]:
    # Late: few runs are strict.
    from pivot.engine.confining import Confiner

    return Confiner(session.workspace, session.stages.values(), session.sources)


def _judge(
    session: Session, forced: Collection[str], tell: Callable[[Explanation], None] | None
) -> Judge:
    if tell is None:
        return Judge(session.workspace, session.observer, forced)
    # Late: a plain run explains nothing.
    from pivot.engine.explanation import ExplainingJudge

    return ExplainingJudge(session.workspace, session.observer, forced, tell)
