"""`pivot run --tui`: runs in a thread, and a display that has the terminal and the main thread.

The display is a driver; it is told what happens and may ask for the end. Until the first stage is
decided on nothing is drawn, so that what is wrong with the pipeline is told as ever, and workers
have begun to start. When the display has left, failures and the total are printed as without it,
and the exit status is the same. A display that breaks does not take the runs with it: they go on,
and are told in lines. Tests: tests/cli/test_showing.py; those of the plugin pivot-tui.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, override

import click

from pivot import api
from pivot.cli.display import Quiet
from pivot.cli.explaining import explanation_text
from pivot.cli.narration import Narrator
from pivot.cli.stopping import Stopper
from pivot.cli.takeover import Takeover
from pivot.cli.terminal import complain, say
from pivot.events import RunStarted, Warned
from pivot.paths import find_root
from pivot.plugins import PluginHost
from pivot.plugins.problems import FAILURES, describe

if TYPE_CHECKING:
    from collections.abc import Callable

    from pivot.api import Explanation, RunReport
    from pivot.cli.narration import Line
    from pivot.cli.wish import Wish
    from pivot.events import Event

#: How many failures and warnings are kept to be printed at the end.
_KEPT = 1000


def show(wish: Wish, name: str, *, watching: bool) -> int:
    """Run, shown by the display of a name; give the exit status."""
    runs = ShownRuns(wish, name, watching=watching)
    terminal = Takeover()
    with Stopper(runs.cancellation, _Guard(terminal)) as stopper:
        with terminal:
            failure = runs.shown(stopper)
            if failure is not None:
                terminal.abandon()
        if failure is not None:
            runs.tell_in_lines(failure)
        report = runs.finished()
        if report is None:
            return stopper.signalled
        return stopper.signalled if watching and stopper.signalled else stopper.exit_status(report)


class ShownRuns:
    """The runs, in a thread of their own, as a display sees them: see `pivot.interfaces.Runs`."""

    def __init__(self, wish: Wish, display: str, *, watching: bool) -> None:
        self.root = find_root(Path.cwd())
        self.watching = watching
        self.cancellation = api.Cancellation()
        self._wish = wish
        self._control = api.WatchControl()
        self._minutes = _Minutes()
        self._report: RunReport | None = None
        self._error: BaseException | None = None
        #: What the display raised.
        self._failure: BaseException | None = None
        self._asked_to_end = False
        self._stopper: Stopper | None = None
        self._begun = threading.Event()
        self._over = threading.Event()
        self._display = PluginHost().make_display(display, self)

    # What a display sees

    @property
    def over(self) -> bool:
        """Whether nothing runs any more, nor will."""
        return self._over.is_set()

    @property
    def ending(self) -> bool:
        """Whether it was asked for the end."""
        return self._asked_to_end or bool(self._stopper and self._stopper.signalled)

    def cancel(self) -> None:
        """Stop the run that is going on."""
        if self.watching:
            self._control.cancel()
        else:
            self.cancellation.request()

    def again(self) -> None:
        """Have a watch run once more."""
        self._control.again()

    def end(self) -> None:
        """Ask for the end of all."""
        self._asked_to_end = True
        self.cancellation.request()

    # What the command line does

    def shown(self, stopper: Stopper) -> BaseException | None:
        """Begin, and let the display show it; give what it raised, if it failed."""
        self._stopper = stopper
        threading.Thread(target=self._work, name="pivot-run", daemon=True).start()
        self._begun.wait()
        if self._error is not None:
            return None
        stopper.watch()
        try:
            self._display.show()
        except FAILURES as error:
            self._failure = error
        else:
            if not self.over:
                self.end()
                self._over.wait()
        return self._failure

    def tell_in_lines(self, failure: BaseException) -> None:
        """Go on without the display."""
        name = type(self._display).__module__.partition(".")[0]
        complain(
            f"{click.style('warning:', fg='yellow', bold=True)} the display of {name} failed: "
            f"{describe(failure)}"
        )
        if not self.over:
            complain("  the run goes on without it")
            self._minutes.tell_at_once()

    def finished(self) -> RunReport | None:
        """Wait for the end; print what is to be said of it, or raise what went wrong."""
        self._over.wait()
        self._minutes.read_out()
        if self._error is not None:
            raise self._error
        if self._report is not None:
            self._minutes.finish(self._report)
        return self._report

    # What the thread does

    def _work(self) -> None:
        try:
            self._run()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the main thread raises it
            self._error = error
        finally:
            self._over.set()
            self._begun.set()

    def _run(self) -> None:
        wish = self._wish
        host = PluginHost(on_problem=lambda problem: self._tell(Warned(str(problem))))
        if not self.watching:
            self._report = api.run(
                **wish.options,
                pull=wish.pull,
                on_event=self._tell,
                on_explanation=self._explain,
                cancellation=self.cancellation,
                plugins=host,
            )
            return
        passes = api.watch(
            **wish.options,
            restart=wish.restart,
            globs=wish.globs or None,
            debounce=wish.debounce,
            on_event=self._tell,
            on_explanation=self._explain,
            cancellation=self.cancellation,
            control=self._control,
            plugins=host,
        )
        with contextlib.closing(passes):
            for self._report in passes:
                pass

    def _tell(self, event: Event) -> None:
        self._minutes.tell(event)
        self._pass_on(lambda: self._display.tell(event))
        if not isinstance(event, RunStarted | Warned):
            self._begun.set()

    def _explain(self, explanation: Explanation) -> None:
        text = click.unstyle(explanation_text(explanation))
        self._pass_on(lambda: self._display.explain(explanation.stage, text))

    def _pass_on(self, tell: Callable[[], None]) -> None:
        """Tell the display, which is told nothing more when it has failed."""
        if self._failure is None:
            try:
                tell()
            except FAILURES as error:
                self._failure = error


class _Minutes(Quiet):
    """Keeps what is to be said at the end about the last run, or says all at once."""

    def __init__(self) -> None:
        super().__init__(Narrator(starts=False))
        self._kept: deque[Line] = deque(maxlen=_KEPT)
        self._runs = 0
        self._at_once = False

    def tell_at_once(self) -> None:
        """Print from now on whatever is worth a line."""
        self._at_once = True
        self.read_out()

    def read_out(self) -> None:
        """Print the failures and warnings that were kept."""
        while self._kept:
            complain(self._kept.popleft().text)

    @override
    def tell(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            if self._runs:
                self._kept.clear()
            self._runs += 1
        super().tell(event)

    @override
    def finish(self, report: RunReport) -> None:
        for line in self._narrator.finish(report):
            say(line.text)

    @override
    def _print(self, lines: list[Line]) -> None:
        if self._at_once:
            for line in lines:
                (complain if line.trouble else say)(line.text)
        else:
            self._kept.extend(line for line in lines if line.trouble)


class _Guard(Quiet):
    """What a signal does to the terminal, whoever has it."""

    def __init__(self, terminal: Takeover) -> None:
        super().__init__()
        self._terminal = terminal

    @override
    def note(self, text: str) -> None:
        # A display sees by itself that the end was asked for.
        if not self._terminal.taken:
            super().note(text)

    @override
    def abandon(self) -> None:
        self._terminal.abandon()
