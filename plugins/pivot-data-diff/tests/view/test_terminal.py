"""`pivot data diff` on a terminal of its own, which is left as it was."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
import termios
import time

import pytest

#: What is switched on on a terminal, and how it is switched off.
MODES = {
    b"\x1b[?1049h": b"\x1b[?1049l",
    b"\x1b[?25l": b"\x1b[?25h",
    b"\x1b[?1000h": b"\x1b[?1000l",
    b"\x1b[?2004h": b"\x1b[?2004l",
}
_PATIENCE = 60


class Terminal:
    """A process, and what it drew."""

    def __init__(self, root, *words):
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, (30, 100))
        self.modes = termios.tcgetattr(self.slave)
        hidden = {"COLUMNS", "LINES"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pivot.cli", "data", "diff", *words],
            cwd=root,
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env={k: v for k, v in os.environ.items() if k not in hidden}
            | {"TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none"},
            start_new_session=True,
        )
        os.set_blocking(self.master, False)
        self.drawn = b""

    def until(self, wanted):
        end = time.monotonic() + _PATIENCE
        while wanted not in self.drawn:
            self._read()
            assert time.monotonic() < end, self.drawn[-3000:]

    def _read(self):
        with contextlib.suppress(BlockingIOError):
            self.drawn += os.read(self.master, 65536)
            return
        time.sleep(0.01)

    def end(self):
        """Wait for the end, reading on; give the exit status."""
        end = time.monotonic() + _PATIENCE
        while self.process.poll() is None:
            self._read()
            assert time.monotonic() < end, self.drawn[-3000:]
        self._read()
        return self.process.returncode

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.slave)
        os.close(self.master)

    def assert_clean(self):
        assert termios.tcgetattr(self.slave) == self.modes
        for on, off in MODES.items():
            assert self.drawn.rfind(off) > self.drawn.rfind(on) >= 0, (on, off)


@pytest.fixture
def terminal(project):
    project.commit(pipeline_py="", a_csv="id,v\n1,x\n2,y\n")
    project.write("a.csv", "id,v\n1,x\n2,z\n")
    with contextlib.ExitStack() as stack:
        yield lambda *words: stack.enter_context(contextlib.closing(Terminal(project.root, *words)))


def test_it_opens_the_view_which_q_closes(terminal):
    shown = terminal("--exit-code", "a.csv")
    shown.until(b"comparing...\r\x1b[K")
    shown.until(b"1 modified")
    os.write(shown.master, b"q")
    assert shown.end() == 1
    shown.assert_clean()


def test_a_signal_ends_it_properly(terminal):
    shown = terminal("a.csv")
    shown.until(b"1 modified")
    shown.process.send_signal(signal.SIGTERM)
    assert shown.end() == 128 + signal.SIGTERM
    shown.assert_clean()


def test_it_prints_if_asked_to(terminal):
    shown = terminal("a.csv", "--no-tui")
    assert shown.end() == 0
    assert b"\x1b[?1049h" not in shown.drawn
    assert b'~ row 2: v "y" -> "z"' in shown.drawn
