"""The terminal is left as it was, whatever ends the application: on a terminal of its own."""

from __future__ import annotations

import os
import signal

import pytest

pytestmark = pytest.mark.usefixtures("measured")

STAGE = """
print("printed by the import")

def make() -> Annotated[int, outputs.Out("made.json", loaders.JSON())]:
    print("working")
    {body}
    return 1

REGISTRY.register(make)
"""
QUICK = STAGE.format(body="")
FAILS = STAGE.format(body="raise ValueError('no luck')")
CRASHES = STAGE.format(body="import os; os.kill(os.getpid(), 11)")
SLOW = STAGE.format(
    body="""
    import time, os
    pathlib.Path("pid").write_text(str(os.getpid()))
    time.sleep(300)"""
)


def test_a_run_that_is_done_is_left_with_q(terminal):
    shown = terminal(QUICK, "run", "--tui")
    shown.until("done")
    shown.type("q")
    assert shown.end() == 0
    shown.assert_clean()
    assert "printed by the import\r\n" in shown.said
    assert "1 ran in " in shown.said


@pytest.mark.parametrize(
    ("pipeline", "why"), [(FAILS, "ValueError: no luck"), (CRASHES, "SIGSEGV")]
)
def test_a_run_that_fails_has_its_status_and_is_told_at_the_end(terminal, pipeline, why):
    shown = terminal(pipeline, "run", "--tui")
    shown.until("1 failed")
    shown.type("q")
    assert shown.end() == 1
    shown.assert_clean()
    assert "make: " in shown.said
    assert why in shown.said
    assert "1 failed in " in shown.said


def test_quitting_while_something_runs_asks_and_then_stops_it(terminal, tmp_path):
    shown = terminal(SLOW, "run", "--tui")
    shown.until("working")
    worker = int((tmp_path / "pid").read_text())
    shown.type("q")
    shown.until("Stop it and quit")
    shown.type("y")
    assert shown.end() == 130
    shown.assert_clean()
    assert "interrupted: 1 cancelled" in shown.said
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_ctrl_c_stops_and_leaves(terminal):
    shown = terminal(SLOW, "run", "--tui")
    shown.until("working")
    shown.type("\x03")
    assert shown.end() == 130
    shown.assert_clean()
    assert "interrupted: 1 cancelled" in shown.said


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_and_leaves(terminal, number, status):
    shown = terminal(SLOW, "run", "--tui")
    shown.until("working")
    shown.process.send_signal(number)
    assert shown.end() == status
    shown.assert_clean()
    assert "interrupted: 1 cancelled" in shown.said


def test_a_signal_leaves_a_run_that_is_done_as_it_is(terminal):
    shown = terminal(QUICK, "run", "--tui")
    shown.until("done")
    shown.process.send_signal(signal.SIGTERM)
    assert shown.end() == 0
    shown.assert_clean()


def test_the_second_signal_ends_it_at_once(terminal):
    # A stage in this process can't be stopped by the first.
    shown = terminal(SLOW, "run", "--tui", "--executor", "inline")
    shown.until("running")
    shown.process.send_signal(signal.SIGTERM)
    shown.until("stopping")
    shown.process.send_signal(signal.SIGTERM)
    assert shown.end() == -signal.SIGTERM
    shown.assert_clean()


def test_an_error_in_the_application_does_not_take_the_run_with_it(terminal):
    code = """
import sys
from pivot_tui import app
def broken(self):
    raise RuntimeError("a bug in the picture")
app.TuiApp.action_help = broken
from pivot.cli import main
sys.exit(main(["run", "--tui"]))
"""
    shown = terminal(STAGE.format(body="import time; time.sleep(2)"), code=code)
    shown.until("working")
    shown.type("?")
    assert shown.end() == 0
    shown.assert_clean()
    assert "the display of pivot_tui failed: RuntimeError: a bug in the picture" in shown.said
    assert "the run goes on without it" in shown.said
    assert "make: ran in " in shown.said
    assert "1 ran in " in shown.said


def test_what_is_wrong_with_a_pipeline_is_told_without_drawing_anything(terminal):
    shown = terminal("def broken(:", "run", "--tui")
    assert shown.end() == 2
    assert b"invalid syntax" in shown.drawn
    assert b"\x1b[?1049h" not in shown.drawn


def test_a_watch_runs_again_and_is_left_with_q(terminal, tmp_path):
    shown = terminal(QUICK, "run", "--tui", "--watch")
    shown.until("watching for changes")
    pipeline = tmp_path / "pipeline.py"
    pipeline.write_text(pipeline.read_text().replace("return 1", "return 1 / 0"))
    shown.until("watching for changes.{0,400}1 failed")
    shown.type("q")
    assert shown.end() == 1
    shown.assert_clean()
    assert "ZeroDivisionError" in shown.said
    assert "1 failed in " in shown.said


def test_a_change_of_size_is_drawn(terminal):
    shown = terminal(QUICK, "run", "--tui")
    shown.until("done")
    shown.resize(20, 60)
    shown.process.send_signal(signal.SIGWINCH)
    # The right side is below the list now, whose frame takes the whole width.
    shown.until("─" * 58)
    shown.type("q")
    assert shown.end() == 0
    shown.assert_clean()
