"""`IncrementalOut`: an output that grows from run to run."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest


@pytest.fixture
def ledger(project):
    project.pipeline("""
        import sqlite3
        from contextlib import closing

        class LedgerOutputs(TypedDict):
            ledger: Annotated[
                pathlib.Path, outputs.IncrementalOut("ledger.db", loaders.PathOnly())
            ]

        def book(
            entries: Annotated[list, outputs.Dep("entries.json", loaders.JSON())],
        ) -> LedgerOutputs:
            path = pathlib.Path("ledger.db")
            with closing(sqlite3.connect(path)) as database, database:
                database.execute("CREATE TABLE IF NOT EXISTS entry (amount INTEGER)")
                database.executemany("INSERT INTO entry VALUES (?)", [(n,) for n in entries])
            return LedgerOutputs(ledger=path)

        REGISTRY.register(book)
    """)
    project.write("entries.json", "[1, 2]\n")
    return project


def amounts(project):
    with closing(sqlite3.connect(project.root / "ledger.db")) as database:
        return [amount for (amount,) in database.execute("SELECT amount FROM entry")]


def test_every_run_adds_to_what_is_there(ledger, run):
    assert run() == {"book": "ran"}
    ledger.write("entries.json", "[3]\n")
    assert run() == {"book": "ran"}
    assert amounts(ledger) == [1, 2, 3]


def test_nothing_is_added_when_nothing_changed(ledger, run):
    run()
    assert run() == {"book": "unchanged"}
    assert amounts(ledger) == [1, 2]


def test_a_deleted_output_is_there_again_before_the_next_run(ledger, run):
    run()
    (ledger.root / "ledger.db").unlink()
    ledger.write("entries.json", "[3]\n")
    assert run() == {"book": "ran"}
    assert amounts(ledger) == [1, 2, 3]


def test_the_cached_version_is_not_changed_in_place(ledger, run):
    run()
    ledger.write("entries.json", "[3]\n")
    run()
    (ledger.root / "ledger.db").unlink()
    assert run() == {"book": "restored"}
    assert amounts(ledger) == [1, 2, 3]
