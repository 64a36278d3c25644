import os
import signal
import tempfile
import threading
from pathlib import Path

import pytest

from pivot.confinement import Confinement, run_confined
from pivot.errors import WorkerCrashedError
from pivot.interfaces import Outcome, Task


@pytest.fixture
def task(tmp_path):
    return Task("stage", str(tmp_path), b"", log=None)


@pytest.fixture
def confinement(tmp_path):
    return Confinement(str(tmp_path.resolve()), files=("out.txt",))


def test_what_an_act_gives_comes_back(task, confinement, tmp_path):
    (tmp_path / "secret.txt").write_text("text")

    def act(confined):
        (tmp_path / "out.txt").write_text("made")
        try:
            (tmp_path / "secret.txt").read_text()
        except PermissionError as error:
            return Outcome(str(confined.refused(error)), 0.5)
        return Outcome("not refused", 0.5)

    outcome = run_confined(task, confinement, act)
    assert outcome.stage.startswith("'secret.txt' is read, but not declared: it was refused")
    assert (tmp_path / "out.txt").read_text() == "made"
    assert (tmp_path / "secret.txt").read_text() == "text"  # this process is not confined


def test_what_it_raises_is_raised(task, confinement):
    def act(_confined):
        raise KeyError("none")

    with pytest.raises(KeyError, match="none"):
        run_confined(task, confinement, act)


@pytest.mark.parametrize(
    ("end", "how"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "SIGKILL"),
        (lambda: os._exit(3), "exit status 3"),
        (lambda: os.kill(os.getpid(), signal.SIGRTMAX - 1), "signal"),
    ],
)
def test_a_child_that_dies_is_told_of(task, confinement, end, how, tmp_path):
    with pytest.raises(WorkerCrashedError, match=how):
        run_confined(task, confinement, lambda _: end())
    assert not (tmp_path / "out.txt").exists()


def test_what_a_stage_leaves_running_is_not_waited_for(task, confinement):
    def act(_confined):
        if os.fork() == 0:
            threading.Event().wait(20)
            os._exit(0)
        return Outcome("stage", 0.0)

    assert run_confined(task, confinement, act) == Outcome("stage", 0.0)


def test_there_is_a_place_for_temporary_files(task, confinement, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path.parent))

    def act(_confined):
        with tempfile.NamedTemporaryFile(delete=False) as stream:
            stream.write(b"text")
        return Outcome(stream.name, 0.0)

    outcome = run_confined(task, confinement, act)
    assert outcome.stage.startswith(f"{tmp_path.parent}/pivot-")
    assert not Path(outcome.stage).exists()
