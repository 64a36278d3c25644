"""What is known of runs afterwards, however they ended."""

from __future__ import annotations

import subprocess

import pytest

import pivot
from pivot.events import StageFinished, StageStarted
from pivot.store.layout import Layout

PIPELINE = """
def first() -> Annotated[int, outputs.Out("1.json", loaders.JSON())]:
    return 1

def second(n: Annotated[int, outputs.Dep("1.json", loaders.JSON())]) -> Annotated[
    int, outputs.Out("2.json", loaders.JSON())
]:
    return n + 1

REGISTRY.register(first)
REGISTRY.register(second)
"""


class Killed(BaseException):
    """Ends a run where it stands, as a signal would."""


@pytest.fixture
def two(project):
    project.pipeline(PIPELINE)
    return project


def kill_at(kind, name):
    def on_event(event):
        if isinstance(event, kind) and event.stage == name:
            raise Killed

    return on_event


def cut_short(project, kind, name):
    with pytest.raises(Killed):
        pivot.run(project.root, executor="inline", on_event=kill_at(kind, name))


def test_a_run_with_nothing_to_do_writes_nothing(two):
    two.run()
    two.run()
    assert len(pivot.history(two.root)) == 1
    assert list(Layout(two.root).runs.iterdir()) == []


def test_a_run_that_only_restores_is_kept_without_a_journal(two):
    two.run()
    (two.root / "2.json").unlink()
    Layout(two.root).runs.rmdir()
    assert two.run() == {"first": "unchanged", "second": "restored"}
    assert not Layout(two.root).runs.exists()
    restored = pivot.past_run("last", two.root)
    assert (restored.counts, restored.commit) == ({"restored": 1, "unchanged": 1}, None)


def test_a_run_that_was_killed_tells_how_far_it_came(two):
    cut_short(two, StageStarted, "second")
    run = pivot.past_run("last", two.root)
    assert (run.unfinished, run.ok, run.executor) == (True, False, "inline")
    assert [(stage.name, str(stage.status)) for stage in run.stages] == [
        ("first", "ran"),
        ("second", "failed"),
    ]
    assert run.stages[1].error == "it was running when the run was killed"
    assert run.stages[1].reasons == ("Never run before",)
    assert run.seconds >= 0


def test_the_next_run_takes_over_what_was_left_behind(two):
    cut_short(two, StageFinished, "first")
    two.run(force=True)
    assert list(Layout(two.root).runs.iterdir()) == []
    assert [run.unfinished for run in pivot.history(two.root)] == [False, True]


def test_one_that_goes_on_is_not_over(two):
    seen = []

    def on_event(event):
        if isinstance(event, StageStarted):
            seen.append(pivot.history(two.root))

    pivot.run(two.root, executor="inline", on_event=on_event)
    assert seen == [(), ()]
    assert len(pivot.history(two.root)) == 1


@pytest.mark.parametrize("text", [b"", b"nonsense\n", b'[99,{"number":0}]\n'])
def test_what_is_left_behind_and_can_not_be_read_is_removed(two, text):
    two.run()
    file = Layout(two.root).runs / "1.journal"
    file.write_bytes(text)
    assert len(pivot.history(two.root)) == 1
    assert not file.exists()


@pytest.mark.parametrize("rest", [b"nonsense\n", b"{}\n", b"[]\n"])
def test_what_has_lost_a_part_is_removed(two, rest):
    cut_short(two, StageFinished, "first")
    [file] = Layout(two.root).runs.iterdir()
    file.write_bytes(file.read_bytes() + rest)
    assert pivot.history(two.root) == ()
    assert not file.exists()


def test_a_line_that_was_cut_short_is_passed_over(two):
    cut_short(two, StageFinished, "first")
    [file] = Layout(two.root).runs.iterdir()
    file.write_bytes(file.read_bytes()[:-10])
    run = pivot.past_run("last", two.root)
    assert [(stage.name, str(stage.status)) for stage in run.stages] == [("first", "failed")]


def test_without_a_journal_a_run_goes_on(two):
    (two.root / ".pivot").mkdir()
    Layout(two.root).runs.write_text("in the way")
    assert two.run() == {"first": "ran", "second": "ran"}
    assert pivot.past_run("last", two.root).counts == {"ran": 2}


def test_attempts_are_counted(project):
    project.pipeline(
        """
        def flaky() -> Annotated[int, outputs.Out("f.json", loaders.JSON())]:
            tries = pathlib.Path("tries")
            tries.write_text(tries.read_text() + "." if tries.exists() else ".")
            if len(tries.read_text()) < 3:
                raise ValueError("not yet")
            return 1

        REGISTRY.register(flaky, retries=4)
        """
    )
    project.write(".pivot/config.yaml", "undeclared: off\n")
    assert project.run() == {"flaky": "ran"}
    assert pivot.past_run("last", project.root).stages[0].attempts == 3


class Git:
    def __init__(self, root):
        self.root = root
        self("init", "-q")
        self("config", "user.name", "x")
        self("config", "user.email", "x@example.org")

    def __call__(self, *words):
        done = subprocess.run(["git", *words], cwd=self.root, check=True, capture_output=True)
        return done.stdout.decode().strip()


@pytest.mark.parametrize("place", [".", "in/it"])
def test_the_commit_that_ran_is_known(project, tmp_path, monkeypatch, place):
    # However busy the machine is.
    monkeypatch.setattr("pivot.vcs.PATIENCE", 60)
    project.root = tmp_path / "top" / place
    project.root.mkdir(parents=True)
    project.pipeline(PIPELINE)
    git = Git(tmp_path / "top")
    project.run()
    assert pivot.past_run("last", project.root).commit is None
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    # Locks and outputs are changed by the runs themselves.
    project.write(".pivot/stages/first.lock", "")
    project.write("1.json", "2")
    project.run(force=True)
    run = pivot.past_run("last", project.root)
    assert (run.commit, run.dirty) == (git("rev-parse", "HEAD"), False)
    project.edit("pipeline.py", "n + 1", "n + 2")
    project.run()
    assert pivot.past_run("last", project.root).dirty is True


def test_git_is_not_waited_for(two, monkeypatch):
    git = Git(two.root)
    git("commit", "-q", "--allow-empty", "-m", "one")
    monkeypatch.setattr("pivot.vcs.PATIENCE", 0)
    two.run()
    run = pivot.past_run("last", two.root)
    # It may be fast enough; if not, all but its answer is there.
    assert run.commit == git("rev-parse", "HEAD")
    assert run.dirty in {None, False}


def test_without_git_nothing_is_known_of_it(two, monkeypatch):
    Git(two.root)
    monkeypatch.setenv("PATH", "")
    assert two.run() == {"first": "ran", "second": "ran"}
    assert pivot.past_run("last", two.root).commit is None
