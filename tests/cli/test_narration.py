import click
import pytest

from pivot.api import RunReport, StageReport
from pivot.cli.narration import Narrator, printable, total
from pivot.events import (
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
)

CODE = "Code dependency changed: func:m:f"


def ran(stage, *reasons, seconds=1.2):
    return [
        StageDecided(stage, "run", reasons or (CODE,)),
        StageStarted(stage),
        StageFinished(stage, Status.RAN, seconds),
    ]


def unchanged(stage):
    return [StageDecided(stage, "skip", ()), StageFinished(stage, Status.UNCHANGED, 0.0)]


def report(*statuses, interrupted=False):
    stages = tuple(StageReport(f"s{n}", Status(status)) for n, status in enumerate(statuses))
    return RunReport(stages, 0.44, interrupted)


def told(events, *, end=None, starts=True, stages=2, executor="loky"):
    narrator = Narrator(starts=starts)
    beginning = RunStarted(tuple(f"s{n}" for n in range(stages)), executor, 2)
    lines = [line for event in [beginning, *events] for line in narrator.tell(event)]
    if end is not None:
        lines += narrator.finish(end)
    return [click.unstyle(line.text) for line in lines]


def test_a_stage_that_runs_is_told_twice():
    assert told(ran("train")) == [f"train: running ({CODE})", "train: ran in 1.2 s"]


def test_a_terminal_shows_by_itself_what_runs():
    assert told(ran("train"), starts=False) == ["train: ran in 1.2 s"]


def test_several_reasons_are_told_by_their_kinds():
    events = ran("train", CODE, "Code dependency changed: func:m:g", "Input changed: x.csv")
    assert told(events)[0] == "train: running (Code dependency changed; Input changed)"


def test_a_decision_without_reasons_gives_none():
    events = [StageDecided("train", "run", ()), StageStarted("train")]
    assert told(events) == ["train: running"]


def test_a_restored_stage_has_one_line():
    events = [
        StageDecided("train", "restore", ()),
        StageFinished("train", Status.RESTORED, 0.0),
    ]
    assert told(events) == ["train: restored from the cache"]


def test_in_a_small_run_unchanged_stages_are_named_when_something_else_happens():
    events = [*unchanged("a"), *ran("b"), *unchanged("c")]
    assert told(events, end=report("unchanged", "ran", "unchanged")) == [
        "a: unchanged",
        f"b: running ({CODE})",
        "b: ran in 1.2 s",
        "c: unchanged",
        "1 ran, 2 unchanged in 0.4 s",
    ]


def test_in_a_large_run_unchanged_stages_are_only_counted():
    events = [event for n in range(20) for event in unchanged(f"s{n}")] + ran("z", "Forced")
    end = report(*["unchanged"] * 20, "ran")
    assert told(events, end=end, stages=21) == [
        "z: running (Forced)",
        "z: ran in 1.2 s",
        "1 ran, 20 unchanged in 0.4 s",
    ]


def test_a_run_with_nothing_to_do_is_one_line():
    events = [*unchanged("a"), *unchanged("b")]
    assert told(events, end=report("unchanged", "unchanged")) == [
        "Everything is up to date (2 stages)"
    ]


def test_a_failure_shows_the_traceback_and_where_the_output_is():
    traceback = "Traceback (most recent call last):\nValueError: no"
    narrator = Narrator(starts=True)
    narrator.tell(RunStarted(("train",), "loky", 2))
    narrator.tell(StageDecided("train", "run", ()))
    narrator.tell(StageStarted("train"))
    finished = StageFinished("train", Status.FAILED, 0.3, "ValueError: no", traceback)
    [line] = narrator.tell(finished)
    assert line.trouble
    assert click.unstyle(line.text) == (
        "train: failed: ValueError: no\n"
        "  Traceback (most recent call last):\n"
        "  ValueError: no\n"
        "  all that it printed: pivot logs train"
    )


def test_a_failure_in_this_process_has_no_log():
    events = [*ran("train")[:2], StageFinished("train", Status.FAILED, 0.3, "no")]
    assert told(events, executor="inline")[1:] == ["train: failed: no"]


def test_a_failure_before_the_start_has_no_log():
    events = [StageFinished("train", Status.FAILED, 0.0, "it can't be pickled")]
    assert told(events) == ["train: failed: it can't be pickled"]


def test_stages_that_were_never_started_are_named_at_the_end():
    events = [
        StageFinished("s0", Status.FAILED, 0.0, "no"),
        StageFinished("s1", Status.CANCELLED, 0.0),
    ]
    assert told(events, end=report("failed", "cancelled")) == [
        "s0: failed: no",
        "not run: s1",
        "1 failed, 1 cancelled in 0.4 s",
    ]


def test_many_stages_that_were_never_started_are_counted():
    events = [StageFinished("s0", Status.FAILED, 0.0, "no")]
    lines = told(events, end=report("failed", *["cancelled"] * 20), stages=21)
    assert lines[1] == "not run: s1, s2, s3, s4, s5, s6, s7, s8, 12 more"


def test_output_carries_the_name_of_its_stage():
    assert told([StageOutput("train", "epoch 1")]) == ["train | epoch 1"]


def test_waiting_names_who_is_waited_for():
    waiting = StageWaiting("train", "process 12 on this machine")
    assert told([waiting]) == ["train: waiting for process 12 on this machine"]


def test_a_warning_is_trouble_and_says_of_what():
    [line] = Narrator(starts=True).tell(Warned("odd", "train"))
    assert line.trouble
    assert click.unstyle(line.text) == "warning: train: odd"
    assert told([Warned("odd")]) == ["warning: odd"]


def test_the_last_event_says_nothing_that_the_report_does_not():
    assert told([RunFinished({"ran": 1}, 1.0)]) == []


def test_an_interrupted_run_says_so():
    assert click.unstyle(total(report("ran", "cancelled", interrupted=True))) == (
        "interrupted: 1 ran, 1 cancelled in 0.4 s"
    )


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("plain", "plain"),
        ("10%\r50%\r100%", "100%"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2K\x1b[1Aup", "up"),
        ("\x1b]0;title\x07text", "text"),
        ("bell\x07", "bell"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_output_can_not_play_tricks_on_the_terminal(line, shown):
    assert printable(line) == shown


def test_an_attempt_that_failed_is_told_with_its_reason():
    narrator = Narrator(starts=True)
    [line] = narrator.tell(StageRetried("train", 1, 3, 0.5, "ValueError: no", "  in train"))
    assert line.trouble
    assert click.unstyle(line.text).splitlines() == [
        "train: attempt 1 of 3 failed: ValueError: no",
        "    in train",
        "train: trying again",
    ]


@pytest.mark.parametrize(
    "event",
    [
        StageFinished("train", Status.FAILED, 0.5, "no\x1b[2J\x1b", "in train\x9b2J\nl\x07"),
        StageRetried("train", 1, 3, 0.5, "no\x1b[2J\x1b", "in train\x9b2J\nl\x07"),
        PipelineBroken("pipeline.py:1: no\x1b[2J\x1b\x9b"),
        Warned("no\x1b[2J\x1b\x9b"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_user_code_says_does_nothing_to_the_terminal(event):
    [line] = Narrator(starts=True).tell(event)
    assert not set(click.unstyle(line.text)) & set("\x1b\x07\x9b")
    assert "no" in line.text
