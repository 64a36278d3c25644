"""The view, driven by keys."""

from __future__ import annotations

from pivot_data_diff.changes import StoredChanges
from pivot_data_diff.view.screens import HelpScreen, ValueScreen
from rich.color import Color


def numbered(rows):
    """Give the sign and the numbers of the rows that are seen, without the heading."""
    return ["".join(line[:9].split()) for line in rows[1:]]


def test_the_first_file_that_differs_is_shown_with_its_rows(report, drive):
    async def script(driven):
        assert driven.file().path == "prices.csv"
        assert driven.rows()[0].split() == ["old", "new", "id", "price", "name", "currency", "old"]
        assert numbered(driven.rows()) == ["~11", "-2", "~32", "+4"]
        assert "+1 added  -1 removed  ~2 modified  1 unchanged" in driven.facts()
        assert driven.cell() == "id=1, price\n1.5 → 1.75"

    drive(report, script)


def test_changed_cells_are_highlighted(report, drive):
    async def script(driven):
        await driven.press("G")
        line = driven.app.rows.render_line(3)
        looks = {segment.text.strip(): segment.style for segment in line}
        assert looks['"c" → "C"'].bgcolor == Color.parse("yellow")
        assert looks["3 → 9"].bgcolor == Color.parse("yellow")
        assert looks["3"].bgcolor != Color.parse("yellow")

    drive(report, script)


def test_keys_go_from_change_to_change(report, drive):
    async def script(driven):
        places = []
        for key in "nnnnnNNN":
            await driven.press(key)
            places.append((driven.app.rows.row, driven.app.rows.name))
        assert places == [
            (1, "id"),
            (2, "price"),
            (2, "name"),
            (3, "id"),
            (3, "id"),
            (2, "name"),
            (2, "price"),
            (1, "id"),
        ]

    drive(report, script)


def test_keys_move_the_cursor(report, drive):
    async def script(driven):
        rows = driven.app.rows
        for keys, place in [
            (("down", "j"), (2, 1)), (("k",), (1, 1)), (("l", "right"), (1, 3)),
            (("h",), (1, 2)), (("G",), (3, 2)), (("g",), (0, 2)), (("pagedown",), (3, 2)),
            (("pageup", "up", "left", "left", "left"), (0, 0)),
        ]:  # fmt: skip
            await driven.press(*keys)
            assert (rows.row, rows.column) == place
        await driven.pilot.click("#changes", offset=(18, 4))
        assert (rows.row, rows.column) == (2, 1)

    drive(report, script)


def test_kinds_can_be_left_out(report, drive):
    async def script(driven):
        await driven.press("m")
        assert numbered(driven.rows()) == ["-2", "+4"]
        assert "showing 2 of 4" in driven.facts()
        await driven.press("a", "r")
        assert numbered(driven.rows()) == []
        assert driven.cell() == ""
        await driven.press("n", "enter", "c")
        await driven.press("escape")
        assert len(driven.rows()) == 5
        assert "showing" not in driven.facts()

    drive(report, script)


def test_a_column_chooses_the_rows_in_which_it_changed(report, drive):
    async def script(driven):
        await driven.press("G", "c")
        assert "changed: price" in driven.facts()
        assert numbered(driven.rows()) == ["~11", "~32"]
        await driven.press("c")
        assert len(driven.rows()) == 5
        await driven.press("slash", *"NAM")
        assert numbered(driven.rows()) == ["~32"]
        await driven.press("enter", "n")
        assert driven.app.rows.name == "name"
        await driven.press("escape", "slash", *"p*e")
        assert numbered(driven.rows()) == ["~11", "~32"]
        await driven.press("escape")
        assert len(driven.rows()) == 5
        assert driven.app.focused is driven.app.rows

    drive(report, script)


def test_a_value_is_shown_in_full(of_one, stored):
    old, new = "x" * 500 + "\n[red]end", '{"a": [1]}'
    table = stored("ab", [["1", old], ["2", "same"]], [["1", new], ["9", "same"]])

    async def script(driven):
        await driven.press("enter")
        assert isinstance(driven.app.screen, ValueScreen)
        text = driven.app.screen.text.plain
        assert text == (f"before (str, 509 characters)\n{old}\n\nafter (str, 10 characters)\n{new}")
        await driven.press("j", "k", "escape", "n", "l", "enter")
        assert driven.app.screen.text.plain == "unchanged (str, 4 characters)\nsame"

    of_one(table, script)


def test_a_huge_value_is_cut_off():
    screen = ValueScreen("x", [("before", None, ""), ("after", ("x" * 200_000,), "")])
    assert screen.text.plain.startswith("after (str, 200,000 characters)\nxx")
    assert screen.text.plain.endswith("xx\n... 100,000 more characters")


def test_the_schema_has_a_tab(report, drive):
    async def script(driven):
        await driven.press("2")
        assert [line.split()[:2] for line in driven.lines(driven.app.schema)][4:] == [
            ["+", "currency"],
            ["-", "old"],
        ]
        assert driven.app.focused is driven.app.schema
        await driven.press("1")
        assert driven.app.focused is driven.app.rows

    drive(report, script)


def test_files_of_which_there_are_no_rows_say_why(report, drive):
    async def script(driven):
        said = {}
        for place, entry in enumerate(driven.app._entries):
            driven.app._list.highlighted = place
            await driven.pilot.pause()
            said[getattr(entry, "path", entry)] = driven.notes() if driven.app.notes.display else 0
        assert said == {
            "a/untouched.csv": ["The bytes are the same."],
            "prices.csv": 0,
            "large.csv": [
                "rows: 0 added, 0 removed, 3 modified, 0 unchanged",
                "too large for the allowed memory: rows were counted only (see --memory)",
                "cells modified in b: 3",
            ],
            "reformatted.csv": ["The bytes differ, the data do not."],
            "columns.csv": [
                "rows: 0 added, 0 removed, 0 modified, 1 unchanged",
                "No rows differ: see the columns (2).",
            ],
            "bad.json": ["bad.json: line 1 is not JSON"],
            "model.pkl": ["Different, but not a data file."],
        }

    drive(report, script)


def test_a_file_is_chosen_from_the_list(report, drive):
    async def script(driven):
        await driven.press("m", "shift+tab", "shift+tab")
        assert driven.app.focused is driven.app._list
        await driven.press("down", "down", "enter")
        assert driven.file().path == "reformatted.csv"
        assert driven.app.focused is driven.app.notes
        await driven.press("left_square_bracket", "left_square_bracket")
        assert len(driven.rows()) == 5

    drive(report, script)


def test_the_keys_are_told(report, drive):
    async def script(driven):
        await driven.press("question_mark")
        assert isinstance(driven.app.screen, HelpScreen)
        await driven.press("q")
        assert driven.app.screen is driven.app.screen_stack[0]
        await driven.press("q")
        assert driven.app.return_code == 0

    drive(report, script)


def test_a_small_terminal_will_do(report, drive):
    async def script(driven):
        assert driven.app.screen.has_class("-narrow")
        await driven.press("n", "end", "enter", "escape", "question_mark")

    drive(report, script, size=(20, 8))


def test_wide_tables_are_scrolled_to_the_cursor(of_one, stored):
    names = [f"column {n}" for n in range(300)]
    old = [[str(n) for n in range(300)]] * 50
    new = [[*row[:250], "new", *row[251:]] for row in old]

    async def script(driven):
        assert driven.app.rows.name == "column 250"
        assert '250 → "new"' in driven.rows()[1].replace('"250"', "250")
        driven.app.rows.action_aside(49)
        await driven.press("k")
        assert driven.rows()[0].endswith("column 299")
        driven.app.rows.action_aside(-299)
        await driven.press("g")
        assert driven.rows()[0].split()[:4] == ["old", "new", "column", "0"]

    of_one(stored(names, old, new), script)


def test_only_the_rows_that_are_seen_are_read(of_one, stored, monkeypatch):
    many = 20_000
    table = stored("ab", [[str(n), "x"] for n in range(many)], [[str(n), "y"] for n in range(many)])
    reads = []
    read = StoredChanges.__getitem__

    def counted(self, index):
        reads.append(index)
        return read(self, index)

    monkeypatch.setattr(StoredChanges, "__getitem__", counted)

    async def script(driven):
        await driven.press("G")
        assert "".join(driven.rows()[-1].split()[:3]) == f"~{many}{many}"
        await driven.press("g", "pagedown", "c", "m", "m")
        assert len(reads) < 1500

    of_one(table, script)
