"""The moving part as values, and the whole on a terminal of its own."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time

import click
import pytest

from pivot.api import Progress as Transfer
from pivot.cli.live import LiveLines, Progress
from pivot.events import RunStarted, StageFinished, StageStarted, Status

pytestmark = pytest.mark.usefixtures("measured")

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"

SLOW = """
import os, time

def first() -> Annotated[str, outputs.Out("first.json", loaders.JSON())]:
    print("line of first")
    while not os.path.exists("go"):
        time.sleep(0.01)
    return "first"

def second(
    first: Annotated[str, outputs.Dep("first.json", loaders.JSON())],
) -> Annotated[str, outputs.Out("second.json", loaders.JSON())]:
    if os.path.exists("fail"):
        raise ValueError("no second")
    return "second"

REGISTRY.register(first)
REGISTRY.register(second)
"""


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def started(*stages, total=3):
    clock = Clock()
    progress = Progress(clock)
    progress.tell(RunStarted(tuple(f"s{n}" for n in range(total)), "loky", 2))
    for stage in stages:
        progress.tell(StageStarted(stage))
    return progress, clock


def shown(progress, height=20):
    return [click.unstyle(line) for line in progress.lines(height)]


def test_what_runs_is_shown_with_the_time_it_has_taken():
    progress, clock = started("s0", "long_name")
    clock.now += 62.5
    lines = shown(progress)
    assert [line[1:] for line in lines[:2]] == [
        " s0        1 min 2 s",
        " long_name 1 min 2 s",
    ]
    assert lines[2] == "0 of 3 done, 2 running, 1 to go"


def test_what_ended_is_counted():
    progress, _ = started("s0")
    progress.tell(StageFinished("s0", Status.RAN, 1.0))
    progress.tell(StageFinished("s1", Status.UNCHANGED, 0.0))
    assert shown(progress) == ["2 of 3 done, 0 running, 1 to go"]


def test_the_sign_of_life_moves():
    progress, clock = started("s0")
    before = shown(progress)[0][0]
    clock.now += 1 / 8
    assert shown(progress)[0][0] != before


def test_more_than_fits_is_counted():
    progress, _ = started(*(f"s{n}" for n in range(10)), total=10)
    lines = shown(progress, height=5)
    assert len(lines) == 5
    assert lines[3] == "  and 7 more"


def test_a_tiny_terminal_gets_the_counts():
    progress, _ = started("s0", "s1")
    assert shown(progress, height=0) == ["  and 2 more", "0 of 3 done, 2 running, 1 to go"]


def test_a_note_takes_the_place_of_the_counts():
    progress, _ = started("s0")
    progress.note = "stopping"
    assert shown(progress)[-1] == "stopping"


def test_before_anything_runs_a_note_goes_straight_to_standard_error(capfd):
    with LiveLines() as display:
        display.note("stopping")
        display.abandon()
    assert capfd.readouterr() == ("", "\nstopping\n")


class Screen:
    """A process on a terminal of its own, and what it has drawn there so far."""

    def __init__(self, project, *words, program=("-m", "pivot.cli"), **environ):
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, *program, *words],
            cwd=project.root,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", **environ},
            start_new_session=True,
            # Makes it the controlling terminal, whose keys send signals.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads
        )
        os.close(slave)
        self.drawn = ""
        self._deadline = time.monotonic() + 60

    def type(self, keys):
        """Press keys."""
        os.write(self._master, keys.encode())

    def close(self):
        """Hang up: whatever still runs there is killed."""
        os.close(self._master)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def until(self, text):
        """Read until a text was drawn."""
        while text not in self.drawn:
            assert self._read(), f"{text!r} is not in {self.drawn!r}"

    def end(self):
        """Read to the end and give the exit status."""
        while self._read():
            pass
        return self._process.wait(timeout=60)

    def _read(self):
        left = self._deadline - time.monotonic()
        assert left > 0, f"it does not end: {self.drawn[-500:]!r}"
        ready, _, _ = select.select([self._master], [], [], left)
        try:
            data = os.read(self._master, 65536) if ready else b""
        except OSError:  # Linux answers so when the other side is closed
            data = b""
        self.drawn += data.decode()
        return bool(data)


@pytest.fixture
def slow(project):
    """A project whose first stage waits for a file."""
    project.pipeline(SLOW)
    return project


@pytest.fixture
def screen(slow):
    """Give `screen(*words)`: the command line on a terminal of its own."""
    with contextlib.ExitStack() as stack:

        def screen(*words, **environ):
            return stack.enter_context(contextlib.closing(Screen(slow, *words, **environ)))

        yield screen


def test_a_terminal_shows_what_runs_and_is_left_in_order(slow, screen):
    shown = screen("run")
    shown.until("line of first")
    shown.until("0 of 2 done, 1 running, 1 to go")
    slow.write("go", "")
    assert shown.end() == 0
    plain = click.unstyle(shown.drawn)
    assert "first | line of first" in plain
    assert "first: ran in" in plain
    assert "second: ran in" in plain
    assert plain.rstrip().splitlines()[-1].startswith("2 ran in")
    assert shown.drawn.count(HIDE_CURSOR) == shown.drawn.count(SHOW_CURSOR) == 1
    assert "\x1b[32mran" in shown.drawn


PULLING = """
from pivot.api import Progress
from pivot.cli.live import LiveLines

with LiveLines() as display:
    display.pull(Progress(files=3, size=5_000_000, total_files=7, total_size=10_000_000))
    input()
    display.pull(Progress(files=7, size=10_000_000, total_files=7, total_size=10_000_000))
    display._live.refresh()
"""


def test_what_is_fetched_has_a_bar_with_bytes_until_it_is_there(screen):
    shown = screen(program=("-c", PULLING))
    shown.until("5.0/10.0 MB")
    assert "pull 3/7" in click.unstyle(shown.drawn)
    shown.type("\n")
    assert shown.end() == 0
    assert "7/7" not in shown.drawn
    assert shown.drawn.count(HIDE_CURSOR) == shown.drawn.count(SHOW_CURSOR) == 1


def test_what_is_fetched_for_a_stage_in_this_process_draws_nothing(capfd):
    with LiveLines() as display:
        display.tell(RunStarted(("a",), "inline", 1))
        display.pull(Transfer(files=0, size=5, total_files=1, total_size=10))
    assert capfd.readouterr() == ("", "")


def test_a_failure_on_a_terminal_shows_the_traceback(slow, screen):
    slow.write("go", "")
    slow.write("fail", "")
    shown = screen("run", NO_COLOR="1")
    assert shown.end() == 1
    assert "second: failed: ValueError: no second" in click.unstyle(shown.drawn)
    assert 'raise ValueError("no second")' in shown.drawn
    assert "\x1b[31" not in shown.drawn


def test_a_run_without_work_draws_nothing_that_moves(slow, screen):
    slow.write("go", "")
    slow.run()
    shown = screen("run")
    assert shown.end() == 0
    assert shown.drawn.split("\r\n") == ["Everything is up to date (2 stages)", ""]


def test_a_stage_in_this_process_has_the_terminal_for_itself(slow, screen):
    slow.write("go", "")
    shown = screen("run", "--executor", "inline")
    assert shown.end() == 0
    assert HIDE_CURSOR not in shown.drawn
    assert "first: running (Never run before)" in shown.drawn
    assert "\nline of first" in shown.drawn


def test_ctrl_c_says_what_happens_and_shows_the_cursor_again(screen):
    shown = screen("run")
    shown.until("1 running")
    shown.type("\x03")
    assert shown.end() == 130
    assert "interrupted: " in click.unstyle(shown.drawn)
    assert shown.drawn.count(HIDE_CURSOR) == shown.drawn.count(SHOW_CURSOR)


def test_a_second_ctrl_c_leaves_the_cursor_visible(screen):
    shown = screen("run")
    shown.until("1 running")
    shown.type("\x03\x03")
    assert shown.end() in (130, -signal.SIGINT)
    assert shown.drawn.count(HIDE_CURSOR) <= shown.drawn.count(SHOW_CURSOR)
