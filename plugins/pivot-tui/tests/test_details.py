from pivot_tui import details
from pivot_tui.board import Row, State
from pivot_tui.drawn import Kind

from pivot.events import RunStarted, StageFinished, StageOutput, StageStarted, Status
from pivot.store.layout import Layout


def texts(lines):
    return [line.text for line in lines]


def test_the_log_has_what_was_printed(started, tmp_path):
    started.tell(StageOutput("b", "hello"))
    assert texts(details.log(started, tmp_path, "b")) == ["hello"]


def test_the_log_says_how_much_came_before(started, tmp_path):
    for number in range(5010):
        started.tell(StageOutput("b", str(number)))
    lines = texts(details.log(started, tmp_path, "b"))
    assert lines[:2] == ["... 10 earlier lines: pivot logs b", "10"]


def test_a_stage_that_prints_nothing_says_so(started, tmp_path):
    assert texts(details.log(started, tmp_path, "b")) == ["It has printed nothing."]


def test_the_log_of_a_stage_that_did_not_run_is_that_of_an_earlier_run(started, tmp_path):
    started.tell(StageFinished("c", Status.UNCHANGED, 0.0))
    assert texts(details.log(started, tmp_path, "c")) == ["It has not printed anything."]
    file = Layout(tmp_path).log_file("c")
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\x1b[1mearlier\nlines\n")
    assert texts(details.log(started, tmp_path, "c")) == [
        "When it last ran, it printed:",
        "earlier",
        "lines",
    ]


def test_what_runs_in_this_process_has_no_log(board, tmp_path):
    board.tell(RunStarted(("a",), "inline", 1))
    board.tell(StageStarted("a"))
    (line,) = texts(details.log(board, tmp_path, "a"))
    assert line.endswith("is shown at the end.")


def test_why_has_the_reasons_and_the_explanation():
    text = (
        "Stage: a\n      @@ -1 +1 @@\n      -    return 1\n      +    return 2\n      File: a.py:1"
    )
    row = Row("a", State.RUNNING, reasons=("Code changed",), explanation=text)
    lines = details.why(row)
    assert texts(lines)[:4] == ["a: running", "", "Reasons:", "  Code changed"]
    kinds = {line.text.strip(): line.kind for line in lines}
    assert kinds["-    return 1"] is Kind.REMOVED
    assert kinds["+    return 2"] is Kind.ADDED
    assert kinds["@@ -1 +1 @@"] is Kind.PLACE
    assert kinds["File: a.py:1"] is Kind.PLAIN


def test_why_of_a_failure_begins_with_it():
    row = Row("a", State.FAILED, trouble="ValueError: \x1b[2Jno", traceback="Traceback\n  here\n")
    assert texts(details.why(row))[:4] == [
        "a: failed",
        "ValueError: no",
        "  Traceback",
        "    here",
    ]


def test_why_says_what_is_not_known_yet():
    assert "not decided yet" in texts(details.why(Row("a")))[-1]
    assert texts(details.why(Row("a", State.UNCHANGED)))[-1].startswith("Nothing that it")
    assert "held by process 7" in texts(details.why(Row("a", State.HELD, trouble="process 7")))
