"""A stage that fails is tried again, if it may be, and one that takes too long is ended."""

from __future__ import annotations

import pytest

from pivot.events import StageFinished, StageRetried, StageStarted

PIPELINE = """
import os

def flaky() -> Annotated[int, outputs.Out("flaky.json", loaders.JSON())]:
    tries = pathlib.Path(os.environ["TRIES"])
    tries.write_bytes(tries.read_bytes() + b"." if tries.exists() else b".")
    count = len(tries.read_bytes())
    if count < 3:
        pathlib.Path("flaky.json").write_text("half")
        {failure}
    assert not pathlib.Path("flaky.json").exists(), "what the last attempt left is gone"
    return 1

def after(n: Annotated[int, outputs.Dep("flaky.json", loaders.JSON())]) -> Annotated[
    int, outputs.Out("after.json", loaders.JSON())
]:
    return n + 1

REGISTRY.register(flaky, retries={retries}, timeout={timeout})
REGISTRY.register(after)
"""


@pytest.fixture
def flaky(project, tmp_path, monkeypatch):
    """Write a pipeline with a stage that fails twice, in a given way."""
    monkeypatch.setenv("TRIES", str(tmp_path / "tries"))

    def write(failure="raise ValueError(f'no {count}')", retries=2, timeout=None):
        text = PIPELINE.replace("{failure}", failure).replace("{retries}", str(retries))
        project.pipeline(text.replace("{timeout}", str(timeout)))
        return project

    return write


def retries(project):
    return [event for event in project.events if isinstance(event, StageRetried)]


@pytest.mark.parametrize("executor", ["inline", "loky"])
def test_a_stage_that_fails_is_tried_again(flaky, executor):
    project = flaky()
    assert project.run(executor=executor) == {"flaky": "ran", "after": "ran"}
    told = retries(project)
    assert [(event.attempt, event.attempts) for event in told] == [(1, 3), (2, 3)]
    assert [event.error for event in told] == ["ValueError: no 1", "ValueError: no 2"]
    assert all("in flaky" in event.traceback for event in told)
    starts = [event.stage for event in project.events if isinstance(event, StageStarted)]
    assert starts == ["flaky", "flaky", "flaky", "after"]
    assert project.run() == {"flaky": "unchanged", "after": "unchanged"}


def test_it_fails_when_it_was_tried_often_enough(flaky):
    project = flaky(retries=1)
    assert project.run() == {"flaky": "failed", "after": "cancelled"}
    assert [event.error for event in retries(project)] == ["ValueError: no 1"]
    assert project.report["flaky"].error == "ValueError: no 2"
    assert not (project.root / ".pivot/stages/flaky.lock").exists()


def test_a_crash_is_tried_again(flaky):
    project = flaky("os._exit(3)")
    assert project.run(executor="loky") == {"flaky": "ran", "after": "ran"}
    assert [event.error for event in retries(project)] == [
        "the worker process died: exit status 3"
    ] * 2


def test_a_stage_that_takes_too_long_is_ended_and_tried_again(flaky):
    project = flaky("import time; time.sleep(60)", timeout=5.0)
    # Once is enough: it takes the whole of its time.
    (project.root.parent / "tries").write_bytes(b".")
    assert project.run(executor="loky") == {"flaky": "ran", "after": "ran"}
    message = "it was ended, since it took longer than its timeout of 5 s"
    assert [event.error for event in retries(project)] == [message]


def test_a_stage_that_takes_too_long_fails(project):
    project.pipeline("""
    import time

    def slow() -> Annotated[int, outputs.Out("slow.json", loaders.JSON())]:
        time.sleep(60)
        return 1

    REGISTRY.register(slow, timeout=0.2)
    """)
    assert project.run(executor="loky") == {"slow": "failed"}
    assert "its timeout of 0.2 s" in project.report["slow"].error


def test_where_a_timeout_is_not_watched_it_is_said(flaky):
    project = flaky(timeout=30)
    assert project.run() == {"flaky": "ran", "after": "ran"}
    [message] = project.warnings()
    assert message == (
        "the timeout of 'flaky' is not watched: executor 'inline' runs stages in a process that "
        "can't be ended"
    )


def test_what_the_user_changed_is_kept_once(flaky):
    project = flaky()
    (project.root / "flaky.json").write_text('"mine"')
    assert project.run("flaky") == {"flaky": "ran"}
    assert ["saved in the cache" in message for message in project.warnings()] == [True]


def test_each_attempt_at_an_incremental_output_grows_from_the_last_version(
    project, tmp_path, monkeypatch
):
    monkeypatch.setenv("TRIES", str(tmp_path / "tries"))
    project.pipeline("""
    import os

    def grow() -> Annotated[pathlib.Path, outputs.IncrementalOut("log.txt")]:
        tries, log = pathlib.Path(os.environ["TRIES"]), pathlib.Path("log.txt")
        log.write_text((log.read_text() if log.exists() else "") + "x")
        if not tries.exists():
            tries.touch()
            raise ValueError("no")
        tries.unlink()
        return log

    REGISTRY.register(grow, retries=1)
    """)
    assert project.run() == {"grow": "ran"}
    assert project.run(force=True) == {"grow": "ran"}
    assert (project.root / "log.txt").read_text() == "xx"


def test_neither_limit_makes_a_stage_run_again(flaky):
    project = flaky()
    project.run()
    flaky(retries=5, timeout=100)
    assert project.run() == {"flaky": "unchanged", "after": "unchanged"}


def test_a_stage_is_finished_once(flaky):
    project = flaky()
    project.run()
    assert [e.stage for e in project.events if isinstance(e, StageFinished)] == ["flaky", "after"]
