"""What the tests share: a board that runs have been told to, runs without a process, an app."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import textwrap
import threading
from pathlib import Path

import click
import pytest
from pivot_tui.app import TuiApp
from pivot_tui.board import Board
from pivot_tui.pace import Pace

from pivot.events import RunStarted, StageDecided, StageFinished, StageStarted, Status

HEADER = """
import pathlib
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY

"""


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


class Runs:
    """What a display may ask, and what it has asked."""

    def __init__(self, root, *, watching=False):
        self.root = root
        self.watching = watching
        self.over = False
        self.ending = False
        self.asked = []

    def cancel(self):
        self.asked.append("cancel")

    def again(self):
        self.asked.append("again")

    def end(self):
        self.asked.append("end")
        self.ending = self.over = True


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def board(tmp_path, clock):
    return Board(tmp_path, clock)


@pytest.fixture
def started(board):
    """A board of three stages: `a` ran, `b` runs, `c` waits."""
    board.tell(RunStarted(("a", "b", "c"), "loky", 2))
    for name in "ab":
        board.tell(StageDecided(name, "run", ("Never run before",)))
        board.tell(StageStarted(name))
    board.tell(StageFinished("a", Status.RAN, 1.5))
    return board


class Driven:
    """An application and its pilot; what it shows, as text."""

    def __init__(self, app, pilot, interrupts):
        self.app = app
        self.pilot = pilot
        self.interrupts = interrupts

    async def press(self, *keys):
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self):
        """Let it look at the board, and let its threads end."""
        await self.pilot.pause()
        self.app.tick()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    def summary(self):
        return str(self.app._summary.content)

    def stages(self):
        view = self.app.stages
        lines = (view.render_line(y).text for y in range(view.size.height))
        return [line.rstrip() for line in lines if line.strip()]

    def lines(self):
        return [line.text for line in self.app.right.view(self.app.right.tab).lines]


@pytest.fixture
def drive():
    """Give `drive(board, runs, script, size)`: have `await script(driven)` use the application."""

    def drive(board, runs, script, size=(120, 35)):
        interrupts = []

        async def go():
            app = TuiApp(runs, board, lambda: interrupts.append(1))
            # It looks when it's told to.
            app.TICK = 3600
            app._pace = Pace(used=lambda: 0.0)
            async with app.run_test(size=size) as pilot:
                driven = Driven(app, pilot, interrupts)
                await driven.settle()
                await script(driven)

        asyncio.run(go())

    return drive


_END = b"<the end>"
#: Without what would win over the terminal's own size.
_ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}},
    "TERM": "xterm-256color",
    "TEXTUAL_ANIMATIONS": "none",
}


class Terminal:
    """A process on a terminal of its own; what it drew there, and the modes of the terminal."""

    def __init__(self, root: Path, *words: str, code: str | None = None) -> None:
        self.master, self.slave = pty.openpty()
        self.resize(35, 120)
        self.modes = termios.tcgetattr(self.slave)
        start = ["-c", code] if code else ["-m", "pivot.cli", *words]
        self.process = subprocess.Popen(
            [sys.executable, *start],
            cwd=root,
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env=_ENVIRONMENT,
            start_new_session=True,
            # Makes it the controlling terminal, whose keys send signals.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - as said
        )
        self.drawn = b""
        self._seen = 0
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def resize(self, height: int, width: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            with self._changed:
                self.drawn += data
                self._changed.notify_all()

    def until(self, pattern: str) -> None:
        """Wait until something is drawn that was not awaited before."""
        wanted = re.compile(pattern.encode(), re.DOTALL)
        with self._changed:
            found = self._changed.wait_for(lambda: wanted.search(self.drawn, self._seen), 60)
            assert found, (pattern, self.drawn[-3000:])
            self._seen = found.end()

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def end(self) -> int:
        """Wait for the end and give the exit status."""
        status = self.process.wait(60)
        # What was written before has been read when this is.
        os.write(self.slave, _END)
        with self._changed:
            assert self._changed.wait_for(lambda: _END in self.drawn, 60)
            self.drawn = self.drawn.replace(_END, b"")
        return status

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        # When nobody has this side any more, reading the other one ends.
        os.close(self.slave)
        self._reader.join(60)
        os.close(self.master)

    def assert_clean(self) -> None:
        """Assert that the terminal is as it was: its modes, and all that was switched on."""
        assert termios.tcgetattr(self.slave) == self.modes
        for on, off in MODES.items():
            last_on, last_off = self.drawn.rfind(on), self.drawn.rfind(off)
            assert last_off > last_on, (on, off)

    @property
    def said(self) -> str:
        """What was printed after the other screen was left."""
        return click.unstyle(self.drawn.rpartition(b"\x1b[?1004l")[2].decode())


MODES = {
    b"\x1b[?1049h": b"\x1b[?1049l",
    b"\x1b[?25l": b"\x1b[?25h",
    b"\x1b[?1000h": b"\x1b[?1000l",
    b"\x1b[?1003h": b"\x1b[?1003l",
    b"\x1b[?1004h": b"\x1b[?1004l",
    b"\x1b[?2004h": b"\x1b[?2004l",
    b"\x1b[?7l": b"\x1b[?7h",
}


@pytest.fixture
def terminal(tmp_path):
    """Give `terminal(pipeline, *words)`: the command line in a project, on a terminal."""
    with contextlib.ExitStack() as stack:

        def terminal(pipeline, *words, code=None):
            (tmp_path / "pipeline.py").write_text(HEADER + textwrap.dedent(pipeline))
            return stack.enter_context(contextlib.closing(Terminal(tmp_path, *words, code=code)))

        yield terminal
