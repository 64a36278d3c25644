"""Who shows a run while it goes on: lines, JSON, or a live terminal (`pivot.cli.live`).

A *display* is told every event and, at the end, the report. All are context managers, so that a
terminal is put in order again whatever happens. Tests: tests/cli/test_display.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from pivot.cli.machine import json_line
from pivot.cli.narration import Narrator
from pivot.cli.terminal import complain, say

if TYPE_CHECKING:
    from types import TracebackType

    from pivot.api import Progress, RunReport
    from pivot.cli.narration import Line
    from pivot.events import Event


class Display(Protocol):
    """Shows one run."""

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End, and leave the terminal as it was."""
        ...

    def tell(self, event: Event) -> None:
        """Show an event."""
        ...

    def pull(self, progress: Progress) -> None:
        """Show how far a fetch of outputs is; called from any thread, one call at a time."""
        ...

    def finish(self, report: RunReport) -> None:
        """Show how the run ended."""
        ...

    def note(self, text: str) -> None:
        """Show a message at once; called from a signal handler, between any two instructions."""
        ...

    def abandon(self) -> None:
        """Put the terminal in order: the process dies now. Called from a signal handler."""
        ...


class Quiet:
    """Shows failures and warnings; the base of the displays that show more."""

    def __init__(self, narrator: Narrator | None = None) -> None:
        self._narrator = narrator or Narrator(starts=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def tell(self, event: Event) -> None:
        """Print what is worth it."""
        self._print(self._narrator.tell(event))

    def pull(self, progress: Progress) -> None:
        """Show nothing of it."""

    def finish(self, report: RunReport) -> None:
        """Print the last lines."""
        self._print(self._narrator.finish(report))

    def note(self, text: str) -> None:
        """Write past all buffers: the handler may have interrupted a `print`."""
        os.write(2, f"\n{text}\n".encode())

    def abandon(self) -> None:
        """There's nothing to put in order."""

    def _print(self, lines: list[Line]) -> None:
        for line in lines:
            if line.trouble:
                complain(line.text)


class Lines(Quiet):
    """Prints a line for each event that is worth it: what a pipe or a dumb terminal gets."""

    def __init__(self) -> None:
        super().__init__(Narrator(starts=True))

    def _print(self, lines: list[Line]) -> None:
        for line in lines:
            (complain if line.trouble else say)(line.text)


class JsonLines(Quiet):
    """Writes every event as one line of JSON, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def tell(self, event: Event) -> None:
        """Write the event; who reads it may be waiting for it."""
        self._stream.write(json_line(event.to_json()))
        self._stream.flush()

    def finish(self, report: RunReport) -> None:
        """All has been said by the last event."""
