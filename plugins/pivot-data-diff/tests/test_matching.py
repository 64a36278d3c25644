"""Pairs of rows, as they are told to a tally."""

from __future__ import annotations

from pivot_data_diff import Options
from pivot_data_diff.matching import match_by_key, match_by_position
from pivot_data_diff.plan import make_plan
from pivot_data_diff.table import Column


class Told:
    """A tally that notes what it is told."""

    def __init__(self):
        self.facts = []

    def added(self, row):
        self.facts.append(("added", row[0]))

    def removed(self, row):
        self.facts.append(("removed", row[0]))

    def modified(self, old, new, changed):
        self.facts.append(("modified", old[0], new[0], changed))

    def repeated(self, before, after):
        self.facts.append(("repeated", before, after))


COLUMNS = (Column("k", "text", "text"), Column("v", "text", "text"))


def by_key(before, after):
    plan = make_plan(COLUMNS, COLUMNS, Options(keys=("k",)))
    told = Told()
    match_by_key(enumerate(before, 1), enumerate(after, 1), plan, told)
    return told.facts


def test_by_position_the_longer_side_has_the_rest():
    plan = make_plan(COLUMNS, COLUMNS, Options())
    told = Told()
    match_by_position([("a", "1")], [("a", "2"), ("b", "")], plan, told)
    assert told.facts == [("modified", 1, 1, (1,)), ("added", 2)]


def test_by_key_repetitions_are_told_first():
    facts = by_key([("a", "1"), ("a", "1"), ("b", "")], [("b", ""), ("b", ""), ("c", "")])
    assert ("repeated", 1, 1) in facts
    assert sorted(facts, key=str) == [
        ("added", 2),
        ("added", 3),
        ("removed", 1),
        ("removed", 2),
        ("repeated", 1, 1),
    ]


def test_a_row_that_differs_gives_way_to_one_that_does_not():
    assert by_key([("a", "1")], [("a", "2"), ("a", "1")]) == [("repeated", 0, 1), ("added", 1)]
