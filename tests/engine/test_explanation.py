"""An explanation has the places, the values and the sources, as far as they are known."""

from __future__ import annotations

import shutil

import pytest

import pivot
from pivot.errors import Place

PIPELINE = """
from helpers import helper

RATES = [1, 2]

def stage() -> Annotated[int, outputs.Out("out.json", loaders.JSON())]:
    return helper(3) + RATES[0]

REGISTRY.register(stage)
"""
HELPERS = """
LIMIT = 3

def helper(number):
    # As long as it's small.
    return min(number, LIMIT)
"""


@pytest.fixture
def ran(project):
    project.pipeline(PIPELINE)
    project.write("helpers.py", HELPERS)
    project.run()
    return project


def changes(project, *, diff=True):
    (explanation,) = pivot.explain(project.root, diff=diff)
    return {change.name: change for change in explanation.changes}


def test_a_changed_function_has_the_difference_of_its_sources(ran):
    ran.edit("helpers.py", "min(number, LIMIT)", "max(number, LIMIT)")
    change = changes(ran)["func:helpers:helper"]
    assert change.diff == (
        "--- helpers.py:3",
        "+++ helpers.py:3",
        "@@ -1,2 +1,2 @@",
        " def helper(number):",
        "-    return min(number, LIMIT)",
        "+    return max(number, LIMIT)",
    )


def test_the_difference_is_there_only_if_it_is_asked_for(ran):
    ran.edit("helpers.py", "min(number, LIMIT)", "max(number, LIMIT)")
    change = changes(ran, diff=False)["func:helpers:helper"]
    assert (change.diff, change.note, change.place) == ((), None, Place("helpers.py", 3))


def test_a_changed_constant_has_both_values(ran):
    ran.edit("helpers.py", "LIMIT = 3", "LIMIT = 5")
    change = changes(ran, diff=False)["const:helpers:LIMIT"]
    assert (change.old_value, change.new_value) == ("3", "5")
    assert change.place == Place("helpers.py", 1)


def test_what_is_new_and_what_is_gone_is_shown_whole(ran):
    ran.edit("helpers.py", "return min(number, LIMIT)", "return other(number)")
    ran.write("helpers.py", ran.read("helpers.py") + "\ndef other(number):\n    return number\n")
    found = changes(ran)
    assert found["func:helpers:other"].diff[0] == "--- /dev/null"
    assert found["func:helpers:other"].diff[3:] == ("+def other(number):", "+    return number")
    gone = found["const:helpers:LIMIT"]
    assert (gone.kind, gone.old_value, gone.new_value) == ("code_removed", "3", None)
    assert gone.place == Place("helpers.py", 1)
    assert gone.diff[1:] == ("+++ /dev/null", "@@ -1 +0,0 @@", "-LIMIT = 3")


def test_a_function_that_was_moved_is_compared_with_itself(ran):
    ran.edit("helpers.py", "LIMIT = 3", "LIMIT = 3\n\n\ndef first():\n    pass")
    ran.edit("helpers.py", "min(number, LIMIT)", "max(number, LIMIT)")
    change = changes(ran)["func:helpers:helper"]
    assert change.diff[:2] == ("--- helpers.py:3", "+++ helpers.py:7")
    assert sum(line.startswith(("+ ", "- ")) for line in change.diff) == 2


def test_without_the_state_the_old_source_is_not_known(ran):
    shutil.rmtree(ran.root / ".pivot/state.lmdb")
    ran.edit("helpers.py", "LIMIT = 3", "LIMIT = 5")
    change = changes(ran)["const:helpers:LIMIT"]
    assert change.diff == ()
    assert change.note == "what it was is not known any more"
    assert (change.old_value, change.new_value) == (None, "5")


def test_a_state_that_is_younger_than_the_lock_learns_what_is_up_to_date(ran):
    shutil.rmtree(ran.root / ".pivot/state.lmdb")
    assert ran.run() == {"stage": "unchanged"}
    ran.edit("helpers.py", "LIMIT = 3", "LIMIT = 5")
    assert changes(ran)["const:helpers:LIMIT"].old_value == "3"


def test_what_came_from_the_cache_is_known_as_well(ran):
    ran.edit("helpers.py", "LIMIT = 3", "LIMIT = 5")
    ran.run()
    ran.edit("helpers.py", "LIMIT = 5", "LIMIT = 3")
    assert ran.run() == {"stage": "restored"}
    ran.edit("helpers.py", "LIMIT = 3", "LIMIT = 7")
    change = changes(ran)["const:helpers:LIMIT"]
    assert (change.old_value, change.new_value) == ("3", "7")


def test_a_change_that_the_source_does_not_show_is_told(ran):
    ran.write("helpers.py", HELPERS.replace("LIMIT = 3", "from limits import LIMIT"))
    ran.write("limits.py", "LIMIT = 3\n")
    change = changes(ran)["func:helpers:helper"]
    assert change.diff == ()
    assert change.note.startswith("its source is the same: ")


def test_a_version_is_neither_a_source_nor_a_value(ran):
    lock = ran.root / ".pivot/stages/stage.lock"
    lock.write_text(lock.read_text().replace('"python:python": "3', '"python:python": "2'))
    change = changes(ran)["python:python"]
    assert change.old.startswith("2.")
    assert (change.diff, change.note, change.old_value, change.place) == ((), None, None, None)


def test_many_stages_share_one_reason(ran):
    ran.pipeline(PIPELINE + "\nREGISTRY.register(stage, name='other', outs={'return': 'b.json'})\n")
    ran.run()
    ran.edit("helpers.py", "LIMIT = 3", "LIMIT = 5")
    one, other = pivot.explain(ran.root, diff=True)
    assert one.changes == other.changes
    assert one.changes[0].diff


def test_a_run_can_be_told_why_it_does_what_it_does(ran):
    ran.edit("helpers.py", "LIMIT = 3", "LIMIT = 5")
    foretold = pivot.explain(ran.root, diff=True)
    told = []
    ran.run(on_explanation=told.append)
    assert tuple(told) == foretold


def test_what_is_up_to_date_needs_no_explanation(ran):
    told = []
    ran.run(on_explanation=told.append)
    assert told == []
