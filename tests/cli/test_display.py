import io
import json

import pytest

from pivot.api import RunReport, StageReport
from pivot.cli.display import JsonLines, Lines, Quiet
from pivot.events import RunStarted, StageDecided, StageFinished, StageStarted, Status, Warned

EVENTS = [
    RunStarted(("a", "b"), "loky", 1),
    StageDecided("a", "run", ("Forced",)),
    StageStarted("a"),
    StageFinished("a", Status.RAN, 0.5),
    StageFinished("b", Status.FAILED, 0.0, "it broke"),
    Warned("odd"),
]
REPORT = RunReport((StageReport("a", Status.RAN), StageReport("b", Status.FAILED)), 0.5)


def show(display):
    with display:
        for event in EVENTS:
            display.tell(event)
        display.finish(REPORT)


def test_lines_go_to_standard_output_and_trouble_to_standard_error(plain, capfd):
    show(Lines())
    seen = capfd.readouterr()
    assert seen.out == "a: running (Forced)\na: ran in 0.5 s\n1 ran, 1 failed in 0.5 s\n"
    assert seen.err == "b: failed: it broke\nwarning: odd\n"


def test_quiet_shows_trouble_only(plain, capfd):
    show(Quiet())
    assert capfd.readouterr() == ("", "b: failed: it broke\nwarning: odd\n")


def test_json_has_every_event_and_nothing_else(capfd):
    stream = io.StringIO()
    show(JsonLines(stream))
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == [
        "run_started",
        "stage_decided",
        "stage_started",
        "stage_finished",
        "stage_finished",
        "warned",
    ]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("make", [Lines, Quiet, lambda: JsonLines(io.StringIO())])
def test_a_note_goes_straight_to_standard_error(make, capfd):
    with make() as display:
        display.note("stopping")
        display.abandon()
    assert capfd.readouterr() == ("", "\nstopping\n")
