from pivot_tui.lines import Lines


def test_the_last_lines_of_each_stage_are_kept():
    lines = Lines(per_stage=3)
    for number in range(5):
        lines.add("a", str(number))
    assert lines.of("a") == (["2", "3", "4"], 5)


def test_all_together_have_a_bound_for_which_the_most_silent_one_gives_way():
    lines = Lines(per_stage=100, characters=100)
    for number in range(9):
        lines.add("early", f"line {number:04}")
    for number in range(9):
        lines.add("late", f"line {number:04}")
    kept, printed = lines.of("early")
    assert (kept, printed) == (["line 0008"], 9)
    assert lines.of("late")[0][0] == "line 0000"


def test_one_stage_alone_has_the_same_bound():
    lines = Lines(per_stage=100, characters=100)
    for _ in range(50):
        lines.add("a", "x" * 9)
    assert len(lines.of("a")[0]) == 10


def test_empty_lines_take_room_too():
    lines = Lines(per_stage=1000, characters=100)
    for _ in range(500):
        lines.add("a", "")
    assert len(lines.of("a")[0]) == 100


def test_a_stage_that_starts_anew_has_printed_nothing():
    lines = Lines(characters=100)
    lines.add("a", "x" * 90)
    lines.clear("a")
    lines.clear("a")
    assert lines.of("a") == ([], 0)
    lines.add("b", "y" * 90)
    assert lines.printed("b") == 1
    assert lines.of("b")[0]
