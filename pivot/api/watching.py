"""Bringing stages up to date again and again, as files change: `pivot run --watch`.

Each *pass* is what `run` does. Between passes the process waits for files to change; what changes
during a pass is dealt with after it, or, with `restart`, instead of it. The process and its workers
keep the libraries that they have loaded. Example::

    for report in watch(targets=["train"], cancellation=cancellation):
        print(report.counts)

Tests: tests/test_api_watching.py.
"""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, override

from pivot.api.opening import open_session
from pivot.api.running import run_in
from pivot.engine.cancellation import Cancellation
from pivot.engine.interest import Interest
from pivot.errors import PivotError, UsageError
from pivot.events import FilesChanged, PipelineBroken, Status, Watching
from pivot.plugins import PluginHost
from pivot.signature import Signature
from pivot.store.ignore import matcher
from pivot.watching import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from pivot.api.opening import Root
    from pivot.discovery.singles import Settings as ParamSettings
    from pivot.engine.judge import Judge
    from pivot.engine.report import Explanation, RunReport
    from pivot.events import Event
    from pivot.session import Session

#: In seconds: how soon a request to stop is noticed while nothing runs.
_TICK = 0.1


def watch(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    params: ParamSettings = (),
    executor: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    keep_going: bool | None = None,
    strict: bool | None = None,
    restart: bool = False,
    globs: Sequence[str] | None = None,
    debounce: float | None = None,
    on_event: Callable[[Event], None] | None = None,
    on_explanation: Callable[[Explanation], None] | None = None,
    cancellation: Cancellation | None = None,
    control: WatchControl | None = None,
    plugins: PluginHost | None = None,
) -> Generator[RunReport]:
    """Bring stages up to date now and whenever files change, and give a report of each pass.

    What is wrong with the pipeline is told by the event `PipelineBroken`, and waited out.

    Args:
        root: as for `run`, like all that isn't listed here.
        targets: as for `run`.
        params: as for `run`.
        executor: as for `run`.
        jobs: as for `run`.
        force: whether the first pass runs the targets even if they are up to date.
        keep_going: as for `run`.
        strict: as for `run`.
        restart: whether a change stops the pass that it affects, which then starts over.
        globs: which files are watched, as in a `.gitignore`; the setting `watch.globs` by default.
        debounce: how many seconds after a change nothing must follow; the setting
            `watch.debounce` by default.
        on_event: called with every event, in the calling thread.
        on_explanation: as for `run`.
        cancellation: ends the watch, and the pass that is going on.
        control: lets another thread begin a pass, or stop one.
        plugins: as for `run`.

    Raises:
        PivotError: before the first pass, if the settings or the targets are wrong, or the package
            that watches files is missing.
    """
    wish: dict[str, object] = {
        "executor": executor,
        "jobs": jobs,
        "keep_going": keep_going,
        "strict": strict,
        "watch.globs": None if globs is None else list(globs),
        "watch.debounce": debounce,
    }
    outer = cancellation or Cancellation()
    emit = on_event or _ignore
    host = plugins or PluginHost()
    run = functools.partial(
        run_in, targets=tuple(targets), on_event=emit, on_explanation=on_explanation, spares=True
    )
    passes = _Passes(
        lambda: open_session(root, None, wish, host, params),
        run,
        tuple(targets),
        emit,
        outer,
        control or WatchControl(),
    )
    return passes.run(force=force, restart=restart)


def _ignore(event: Event) -> None:
    """Tell nobody."""


class WatchControl:
    """What another thread may ask of a watch."""

    def __init__(self) -> None:
        self._again = False
        self._pass: Cancellation | None = None
        #: Whether the pass that goes on, or the last one, was stopped.
        self.cancelled = False

    def again(self) -> None:
        """Begin a pass when none is going on, though no file has changed."""
        self._again = True

    def cancel(self) -> None:
        """Stop the pass that is going on, if one is; the watch goes on."""
        if self._pass is not None:
            self.cancelled = True
            self._pass.request()

    def take(self) -> bool:
        """Say whether a pass was asked for since the last call."""
        taken, self._again = self._again, False
        return taken

    def begun(self, cancellation: Cancellation) -> None:
        """Take note of what stops the pass that goes on now."""
        self._pass, self.cancelled = cancellation, False


class _Either(Cancellation):
    """Is requested when it is, or another is."""

    def __init__(self, other: Cancellation) -> None:
        super().__init__()
        self._other = other

    @property
    @override
    def requested(self) -> bool:
        return super().requested or self._other.requested


class _Passes:
    """The passes of one watch, and what is known from the last one."""

    def __init__(
        self,
        open_: Callable[[], Session],
        run: Callable[..., tuple[RunReport, Judge]],
        targets: tuple[str, ...],
        emit: Callable[[Event], None],
        outer: Cancellation,
        control: WatchControl,
    ) -> None:
        self._open = open_
        self._run_in = run
        self._targets = targets
        self._emit = emit
        self._outer = outer
        self._control = control
        self._interest = Interest()
        #: Of the pass that is going on.
        self._inner = _Either(outer)
        self._running = False
        #: The time at which the last pass ended, in nanoseconds.
        self._ended = 0

    def run(self, *, force: bool, restart: bool) -> Generator[RunReport]:
        """Give a report of each pass, until it's asked to end."""
        with self._open() as session:
            settings, root = session.settings, session.root
        meant = matcher(settings.watch_globs)

        def matters(path: str) -> bool:
            return meant(path) and not self._interest.is_made(path)

        def on_change(paths: frozenset[str]) -> None:
            if restart and self._running and any(map(self._interest.is_needed, paths)):
                self._inner.request()

        with Watcher(root, matters, settings.watch_debounce, on_change) as watcher:
            report = self._pass(force=force, first=True)
            while True:
                if report is not None:
                    yield report
                stays = self._control.cancelled and not self._outer.requested
                if stays or not self._inner.requested:
                    self._emit(Watching(settings.watch_globs))
                changed = self._next_change(root, watcher)
                if changed is None:
                    return
                self._emit(FilesChanged(tuple(sorted(changed))))
                report = self._pass(force=False, first=False)

    def _pass(self, *, force: bool, first: bool) -> RunReport | None:
        """Run once; give None if there was nothing that could be run."""
        self._inner = _Either(self._outer)
        self._control.begun(self._inner)
        self._running = True
        try:
            with self._open() as session:
                problem = self._wrong_targets(session) if first else None
                if problem is None:
                    report = self._run(session, force=force)
                    if first and report.unchanged:
                        # No worker was needed so far; one will be.
                        session.open_executor(1, spares=True).close()
                    return report
        except PivotError as error:
            self._emit(PipelineBroken(str(error)))
            return None
        finally:
            self._running = False
            self._ended = time.time_ns()
        raise problem

    def _wrong_targets(self, session: Session) -> UsageError | None:
        """Give what is wrong with the targets: at the start, nobody would want that waited out."""
        graph = session.graph
        try:
            graph.select(self._targets)
        except UsageError as error:
            return error
        return None

    def _run(self, session: Session, *, force: bool) -> RunReport:
        stages = tuple(session.stages.values())
        self._interest = Interest.of(session.root, stages, session.sources, {})
        started_ns = time.monotonic_ns()
        report, judge = self._run_in(
            session, started_ns=started_ns, force=force, cancellation=self._inner
        )
        facts = dict(judge.facts)
        for one in report.stages:
            lock, _ = judge.lock(one.name) if one.status is Status.RAN else (None, None)
            if lock is not None:
                facts[one.name] = tuple(lock.traced)
        sources = [*session.sources, *session.imported.paths]
        self._interest = Interest.of(session.root, stages, sources, facts)
        return report

    def _next_change(self, root: Path, watcher: Watcher) -> set[str] | None:
        """Wait for a change that may affect the pipeline; give None if it's time to end."""
        while not self._outer.requested:
            found = {path for path in watcher.wait(_TICK) if self._may_affect(root, path)}
            if self._control.take() or found:
                return found
        return None

    def _may_affect(self, root: Path, path: str) -> bool:
        if self._interest.is_made(path):
            return False
        if self._interest.is_needed(path):
            return True
        signature = Signature.at(root / path)
        # What is gone, or older than the end of the pass, may be the work of a stage.
        return signature is not None and signature.changed_ns > self._ended
