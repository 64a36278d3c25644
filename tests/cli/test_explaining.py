import click
import pytest

from pivot.api import Change, Explanation
from pivot.cli.explaining import explanation_text, forecast_lines, forecast_total
from pivot.decide import Reason, ReasonKind
from pivot.engine.growth import Growth
from pivot.errors import Place

OLD, NEW = "5995c853aaaaaaaa", "a1b2c3d4bbbbbbbb"


def change(kind, name="", old=None, new=None, place=None, **more):
    return Change(str(kind), Reason(kind).summary, name, old, new, place, **more)


def text(forecast, *changes):
    return click.unstyle(explanation_text(Explanation("train", forecast, changes)))


def test_a_changed_helper_is_shown_as_promised():
    place = Place("src/utils.py", 15)
    shown = text("run", change(ReasonKind.CODE_CHANGED, "func:src.utils:helper_a", OLD, NEW, place))
    assert shown == (
        "Stage: train\n"
        "  Status: WILL RUN\n"
        "  Reason: Code dependency changed\n"
        "\n"
        "  Changes:\n"
        "    func:helper_a\n"
        "      Old: 5995c853\n"
        "      New: a1b2c3d4\n"
        "      File: src/utils.py:15"
    )


def test_symbols_of_one_name_are_told_apart_by_their_module():
    shown = text(
        "run",
        change(ReasonKind.CODE_CHANGED, "func:a:helper", OLD, NEW),
        change(ReasonKind.CODE_CHANGED, "func:b:helper", OLD, NEW),
        change(ReasonKind.CODE_CHANGED, "func:b:other", OLD, NEW),
    )
    titles = [line.strip() for line in shown.splitlines() if line.startswith("    func")]
    assert titles == ["func:a:helper", "func:b:helper", "func:other"]


def test_one_symbol_with_two_reasons_keeps_its_short_name():
    shown = text(
        "run",
        change(ReasonKind.CODE_UNKNOWN, "value:m:x"),
        change(ReasonKind.CODE_CHANGED, "value:m:x", OLD, NEW),
    )
    assert shown.count("    value:x\n") == 2


def test_kinds_of_reasons_are_joined_each_once():
    shown = text(
        "run",
        change(ReasonKind.CODE_CHANGED, "func:m:a", OLD, NEW),
        change(ReasonKind.CODE_CHANGED, "func:m:b", OLD, NEW),
        change(ReasonKind.PARAM_CHANGED, "rate", "0.1", "0.2"),
    )
    assert "  Reason: Code dependency changed; Parameter changed\n" in shown


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        (
            change(ReasonKind.PARAM_CHANGED, "rate", "0.1", "0.2"),
            ["param:rate", "Old: 0.1", "New: 0.2"],
        ),
        (
            # Sixteen digits make a number, not a hash.
            change(ReasonKind.PARAM_CHANGED, "seed", "1234567890123456", "1"),
            ["param:seed", "Old: 1234567890123456", "New: 1"],
        ),
        (
            change(ReasonKind.DEP_CHANGED, "raw.csv", f"{OLD} 12 bytes", f"{NEW} executable 1 bytes"),
            ["dep:raw.csv", "Old: 5995c853 (12 bytes)", "New: a1b2c3d4 (executable, 1 byte)"],
        ),
        (
            change(ReasonKind.DEP_CHANGED, "raw/", f"{OLD}/ 12 bytes", f"{NEW}{NEW}/ 13 bytes"),
            ["dep:raw/", "Old: 5995c853 (directory, 12 bytes)", "New: a1b2c3d4 (directory, 13 bytes)"],
        ),
        (
            change(ReasonKind.OUT_MISSING, "model.pkl", OLD),
            ["out:model.pkl", "Old: 5995c853", "New: missing"],
        ),
        (
            change(ReasonKind.OUT_CHANGED, "model.pkl", OLD, NEW),
            ["out:model.pkl", "Old: 5995c853", "New: a1b2c3d4"],
        ),
        (change(ReasonKind.OUT_ADDED, "plot.png"), ["out:plot.png"]),
        (
            change(ReasonKind.FILE_CHANGED, "limits.json", f"{OLD} 12 bytes", f"{NEW} 1 bytes"),
            ["file:limits.json", "Old: 5995c853 (12 bytes)", "New: a1b2c3d4 (1 byte)"],
        ),
        (
            change(ReasonKind.PRESENCE_CHANGED, "local.toml", "absent", "file"),
            ["look:local.toml", "Old: absent", "New: file"],
        ),
        (
            change(ReasonKind.VARIABLE_CHANGED, "LEVEL", "unset", NEW),
            ["env:LEVEL", "Old: unset", "New: a1b2c3d4"],
        ),
        (
            change(ReasonKind.CODE_ADDED, "dist:numpy", None, "2.1.0"),
            ["dist:numpy", "New: 2.1.0"],
        ),
        (
            change(ReasonKind.CODE_REMOVED, "func:m:gone", OLD),
            ["func:gone", "Old: 5995c853"],
        ),
        (
            change(ReasonKind.CODE_UNKNOWN, "value:m:x", place=Place("m.py", 3)),
            ["value:x", "New: can't be determined", "File: m.py:3"],
        ),
        (
            change(ReasonKind.LOCK_UNREADABLE, ".pivot/stages/train.lock:1: not JSON"),
            ["lock file", "Problem: .pivot/stages/train.lock:1: not JSON"],
        ),
        (
            change(ReasonKind.ALGORITHM_CHANGED, "", "xxhash64", "xxh3_128"),
            ["hash algorithm", "Old: xxhash64", "New: xxh3_128"],
        ),
        (change(ReasonKind.CODE_CHANGED, "python", "3.13", "3.14"), ["python", "Old: 3.13", "New: 3.14"]),
    ],
)  # fmt: skip
def test_each_kind_of_change_shows_what_differs(given, lines):
    _, _, shown = text("run", given).partition("  Changes:\n")
    assert [line.strip() for line in shown.splitlines()] == lines


@pytest.mark.parametrize(
    ("old", "new", "values", "line"),
    [
        (OLD, NEW, ("3", "5"), "Value: 3 -> 5"),
        (OLD, NEW, (None, "5"), "Value: ? -> 5"),
        (OLD, NEW, ("3", None), "Value: 3 -> ?"),
        (OLD, NEW, ("[1...]", "[1...]"), "Value: [1...] (the difference is beyond what is shown)"),
        (None, NEW, (None, "5"), "Value: 5"),
        (OLD, None, ("3", None), "Value: 3"),
    ],
)
def test_the_values_of_a_constant_stand_beside_its_hashes(old, new, values, line):
    given = change(
        ReasonKind.CODE_CHANGED, "const:m:K", old, new, old_value=values[0], new_value=values[1]
    )
    assert text("run", given).endswith(f"\n      {line}")


def test_what_else_there_is_to_say_and_the_difference_come_last():
    diff = ("--- m.py:1", "+++ m.py:1", "@@ -1,3 +1,3 @@", " def f():", " ", "-    a", "+    b")
    given = change(
        ReasonKind.CODE_CHANGED, "func:m:f", OLD, NEW, Place("m.py", 1), note="so", diff=diff
    )
    assert text("run", given).partition("      File: m.py:1\n")[2] == (
        "      Note: so\n"
        "      --- m.py:1\n"
        "      +++ m.py:1\n"
        "      @@ -1,3 +1,3 @@\n"
        "       def f():\n"
        "\n"
        "      -    a\n"
        "      +    b"
    )


def test_a_difference_is_coloured_by_line():
    diff = ("--- m.py:1", "+++ m.py:1", "@@ -1 +1 @@", "---x", "+++x")
    given = change(ReasonKind.CODE_CHANGED, "func:m:f", OLD, NEW, diff=diff)
    shown = explanation_text(Explanation("train", "run", (given,)))
    for line, style in [
        ("--- m.py:1", {"bold": True}),
        ("@@ -1 +1 @@", {"fg": "cyan"}),
        ("---x", {"fg": "red"}),
        ("+++x", {"fg": "green"}),
    ]:
        assert f"      {click.style(line, **style)}" in shown


def test_a_kind_of_reason_that_nobody_heard_of_is_shown_under_its_own_name():
    place = Place("m.py", 1)
    given = Change("traced_changed", "Code that ran changed", "traced:m.py:f", OLD, NEW, place)
    assert text("run", given).partition("  Changes:\n")[2] == (
        "    traced:m.py:f\n      Old: 5995c853\n      New: a1b2c3d4\n      File: m.py:1"
    )


@pytest.mark.parametrize("kind", [ReasonKind.NEVER_RUN, ReasonKind.FORCED])
def test_a_reason_that_says_it_all_lists_no_changes(kind):
    reason = Reason(kind).summary
    assert text("run", change(kind)) == f"Stage: train\n  Status: WILL RUN\n  Reason: {reason}"


def test_a_stage_that_is_up_to_date_has_no_reason():
    assert text("skip") == "Stage: train\n  Status: UP TO DATE"


def test_a_restore_is_told_from_a_run():
    assert "  Status: WILL RESTORE\n" in text("restore", change(ReasonKind.OUT_MISSING, "x", OLD))


def test_a_stage_that_may_run_names_the_stages_before_it():
    shown = text("may_run", change(ReasonKind.UPSTREAM, "a"), change(ReasonKind.UPSTREAM, "b"))
    assert shown == (
        "Stage: train\n  Status: MAY RUN (after: a, b)\n  Reason: Depends on a stage that will run"
    )


def test_every_kind_of_reason_can_be_shown():
    for kind in ReasonKind:
        assert Reason(kind).summary in text("run", change(kind, "name", OLD, NEW))


def test_a_forecast_is_one_aligned_line_a_stage():
    found = [
        Explanation("clean", "skip"),
        Explanation("train", "run", (change(ReasonKind.CODE_CHANGED, "func:m:f", OLD, NEW),)),
        Explanation("report", "may_run", (change(ReasonKind.UPSTREAM, "train"),)),
    ]
    assert [click.unstyle(line) for line in forecast_lines(found)] == [
        "clean   up to date",
        "train   would run   Code dependency changed",
        "report  may run     after: train",
    ]


@pytest.mark.parametrize(
    ("forecasts", "line"),
    [
        (["skip", "skip"], "Everything is up to date (2 stages)"),
        (["skip"], "Everything is up to date (1 stage)"),
        ([], "Everything is up to date (0 stages)"),
        (["run", "skip"], "1 of 2 stages is not up to date"),
        (["run", "restore", "may_run", "skip"], "3 of 4 stages are not up to date"),
    ],
)
def test_a_forecast_ends_with_the_number_of_outdated_stages(forecasts, line):
    assert forecast_total([Explanation(str(n), word) for n, word in enumerate(forecasts)]) == line


@pytest.mark.parametrize(
    ("growth", "line"),
    [
        (Growth("log.txt", None, done=False), "log.txt grows from nothing"),
        (Growth("log.txt", "0123456789abcdef", done=False), "log.txt grows from 01234567"),
        (Growth("log.txt", "0123456789abcdef", done=True), "log.txt grew from 01234567"),
        (
            Growth("log.txt", "0123456789abcdef", done=False, lost=True),
            "log.txt grows from 01234567, which is neither in the cache nor in its place",
        ),
    ],
)
def test_it_is_said_from_what_an_output_grows(growth, line):
    shown = click.unstyle(explanation_text(Explanation("log", "run", grows=(growth,))))
    assert shown.splitlines()[-1] == f"  Growth: {line}"
