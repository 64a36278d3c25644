from pivot_tui.summary import summary

from pivot.events import FilesChanged, PipelineBroken, RunFinished, StageFinished, Status


def test_it_says_how_far_the_run_is(started, runs, clock):
    clock.now += 2
    assert str(summary(started, runs)).endswith("1 of 3  2.0 s  1 running  1 ran")


def test_it_says_how_the_run_went(started, runs):
    started.tell(StageFinished("b", Status.FAILED, 1.0, "no"))
    started.tell(RunFinished({}, 3.5))
    runs.over = True
    text = str(summary(started, runs))
    assert ": done " in text
    assert "3.5 s  1 failed  1 ran" in text


def test_it_says_that_it_is_stopping(started, runs):
    runs.ending = True
    assert "stopping; Ctrl-C stops at once" in str(summary(started, runs))


def test_it_says_what_changed(started, runs):
    started.tell(FilesChanged(("a.py", "b.csv")))
    assert str(summary(started, runs)).endswith("a.py, b.csv")


def test_a_broken_pipeline_is_told_below(started, runs):
    started.tell(PipelineBroken("a.py:1: invalid syntax"))
    assert "the pipeline can't be run" in str(summary(started, runs))
    assert "invalid syntax" not in str(summary(started, runs))
