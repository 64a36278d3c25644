"""The application, driven by keys in a terminal that is no terminal."""

from __future__ import annotations

import pytest

from pivot.events import (
    PipelineBroken,
    RunFinished,
    RunStarted,
    StageDecided,
    StageFinished,
    StageOutput,
    StageStarted,
    Status,
    Warned,
    Watching,
)
from pivot.store.content import Content
from pivot.store.layout import Layout
from pivot.store.lock import Lock, Record, write_lock


def test_stages_are_listed_with_their_states(started, runs, drive):
    async def script(driven):
        first, second, third = driven.stages()
        assert first.split()[:3] == ["✓", "a", "ran"]
        assert second.split()[:3] == ["●", "b", "running"]
        assert third.split()[:3] == ["·", "c", "waiting"]
        assert "1 of 3" in driven.summary()

    drive(started, runs, script)


def test_what_runs_is_selected_until_the_user_selects(started, runs, drive, clock):
    async def script(driven):
        assert driven.app.stages.selected == "b"
        started.tell(StageFinished("b", Status.RAN, 1.0))
        started.tell(StageStarted("c"))
        await driven.settle()
        assert driven.app.stages.selected == "b"
        # Stages that take but a moment would make it flicker.
        clock.now += 1
        await driven.settle()
        assert driven.app.stages.selected == "c"
        await driven.press("g")
        started.tell(StageFinished("c", Status.FAILED, 1.0, "no"))
        await driven.settle()
        assert driven.app.stages.selected == "a"

    drive(started, runs, script)


def test_keys_select_stages(started, runs, drive):
    async def script(driven):
        for keys, selected in [("end", "c"), ("up", "b"), ("k", "a"), ("k", "a"), ("j", "b")]:
            await driven.press(keys)
            assert driven.app.stages.selected == selected

    drive(started, runs, script)


def test_a_click_selects_a_stage(started, runs, drive):
    async def script(driven):
        await driven.pilot.click("#stages", offset=(5, 2))
        assert driven.app.stages.selected == "c"
        await driven.pilot.click("#stages", offset=(5, 20))
        assert driven.app.stages.selected == "c"

    drive(started, runs, script)


def test_the_log_is_live_and_follows(started, runs, drive):
    async def script(driven):
        for number in range(100):
            started.tell(StageOutput("b", f"line {number} [red]"))
        await driven.settle()
        view = driven.app.right.view("log")
        await driven.settle()
        assert driven.lines()[-1] == "line 99 [red]"
        assert view.scroll_offset.y == view.max_scroll_y > 0
        started.tell(StageOutput("b", "one more"))
        await driven.settle()
        await driven.settle()
        assert driven.lines()[-2:] == ["line 99 [red]", "one more"]
        assert view.scroll_offset.y == view.max_scroll_y

    drive(started, runs, script)


def test_who_does_not_follow_stays_where_he_is(started, runs, drive):
    async def script(driven):
        for number in range(100):
            started.tell(StageOutput("b", f"line {number}"))
        await driven.press("f")
        view = driven.app.right.view("log")
        view.scroll_to(y=10, animate=False, immediate=True)
        started.tell(StageOutput("b", "one more"))
        await driven.settle()
        assert view.scroll_offset.y == 10
        await driven.press("f")
        assert view.scroll_offset.y == view.max_scroll_y

    drive(started, runs, script)


def test_who_scrolls_up_in_the_log_stays_there(started, runs, drive):
    async def script(driven):
        for number in range(100):
            started.tell(StageOutput("b", f"line {number}"))
        await driven.settle()
        await driven.press("tab", "tab", "home")
        started.tell(StageOutput("b", "one more"))
        await driven.settle()
        assert driven.app.right.view("log").scroll_offset.y == 0

    drive(started, runs, script)


def test_why_shows_reasons_and_explanation(started, runs, drive):
    async def script(driven):
        started.explain("b", "Stage: b\n  Status: WILL RUN")
        await driven.press("2")
        assert "  Never run before" in driven.lines()
        assert "  Status: WILL RUN" in driven.lines()

    drive(started, runs, script)


@pytest.mark.parametrize(
    ("key", "tab"), [("1", "log"), ("w", "why"), ("3", "outputs"), ("h", "history")]
)
def test_a_key_shows_a_tab(started, runs, drive, key, tab):
    async def script(driven):
        await driven.press(key)
        assert driven.app.right.tab == tab
        assert driven.lines()

    drive(started, runs, script)


def test_outputs_that_are_compared_are_shown_however_often_one_looks_meanwhile(
    started, runs, drive, tmp_path
):
    lock = Lock("b", "xxh64", {}, {}, (), (Record("out", "b.json", Content("0" * 16, 4)),))
    file = Layout(tmp_path).lock_file("b")

    async def script(driven):
        await driven.press("3")
        assert driven.lines()[0].startswith("Nothing is recorded")
        file.parent.mkdir(parents=True)
        write_lock(file, lock)
        started.tell(StageFinished("b", Status.RAN, 1.0))
        for _ in range(3):
            driven.app.right.show("b")
        await driven.settle()
        assert driven.lines()[:2] == ["b.json", "  new: 4 B, 00000000"]

    drive(started, runs, script)


def test_a_filter_leaves_those_that_match(started, runs, drive):
    async def script(driven):
        await driven.press("slash", "c", "enter")
        assert [line.split()[1] for line in driven.stages()] == ["c"]
        assert driven.app.stages.has_focus
        await driven.press("slash", "x")
        assert driven.stages() == []
        assert driven.lines() == ["No stage has such a name."]
        await driven.press("escape")
        assert len(driven.stages()) == 3
        assert not driven.app._field.display

    drive(started, runs, script)


def test_letters_go_into_the_filter_and_not_to_the_run(started, runs, drive):
    async def script(driven):
        await driven.press("slash", "q", "c", "r")
        assert driven.app._field.value == "qcr"
        assert runs.asked == []

    drive(started, runs, script)


def test_e_goes_to_the_next_failure(board, runs, drive):
    board.tell(RunStarted(tuple("abcd"), "loky", 1))
    for name in "bd":
        board.tell(StageFinished(name, Status.FAILED, 0.1, "no"))

    async def script(driven):
        seen = []
        await driven.press("g")
        for _ in range(3):
            await driven.press("e")
            seen.append(driven.app.stages.selected)
        assert seen == ["b", "d", "b"]

    drive(board, runs, script)


def test_help_shows_every_key(started, runs, drive):
    async def script(driven):
        await driven.press("question_mark")
        shown = str(driven.app.screen.query("Static").first().content)
        shown_keys = {line.split()[0].rstrip(",") for line in shown.splitlines() if line.strip()}
        assert shown_keys >= {"1", "2", "3", "4", "/", "e", "f", "c", "r", "q", "Ctrl-C", "tab"}
        await driven.press("escape")
        assert not driven.app.screen.is_modal

    drive(started, runs, script)


def test_q_asks_while_something_runs(started, runs, drive):
    async def script(driven):
        await driven.press("q", "n")
        assert runs.asked == []
        await driven.press("q", "y")
        assert runs.asked == ["end"]
        assert driven.app._exit

    drive(started, runs, script)


def test_q_leaves_at_once_when_all_is_done(started, runs, drive):
    started.tell(RunFinished({}, 1.0))
    runs.over = True

    async def script(driven):
        await driven.press("q")
        assert driven.app._exit

    drive(started, runs, script)


def test_it_leaves_when_the_end_was_asked_for_elsewhere(started, runs, drive):
    async def script(driven):
        runs.ending = True
        await driven.settle()
        assert "stopping" in driven.summary()
        assert not driven.app._exit
        runs.over = True
        await driven.settle()
        assert driven.app._exit

    drive(started, runs, script)


def test_ctrl_c_is_a_signal(started, runs, drive):
    async def script(driven):
        await driven.press("ctrl+c")
        assert driven.interrupts == [1]

    drive(started, runs, script)


def test_c_cancels_while_something_runs(started, runs, drive):
    async def script(driven):
        await driven.press("c")
        assert runs.asked == ["cancel"]
        started.tell(RunFinished({}, 1.0))
        await driven.settle()
        await driven.press("c")
        assert runs.asked == ["cancel"]

    drive(started, runs, script)


def test_r_runs_again_in_a_watch_only(started, runs, drive):
    async def script(driven):
        await driven.press("r")
        assert runs.asked == []
        runs.watching = True
        await driven.press("r")
        assert runs.asked == ["again"]

    drive(started, runs, script)


def test_a_watch_with_several_runs(started, runs, drive):
    runs.watching = True

    async def script(driven):
        started.tell(RunFinished({}, 1.0))
        started.tell(Watching(("*.py",)))
        await driven.settle()
        assert "watching for changes" in driven.summary()
        started.tell(PipelineBroken("pipeline.py:3: invalid syntax"))
        await driven.settle()
        assert driven.lines()[-1] == "pipeline.py:3: invalid syntax"
        started.tell(RunStarted(("a", "new"), "loky", 1))
        started.tell(StageDecided("new", "run", ("Never run before",)))
        await driven.settle()
        assert [line.split()[1] for line in driven.stages()] == ["a", "new"]

    drive(started, runs, script)


def test_warnings_have_a_line(started, runs, drive):
    async def script(driven):
        started.tell(Warned("odd [red]", "a"))
        started.tell(Warned("odder", "b"))
        await driven.settle()
        notice = driven.app._notice
        assert notice.display
        assert str(notice.content) == "warning: b: odder (and 1 more)"

    drive(started, runs, script)


@pytest.mark.parametrize("size", [(60, 20), (10, 4)])
def test_any_size_will_do(started, runs, drive, size):
    async def script(driven):
        await driven.press("2", "4", "1", "question_mark", "escape", "slash", "escape")

    drive(started, runs, script, size)


def test_a_change_of_size_moves_the_right_side_below_the_left(started, runs, drive):
    async def script(driven):
        right = driven.app.right
        assert right.region.x > 0
        await driven.pilot.resize_terminal(60, 24)
        assert right.region.x == 0
        assert right.region.y > 5

    drive(started, runs, script)


def test_ten_thousand_stages_scroll(board, runs, drive):
    names = tuple(f"stage@{number}" for number in range(10_000))
    board.tell(RunStarted(names, "loky", 4))
    drawn = []

    async def script(driven):
        view = driven.app.stages
        plain = view.render_line

        def counting(y):
            drawn.append(y)
            return plain(y)

        view.render_line = counting
        await driven.press("end")
        assert view.selected == "stage@9999"
        assert driven.stages()[-1].split()[1] == "stage@9999"
        await driven.press("pageup")
        await driven.press("home")
        assert view.selected == "stage@0"

    drive(board, runs, script)
    assert len(drawn) < 1000


def test_a_log_is_drawn_as_far_as_it_is_seen(started, runs, drive):
    async def script(driven):
        for number in range(20_000):
            started.tell(StageOutput("b", f"line {number}"))
        await driven.settle()
        await driven.settle()
        view = driven.app.right.view("log")
        assert len(view.lines) == 5001
        assert view.lines[0].text == "... 15000 earlier lines: pivot logs b"
        assert view.render_line(0).text.startswith("line ")

    drive(started, runs, script)


def test_wide_lines_scroll_sideways(started, runs, drive):
    async def script(driven):
        started.tell(StageOutput("b", "数" * 200 + "end"))
        await driven.settle()
        view = driven.app.right.view("log")
        assert view.max_scroll_x > 100
        view.scroll_to(x=view.max_scroll_x, animate=False, immediate=True)
        assert view.render_line(0).text.rstrip().endswith("end")

    drive(started, runs, script)
