"""What is known of the runs: a row for each stage, what the stages printed, what goes on.

The thread of the runs tells the `Board` what happens, and the user interface looks at it whenever
it draws. Both take its lock, for moments: nothing is queued, so nothing can pile up. `version`
grows with every change that can be seen. Example::

    board = Board(root)
    board.tell(StageStarted("train"))
    board.row("train").state   # State.RUNNING

Tests: tests/test_board.py.
"""

from __future__ import annotations

import enum
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pivot.errors import PivotError
from pivot.events import (
    FilesChanged,
    PipelineBroken,
    RunFinished,
    RunStarted,
    StageDecided,
    StageFinished,
    StageOutput,
    StageRetried,
    StageStarted,
    StageWaiting,
    Warned,
    Watching,
)
from pivot.store.layout import Layout
from pivot.store.lock import read_lock
from pivot_tui.lines import Lines
from pivot_tui.text import clean, clean_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pivot.events import Event
    from pivot.store.lock import Record

#: How many warnings are kept.
_WARNINGS = 200


class State(enum.Enum):
    """What a stage is at; the value is its glyph, the word, and the colour of both."""

    WAITING = ("·", "waiting", "bright_black")
    QUEUED = ("·", "to run", "yellow")
    HELD = ("…", "held", "yellow")
    RUNNING = ("●", "running", "bright_blue")
    RAN = ("✓", "ran", "green")
    RESTORED = ("↻", "restored", "cyan")
    UNCHANGED = ("=", "unchanged", "bright_black")
    FAILED = ("✗", "failed", "red")
    CANCELLED = ("-", "cancelled", "yellow")

    @property
    def glyph(self) -> str:
        """One character."""
        return self.value[0]

    @property
    def word(self) -> str:
        """One word."""
        return self.value[1]

    @property
    def colour(self) -> str:
        """The name of a colour of the terminal."""
        return self.value[2]


class Phase(enum.Enum):
    """What goes on as a whole."""

    STARTING = "starting"
    RUNNING = "running"
    WATCHING = "watching for changes"
    BROKEN = "the pipeline can't be run"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one stage."""

    name: str
    state: State = State.WAITING
    #: When it began to run, by the board's clock.
    began: float | None = None
    #: How long it took, once it is done.
    seconds: float | None = None
    reasons: tuple[str, ...] = ()
    #: What explains its decision.
    explanation: str = ""
    #: What went wrong, or who holds it.
    trouble: str = ""
    traceback: str = ""
    attempt: int = 1
    #: Its outputs before and after; None if there was no lock.
    before: tuple[Record, ...] | None = None
    after: tuple[Record, ...] | None = None

    @property
    def done(self) -> bool:
        """Whether nothing more will happen with it in this run."""
        return self.state not in (State.WAITING, State.QUEUED, State.HELD, State.RUNNING)


class Board:
    """Takes note of events, and answers from another thread."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._clock = clock
        self._lock = threading.Lock()
        self._rows: dict[str, Row] = {}
        self._lines = Lines()
        self._usual: dict[str, float] = {}
        self._counts: dict[State, int] = {}
        self.version = 0
        #: Grows when the stages are others than before.
        self.plan = 0
        self.phase = Phase.STARTING
        self.executor = ""
        #: How many runs have ended.
        self.ended = 0
        self.began = clock()
        self.seconds: float | None = None
        #: What is worth knowing about the phase: the files that changed, what is broken.
        self.note = ""
        self.warnings: deque[str] = deque(maxlen=_WARNINGS)

    def now(self) -> float:
        """Give the time by the clock of the rows."""
        return self._clock()

    def names(self) -> list[str]:
        """Give the stages, in the order of the plan."""
        with self._lock:
            return list(self._rows)

    def row(self, name: str) -> Row | None:
        """Give what is known of a stage."""
        return self._rows.get(name)

    def count(self, state: State) -> int:
        """Give how many stages are in a state."""
        return self._counts.get(state, 0)

    @property
    def done(self) -> int:
        """How many stages are done."""
        return sum(self.count(state) for state in State if Row("", state).done)

    def lines(self, name: str) -> tuple[list[str], int]:
        """Give what a stage has printed lately, and how many lines it printed in all."""
        with self._lock:
            return self._lines.of(name)

    def printed(self, name: str) -> int:
        """Give how many lines a stage has printed."""
        return self._lines.printed(name)

    def expect(self, seconds: Mapping[str, float]) -> None:
        """Take note of how long stages usually take."""
        with self._lock:
            self._usual.update(seconds)
            self.version += 1

    def usual(self, name: str) -> float | None:
        """Give how long a stage usually takes."""
        return self._usual.get(name)

    def explain(self, stage: str, text: str) -> None:
        """Take note of why a stage is going to run."""
        self._update(stage, explanation=text)

    def tell(self, event: Event) -> None:
        """Take note of an event."""
        match event:
            case StageOutput():
                with self._lock:
                    self._lines.add(event.stage, clean(event.line))
                    self.version += 1
            case RunStarted() | RunFinished():
                self._turn(event)
            case StageDecided() | StageWaiting() | StageStarted() | StageRetried():
                self._go_on(event)
            case StageFinished():
                self._finish(event)
            case _:
                self._between(event)

    def _turn(self, event: RunStarted | RunFinished) -> None:
        with self._lock:
            self.version += 1
            if isinstance(event, RunFinished):
                self.phase, self.seconds = Phase.DONE, event.seconds
                self.ended += 1
                return
            before = self._rows
            if list(before) != list(event.stages):
                self.plan += 1
            self._rows = {name: Row(name) for name in event.stages}
            for name in before.keys() - self._rows.keys():
                self._lines.clear(name)
            self._counts = {State.WAITING: len(self._rows)}
            self.phase, self.began, self.seconds = Phase.RUNNING, self._clock(), None
            self.executor = event.executor

    def _go_on(self, event: StageDecided | StageWaiting | StageStarted | StageRetried) -> None:
        match event:
            case StageWaiting():
                self._update(event.stage, state=State.HELD, trouble=event.holder)
            case StageStarted():
                with self._lock:
                    if self._row(event.stage).attempt == 1:
                        self._lines.clear(event.stage)
                self._update(
                    event.stage, state=State.RUNNING, began=self._clock(), trouble="", seconds=None
                )
            case StageRetried():
                said = f"attempt {event.attempt} of {event.attempts} failed: {event.error}"
                self._say(event.stage, said, event.traceback)
                self._update(event.stage, state=State.QUEUED, attempt=event.attempt + 1)
            case StageDecided():
                state = State.QUEUED if event.decision == "run" else State.WAITING
                outs = None if event.decision == "skip" else recorded(self._root, event.stage)
                self._update(
                    event.stage, state=state, reasons=event.reasons, before=outs, after=outs
                )

    def _finish(self, event: StageFinished) -> None:
        state = State[event.status.name]
        changes: dict[str, object] = {}
        if state in (State.RAN, State.RESTORED):
            changes["after"] = recorded(self._root, event.stage)
        if event.error:
            self._say(event.stage, f"failed: {event.error}", event.traceback)
            changes |= {"trouble": event.error, "traceback": event.traceback or ""}
        self._update(event.stage, state=state, seconds=event.seconds, **changes)

    def _between(self, event: Event) -> None:
        with self._lock:
            self.version += 1
            match event:
                case Watching() if self.phase is not Phase.BROKEN:
                    self.phase, self.note = Phase.WATCHING, ""
                case FilesChanged():
                    self.phase = Phase.STARTING
                    self.note = clean(", ".join(event.paths))
                case PipelineBroken():
                    self.phase, self.note = Phase.BROKEN, event.error
                case Warned():
                    owner = f"{event.stage}: " if event.stage else ""
                    self.warnings.append(clean(f"{owner}{event.message}"))
                case _:
                    pass

    def _say(self, stage: str, message: str, traceback: str | None) -> None:
        """Add to what a stage printed."""
        with self._lock:
            for line in clean_lines(f"{message}\n{traceback or ''}".rstrip()):
                self._lines.add(stage, line)

    def _row(self, name: str) -> Row:
        return self._rows.get(name) or Row(name)

    def _update(self, name: str, **changes: object) -> None:
        with self._lock:
            before = self._row(name)
            row = replace(before, **changes)
            self._rows[name] = row
            if row.state is not before.state:
                self._counts[before.state] = self._counts.get(before.state, 0) - 1
                self._counts[row.state] = self._counts.get(row.state, 0) + 1
            self.version += 1


def recorded(root: Path, stage: str) -> tuple[Record, ...] | None:
    """Give the outputs in the lock of a stage as it is now; a broken one knows none."""
    try:
        lock = read_lock(Layout(root).lock_file(stage))
    except PivotError:
        return None
    return lock.outs if lock else None
