import threading

import pytest
from pivot_tui.board import Phase, State

from pivot.events import (
    FilesChanged,
    PipelineBroken,
    RunFinished,
    RunStarted,
    StageDecided,
    StageFinished,
    StageOutput,
    StageRetried,
    StageStarted,
    StageWaiting,
    Status,
    Warned,
    Watching,
)


def test_a_stage_is_at_what_was_told_last(started):
    assert [started.row(name).state for name in "abc"] == [
        State.RAN,
        State.RUNNING,
        State.WAITING,
    ]
    assert (started.row("a").seconds, started.row("a").reasons) == (1.5, ("Never run before",))
    assert (started.done, started.count(State.RUNNING)) == (1, 1)


@pytest.mark.parametrize("status", Status)
def test_every_way_to_end_has_a_state(started, status):
    started.tell(StageFinished("b", status, 0.1))
    assert started.row("b").state.name == status.name
    assert started.row("b").done


def test_a_failure_is_in_the_log_and_in_the_row(started):
    started.tell(StageFinished("b", Status.FAILED, 0.1, "ValueError: no", "Traceback\n  here"))
    assert started.row("b").trouble == "ValueError: no"
    assert started.lines("b")[0] == ["failed: ValueError: no", "Traceback", "  here"]


def test_a_stage_that_is_tried_again_keeps_what_it_printed(started):
    started.tell(StageOutput("b", "first try"))
    started.tell(StageRetried("b", 1, 3, 0.1, "no luck"))
    assert (started.row("b").state, started.row("b").attempt) == (State.QUEUED, 2)
    started.tell(StageStarted("b"))
    started.tell(StageOutput("b", "second try"))
    assert started.lines("b")[0] == ["first try", "attempt 1 of 3 failed: no luck", "second try"]


def test_a_stage_that_another_process_holds_says_by_whom(started):
    started.tell(StageWaiting("c", "process 7"))
    assert (started.row("c").state, started.row("c").trouble) == (State.HELD, "process 7")


def test_what_a_stage_prints_is_harmless(started):
    started.tell(StageOutput("b", "\x1b[2J[red]x"))
    assert started.lines("b") == (["[red]x"], 1)


def test_a_second_run_starts_over_but_keeps_what_the_others_printed(started):
    started.tell(StageOutput("b", "hello"))
    plan = started.plan
    started.tell(RunStarted(("a", "b", "c"), "loky", 2))
    assert started.row("b").state is State.WAITING
    assert (started.done, started.plan) == (0, plan)
    assert started.lines("b")[0] == ["hello"]
    started.tell(StageStarted("b"))
    assert started.lines("b")[0] == []


def test_stages_that_are_gone_are_forgotten(started):
    started.tell(StageOutput("b", "hello"))
    plan = started.plan
    started.tell(RunStarted(("a", "c"), "loky", 2))
    assert (started.names(), started.row("b"), started.printed("b")) == (["a", "c"], None, 0)
    assert started.plan > plan


def test_the_phases_of_a_watch(board):
    phases = [board.phase]
    for event in (
        RunStarted(("a",), "loky", 1),
        RunFinished({}, 0.5),
        Watching(("*.py",)),
        FilesChanged(("a.py",)),
        PipelineBroken("a.py:1: invalid syntax"),
        Watching(("*.py",)),
    ):
        board.tell(event)
        phases.append(board.phase)
    assert phases == [
        Phase.STARTING,
        Phase.RUNNING,
        Phase.DONE,
        Phase.WATCHING,
        Phase.STARTING,
        Phase.BROKEN,
        Phase.BROKEN,
    ]
    assert board.note == "a.py:1: invalid syntax"


def test_the_last_warnings_are_kept(board):
    for number in range(1000):
        board.tell(Warned(f"odd {number}", "a" if number % 2 else None))
    assert len(board.warnings) == 200
    assert list(board.warnings)[-2:] == ["odd 998", "a: odd 999"]


def test_a_broken_lock_knows_no_outputs(started, tmp_path):
    locks = tmp_path / ".pivot" / "stages"
    locks.mkdir(parents=True)
    (locks / "c.lock").write_text("{")
    started.tell(StageDecided("c", "run", ("Lock file broken",)))
    assert started.row("c").before is None


def test_nothing_grows_however_much_is_told_while_nobody_looks(started):
    def print_much():
        for number in range(20_000):
            started.tell(StageOutput("b", f"line {number}"))

    threads = [threading.Thread(target=print_much) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept, printed = started.lines("b")
    assert (len(kept), printed) == (5000, 40_000)
