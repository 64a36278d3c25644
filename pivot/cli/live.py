"""A run on a terminal: below the lines, what runs now, for how long, and how much is left.

The moving part appears with the first stage that starts, so that a run with nothing to do draws
nothing and does not load the library that draws. It is drawn from another thread, several times a
second, and is gone at the end. Tests: tests/cli/test_live.py.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING, override

import click

from pivot.cli.display import Quiet
from pivot.cli.narration import Narrator
from pivot.cli.terminal import complain, in_colour, say
from pivot.cli.wording import duration
from pivot.events import RunStarted, StageFinished, StageRetried, StageStarted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from rich.console import RenderableType
    from rich.live import Live
    from rich.progress import Progress as Drawing

    from pivot.api import Progress as Transfer
    from pivot.api import RunReport
    from pivot.cli.narration import Line
    from pivot.events import Event

_FRAMES_PER_SECOND = 8
_SPINNER = "|/-\\"
#: Lines of the terminal that are left to what was printed before.
_MARGIN = 4
_SHOW_CURSOR = b"\x1b[?25h\n"


class Progress:
    """What is going on, as the lines of the moving part. Pure but for the clock it's given."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._total = 0
        self._done = 0
        self._running: dict[str, float] = {}
        self.note = ""

    def tell(self, event: Event) -> None:
        """Take note of an event."""
        match event:
            case RunStarted():
                self._total, self._done = len(event.stages), 0
                self._running.clear()
            case StageStarted():
                self._running[event.stage] = self._clock()
            case StageRetried():
                self._running.pop(event.stage, None)
            case StageFinished():
                self._running.pop(event.stage, None)
                self._done += 1
            case _:
                pass

    def lines(self, height: int) -> Iterator[str]:
        """Give the moving part, at most `height` lines: the longest-running stages, the counts."""
        # A copy: the run goes on in another thread while this one draws.
        running = list(self._running.items())
        now = self._clock()
        frame = _SPINNER[int(now * _FRAMES_PER_SECOND) % len(_SPINNER)]
        shown = running if len(running) < height else running[: max(height - 2, 0)]
        width = max((len(stage) for stage, _ in shown), default=0)
        for stage, since in shown:
            elapsed = click.style(f"{duration(now - since):>8}", fg="cyan")
            yield f"{frame} {stage:<{width}} {elapsed}"
        if len(shown) < len(running):
            yield f"  and {len(running) - len(shown)} more"
        left = max(self._total - self._done - len(running), 0)
        counts = f"{self._done} of {self._total} done, {len(running)} running, {left} to go"
        yield click.style(self.note or counts, bold=True)


class LiveLines(Quiet):
    """Prints lines above the moving part."""

    def __init__(self) -> None:
        super().__init__(Narrator(starts=False))
        self._progress = Progress()
        self._live: Live | None = None
        self._moving = True
        #: Of what is fetched, while something is.
        self._bar: Drawing | None = None
        self._lock = threading.Lock()

    @override
    def tell(self, event: Event) -> None:
        """Print what is worth it, and let the moving part show the rest."""
        self._progress.tell(event)
        if isinstance(event, RunStarted):
            # A stage that runs in this process may talk to the terminal itself: a debugger does.
            self._moving = not event.prints_here
            if event.prints_here:
                self._narrator = Narrator(starts=True)
        if isinstance(event, StageStarted):
            self._start()
        super().tell(event)

    @override
    def pull(self, progress: Transfer) -> None:
        """Let the moving part show a bar, until all is there."""
        # Late: few runs fetch anything.
        from pivot.cli.sharing import draw, new_drawing

        self._start()
        live, bar = self._live, self._bar
        if live is None or progress.files == progress.total_files:
            self._bar = None
            return
        if bar is None:
            bar = new_drawing(live.console)
            bar.add_task("pull")
        draw(bar, bar.task_ids[0], "pull", progress)
        self._bar = bar

    @override
    def finish(self, report: RunReport) -> None:
        """Print the last lines, where the moving part was."""
        self._stop()
        super().finish(report)

    @override
    def note(self, text: str) -> None:
        """Let the moving part show it: it is drawn soon."""
        if self._live is None:
            super().note(text)
        self._progress.note = text

    @override
    def abandon(self) -> None:
        """Show the cursor again."""
        if self._live is not None:
            os.write(1, _SHOW_CURSOR)

    @override
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        with self._lock:
            # Whoever still fetches something then does it unseen.
            self._moving = False
            if self._live is not None:
                self._live.stop()
                self._live = self._bar = None

    def _start(self) -> None:
        with self._lock:
            if self._moving and self._live is None:
                self._live = self._drawn()

    def _drawn(self) -> Live:
        # It takes as long to load as all else together; a run without work does without.
        from rich.console import Console
        from rich.live import Live

        console = Console(no_color=not in_colour(sys.stdout), highlight=False, markup=False)
        live = Live(
            get_renderable=lambda: self._picture(console.height),
            console=console,
            refresh_per_second=_FRAMES_PER_SECOND,
            transient=True,
            redirect_stderr=sys.stderr.isatty(),
        )
        live.start()
        return live

    def _picture(self, height: int) -> RenderableType:
        from rich.console import Group  # loaded by now
        from rich.text import Text

        lines = [Text.from_ansi(line) for line in self._progress.lines(height - _MARGIN)]
        picture = Text("\n").join(lines)
        picture.no_wrap, picture.overflow = True, "ellipsis"
        bar = self._bar
        return picture if bar is None else Group(bar.get_renderable(), picture)

    @override
    def _print(self, lines: list[Line]) -> None:
        for line in lines:
            self._print_above(line)

    def _print_above(self, line: Line) -> None:
        from rich.text import Text  # loaded by now

        if self._live is None or (line.trouble and not sys.stderr.isatty()):
            (complain if line.trouble else say)(line.text)
        else:
            self._live.console.print(Text.from_ansi(line.text), soft_wrap=True)
