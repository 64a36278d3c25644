"""The story of a run in lines: what is said about each event, and at the end.

A `Narrator` is told the events in order and gives the lines that are worth printing; it prints
nothing itself, and knows no terminal. *Trouble* is a failure or a warning: it goes to standard
error, and is said even if nothing else is. Example: for a stage that ran, `train: ran in 1.2 s`.
Tests: tests/cli/test_narration.py.
"""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from typing import TYPE_CHECKING

import click

from pivot.cli.unchanged import up_to_date
from pivot.cli.wording import STYLES, counted, duration
from pivot.events import (
    FilesChanged,
    PipelineBroken,
    RunStarted,
    StageDecided,
    StageFinished,
    StageOutput,
    StageRetried,
    StageStarted,
    StageWaiting,
    Status,
    Warned,
    Watching,
)
from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pivot.api import RunReport
    from pivot.events import Event

#: In a run of at most so many stages, each one that is unchanged has a line of its own.
_FEW = 8
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
# With what is left of a sequence that is cut off, and the controls of eight bits.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@frozen
class Line:
    """Something to print; it may have line ends in it."""

    text: str
    trouble: bool = False


def _local_time() -> dt.datetime:
    return dt.datetime.now().astimezone()


class Narrator:
    """Tells one run. With `starts` it also says when a stage starts, and why."""

    def __init__(self, *, starts: bool, clock: Callable[[], dt.datetime] = _local_time) -> None:
        self._starts = starts
        self._clock = clock
        #: Whether it's a watch, of which the first run is over.
        self._again = False
        self._total = 0
        self._logs = False
        self._reasons: dict[str, Sequence[str]] = {}
        self._begun: set[str] = set()
        #: Said when it is sure that not all is unchanged; until then there may be nothing to tell.
        self._unchanged: list[str] = []
        self._eventful = False

    def tell(self, event: Event) -> list[Line]:
        """Give what is to be said now that this has happened."""
        match event:
            case RunStarted():
                self._total = len(event.stages)
                self._reasons.clear()
                self._begun.clear()
                self._unchanged.clear()
                self._eventful = False
                self._logs = not event.prints_here
                return []
            case StageDecided():
                self._reasons[event.stage] = event.reasons
                return []
            case StageStarted():
                return self._started(event.stage)
            case StageWaiting():
                return [Line(f"{event.stage}: waiting for {event.holder}")]
            case StageOutput():
                prefix = click.style(f"{event.stage} |", dim=True)
                return [Line(f"{prefix} {printable(event.line)}")]
            case StageRetried():
                return [Line(self._retry(event), trouble=True)]
            case StageFinished():
                return self._finished(event)
            case Warned():
                return [Line(_warning(event), trouble=True)]
            case Watching() | FilesChanged() | PipelineBroken():
                return self._between(event)
            case _:
                return []

    def finish(self, report: RunReport) -> list[Line]:
        """Give what is to be said when the run is over."""
        if _all_unchanged(report):
            return [Line(total(report))]
        return [*self._held_back(), *_never_started(report), Line(total(report))]

    def _between(self, event: Watching | FilesChanged | PipelineBroken) -> list[Line]:
        """Give what is to be said between the runs of a watch."""
        match event:
            case PipelineBroken():
                broken = click.style("the pipeline can't be run:", fg="red", bold=True)
                return [
                    Line(
                        f"{broken}\n{textwrap.indent(_printable(event.error), '  ')}", trouble=True
                    )
                ]
            case FilesChanged():
                now = click.style(self._clock().strftime("%H:%M:%S"), dim=True)
                return [Line(f"{now} {click.style(_some(event.paths), bold=True)}")]
            case _ if self._again:
                return []
            case _:
                # From now on, only what happens is worth a line.
                self._again = True
                return [Line(click.style("watching for changes; Ctrl-C ends it", dim=True))]

    def _started(self, stage: str) -> list[Line]:
        self._eventful = True
        self._begun.add(stage)
        if not self._starts:
            return self._held_back()
        return [*self._held_back(), Line(f"{stage}: running{_because(self._reasons[stage])}")]

    def _finished(self, event: StageFinished) -> list[Line]:
        match event.status:
            case Status.UNCHANGED:
                self._unchanged.append(event.stage)
                return self._held_back() if self._eventful else []
            case Status.CANCELLED:
                return []
            case _:
                self._eventful = True
                return [*self._held_back(), self._ending(event)]

    def _ending(self, event: StageFinished) -> Line:
        style = STYLES[event.status]
        match event.status:
            case Status.FAILED:
                return Line(self._failure(event), trouble=True)
            case Status.RESTORED:
                return Line(f"{event.stage}: {click.style('restored', fg=style)} from the cache")
            case _:
                took = duration(event.seconds)
                return Line(f"{event.stage}: {click.style('ran', fg=style)} in {took}")

    def _retry(self, event: StageRetried) -> str:
        again = click.style("trying again", fg="yellow")
        which = f"attempt {event.attempt} of {event.attempts}"
        lines = [f"{event.stage}: {which} failed: {_printable(event.error)}"]
        if event.traceback:
            lines.append(textwrap.indent(_printable(event.traceback), "  "))
        return "\n".join([*lines, f"{event.stage}: {again}"])

    def _failure(self, event: StageFinished) -> str:
        failed = click.style("failed", fg="red", bold=True)
        lines = [f"{event.stage}: {failed}: {_printable(event.error or '')}"]
        if event.traceback:
            lines.append(textwrap.indent(_printable(event.traceback), "  "))
        if self._logs and event.stage in self._begun:
            lines.append(f"  all that it printed: pivot logs {event.stage}")
        return "\n".join(lines)

    def _held_back(self) -> list[Line]:
        names, self._unchanged = self._unchanged, []
        if self._total > _FEW or self._again:
            return []
        shown = click.style("unchanged", fg=STYLES[Status.UNCHANGED])
        return [Line(f"{name}: {shown}") for name in names]


def _some(names: Sequence[str]) -> str:
    shown = names if len(names) <= _FEW else [*names[:_FEW], f"{len(names) - _FEW} more"]
    return ", ".join(shown)


def total(report: RunReport) -> str:
    """Give the last line of a run."""
    if _all_unchanged(report):
        return up_to_date(len(report.stages))
    stopped = "interrupted: " if report.interrupted else ""
    return f"{stopped}{counted(report.counts)} in {duration(report.seconds)}"


def printable(line: str) -> str:
    """Give what remains of a line of output when a terminal has drawn it, without its colours."""
    drawn = line.rsplit("\r", 1)[-1]
    return _CONTROLS.sub("", _ESCAPES.sub("", drawn))


def _printable(text: str) -> str:
    """Give the lines of a text as `printable` does: what user code says in errors is its own."""
    return "\n".join(map(printable, text.split("\n")))


def _all_unchanged(report: RunReport) -> bool:
    return report.counts.keys() <= {Status.UNCHANGED}


def _because(reasons: Sequence[str]) -> str:
    if len(reasons) == 1:
        return f" ({reasons[0]})"
    kinds = "; ".join(dict.fromkeys(reason.partition(": ")[0] for reason in reasons))
    return f" ({kinds})" if kinds else ""


def _warning(event: Warned) -> str:
    owner = f"{event.stage}: " if event.stage else ""
    return f"{click.style('warning:', fg='yellow', bold=True)} {owner}{_printable(event.message)}"


def _never_started(report: RunReport) -> Iterable[Line]:
    names = [stage.name for stage in report.stages if stage.status is Status.CANCELLED]
    if names:
        yield Line(f"not run: {_some(names)}")
