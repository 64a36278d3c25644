"""Which stage starts next, and for which room is made first."""

from __future__ import annotations

import pytest

from pivot.engine.lineup import Lineup


@pytest.fixture
def lineup():
    return Lineup({"long": 3.0, "middle": 2.0, "short": 1.0})


def test_the_longest_path_goes_first(lineup):
    for name in ("short", "unknown", "long"):
        lineup.add(name, cluttered=False)
    assert [lineup.take() for _ in range(4)] == [
        ("long", False),
        ("short", False),
        ("unknown", False),
        None,
    ]


def test_room_is_made_before_a_stage_starts(lineup):
    lineup.add("long", cluttered=True)
    lineup.add("short", cluttered=False)
    assert lineup.take() == ("short", False)
    assert lineup.take() is None
    assert lineup
    assert lineup.to_clear(most=1) == "long"
    assert not lineup
    lineup.cleared("long")
    assert lineup.take() == ("long", True)


def test_no_more_stages_lose_their_outputs_than_could_start(lineup):
    for name in ("short", "middle", "long"):
        lineup.add(name, cluttered=True)
    assert [lineup.to_clear(most=2) for _ in range(3)] == ["long", "middle", None]
    lineup.cleared("middle")
    assert lineup.to_clear(most=2) is None
    assert lineup.take() == ("middle", True)
    assert lineup.to_clear(most=2) == "short"


def test_a_stage_for_which_no_room_can_be_made_keeps_no_place(lineup):
    for name in ("short", "long"):
        lineup.add(name, cluttered=True)
    assert lineup.to_clear(most=1) == "long"
    lineup.failed("long")
    assert lineup.to_clear(most=1) == "short"


def test_a_stage_that_is_lined_up_again_needs_room_again(lineup):
    lineup.add("long", cluttered=True)
    lineup.to_clear(most=1)
    lineup.cleared("long")
    lineup.take()
    lineup.add("long", cluttered=False)
    assert lineup.take() == ("long", False)
