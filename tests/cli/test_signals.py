"""Ctrl-C and SIGTERM, on processes of their own: once, twice, before anything runs."""

import os
import signal
import time
from pathlib import Path

import pytest

from pivot.api import Cancellation, RunReport, StageReport
from pivot.cli.display import Quiet
from pivot.cli.stopping import Stopper
from pivot.events import Status

SLEEPY = """
import os, sys, time

def quick() -> Annotated[str, outputs.Out("quick.json", loaders.JSON())]:
    return "done"

def sleepy(
    quick: Annotated[str, outputs.Dep("quick.json", loaders.JSON())],
) -> Annotated[str, outputs.Out("sleepy.json", loaders.JSON())]:
    pathlib.Path("pid.tmp").write_text(str(os.getpid()))
    os.rename("pid.tmp", "pid")
    time.sleep(60)
    return "slept"

REGISTRY.register(quick)
REGISTRY.register(sleepy)
"""


def eventually(condition, what):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def sleepy(project):
    """A project with a stage that sleeps, and whoever runs it."""
    project.pipeline(SLEEPY)
    return project


def sleeping_worker(project):
    eventually((project.root / "pid").exists, "the stage does not start")
    return int(project.read("pid"))


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_the_workers_and_keeps_what_is_done(sleepy, number, status):
    process = sleepy.start("run")
    worker = sleeping_worker(sleepy)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == status
    assert "stopping: nothing new is started; press Ctrl-C again to stop at once" in err
    assert "not run: sleepy\ninterrupted: 1 ran, 1 cancelled in " in out
    assert "Traceback" not in err
    eventually(lambda: not is_alive(worker), "the worker lives on")
    assert sleepy.forecast()["quick"] == "skip"


def test_the_second_signal_ends_the_run_at_once(sleepy):
    # In this process the first signal has to wait for the stage.
    process = sleepy.start("run", "--executor", "inline")
    sleeping_worker(sleepy)
    process.send_signal(signal.SIGINT)
    assert "stopping" in (process.stderr.readline() + process.stderr.readline())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert sleepy.forecast() == {"quick": "skip", "sleepy": "run"}


def test_no_worker_survives_two_signals(sleepy):
    process = sleepy.start("run")
    worker = sleeping_worker(sleepy)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode in (143, -signal.SIGTERM)
    eventually(lambda: not is_alive(worker), "the worker lives on")


def test_ctrl_c_while_the_pipeline_is_imported_is_quiet(project):
    project.pipeline("""
    import time
    pathlib.Path("importing").touch()
    time.sleep(60)
    """)
    process = project.start("run")
    eventually((project.root / "importing").exists, "the import does not start")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 130


class Told(Quiet):
    """A display that remembers what it is told by handlers."""

    def __init__(self):
        super().__init__()
        self.notes = []

    def note(self, text):
        self.notes.append(text)


def report(*, interrupted):
    return RunReport((StageReport("a", Status.CANCELLED),), 0.1, interrupted)


def test_the_first_signal_is_a_request(project):
    cancellation, display = Cancellation(), Told()
    before = signal.getsignal(signal.SIGTERM)
    with Stopper(cancellation, display) as stopper:
        stopper.watch()
        os.kill(os.getpid(), signal.SIGTERM)
        assert cancellation.requested
        assert len(display.notes) == 1
        assert stopper.exit_status(report(interrupted=True)) == 143
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_run_that_ended_all_the_same_has_its_own_status():
    with Stopper(Cancellation(), Told()) as stopper:
        stopper.watch()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stopper.exit_status(report(interrupted=False)) == 1


def test_a_run_that_others_stopped_has_its_own_status():
    with Stopper(Cancellation(), Told()) as stopper:
        assert stopper.exit_status(report(interrupted=True)) == 130


def test_signals_that_are_ignored_stay_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Stopper(Cancellation(), Told()) as stopper:
            stopper.watch()
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
