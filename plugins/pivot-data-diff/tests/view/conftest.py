"""A report of all kinds of files in the view, driven by keys, on a terminal that is none."""

from __future__ import annotations

import asyncio

import pytest
from pivot_data_diff import Options, compare
from pivot_data_diff.errors import FormatError
from pivot_data_diff.result import FileDiff, Kind, Problem, Report
from pivot_data_diff.view.app import DiffApp


@pytest.fixture
def stored(tables):
    """Give `stored(names, old_rows, new_rows, **options)`: what is different, kept in a file."""

    def stored(names, old, new, **options):
        before, after = tables.text(names, old), tables.text(names, new)
        return compare(before, after, Options(stored=True, **options))

    return stored


@pytest.fixture
def prices(tables):
    """By key: 1 has a new price, 2 is gone, 3 has two new cells, 5 is new."""
    before = tables.text(
        ["id", "name", "price", "old"],
        [["1", "a", "1.5", "x"], ["2", "b", "2", "x"], ["3", "c", "3", "x"], ["4", "d", "4", "x"]],
    )
    after = tables.text(
        ["id", "price", "name", "currency"],
        [
            ["1", "1.75", "a", "EUR"],
            ["3", "9", "C", "EUR"],
            ["4", "4", "d", "EUR"],
            ["5", "7", "e\x1b[2J", "EUR"],
        ],
    )
    return compare(before, after, Options(keys=("id",), stored=True))


@pytest.fixture
def report(prices, stored):
    counted = stored("ab", [["1", "x"]] * 3, [["1", "y"]] * 3, memory=1)
    same = stored("a", [["1.5"]], [["1.50"]])
    columns = stored("a", [["1"]], [["1.0"]])
    return Report(
        "HEAD",
        "workspace",
        (
            FileDiff("a/untouched.csv", Kind.UNCHANGED),
            FileDiff("prices.csv", Kind.MODIFIED, prices),
            FileDiff("large.csv", Kind.MODIFIED, counted),
            FileDiff("reformatted.csv", Kind.UNCHANGED, same),
            FileDiff("columns.csv", Kind.MODIFIED, columns),
        ),
        (Problem("bad.json", FormatError("bad.json: line 1 is not JSON")),),
        ("model.pkl",),
    )


class Driven:
    """An application and its pilot; what it shows, as text."""

    def __init__(self, app, pilot):
        self.app = app
        self.pilot = pilot

    async def press(self, *keys):
        await self.pilot.press(*keys)
        await self.pilot.pause()

    def lines(self, view):
        lines = (view.render_line(y).text.rstrip() for y in range(view.size.height))
        return [line for line in lines if line]

    def rows(self):
        return self.lines(self.app.rows)

    def notes(self):
        return self.lines(self.app.notes)

    def facts(self):
        return str(self.app._facts.content)

    def cell(self):
        return str(self.app._cell.content)

    def file(self):
        return self.app._entries[self.app._list.highlighted]


@pytest.fixture
def drive():
    """Give `drive(report, script, size)`: have `await script(driven)` use the application."""

    def drive(report, script, size=(120, 35)):
        async def go():
            app = DiffApp(report)
            async with app.run_test(size=size) as pilot:
                await pilot.pause()
                await script(Driven(app, pilot))

        asyncio.run(go())

    return drive


@pytest.fixture
def of_one(drive):
    """Give `of_one(table, script)`: the same for the report of one file."""

    def of_one(table, script, **how):
        report = Report("HEAD", "workspace", (FileDiff("x.csv", Kind.MODIFIED, table),))
        drive(report, script, **how)

    return of_one
