"""`pivot accept`: a reviewed change of code makes no difference, and the lock says so."""

from __future__ import annotations

import json
import shutil

import pytest

from pivot.store.lock import Acceptance, read_lock

HELPER = "def scaled(value, by):\n    return value * by\n"
PIPELINE = """
from typing import Annotated

import helper
from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import StageParams


class Params(StageParams):
    by: int = 2


def scale(
    params: Params, rows: Annotated[list, outputs.Dep("numbers.json", loaders.JSON())]
) -> Annotated[list, outputs.Out("scaled.json", loaders.JSON())]:
    return [helper.scaled(row, params.by) for row in rows]


REGISTRY.register(scale)
"""
OTHER = HELPER.replace("value * by", "by * value")


@pytest.fixture
def ran(project, invoke):
    project.write("helper.py", HELPER)
    project.pipeline(PIPELINE)
    project.write("numbers.json", "[1, 2]")
    assert invoke("run", "--executor", "inline").status == 0
    return project


def lock(project):
    return read_lock(project.root / ".pivot/stages/scale.lock")


def test_what_is_accepted_is_up_to_date_and_the_lock_says_what_it_was(ran, invoke):
    before = lock(ran)
    ran.write("helper.py", OTHER)
    assert ran.forecast() == {"scale": "run"}
    done = invoke("accept", "scale", "-m", "swapped the factors")
    assert (done.status, done.err) == (0, "")
    assert done.out == (
        "scale: accepted\n  Code dependency changed: func:helper:scaled (helper.py:1)\n"
    )
    assert ran.forecast() == {"scale": "skip"}
    after = lock(ran)
    key = "func:helper:scaled"
    assert after.accepted == (Acceptance(key, before.code[key], "swapped the factors"),)
    assert after.code[key] != before.code[key]
    assert after.as_made == before
    assert "which was" in (text := invoke("explain").out)
    assert "(swapped the factors)" in text


def test_what_was_accepted_is_no_result_of_a_run(ran, invoke):
    ran.write("helper.py", OTHER)
    assert invoke("accept", "scale").status == 0
    # Its output comes back by the lock, and the lock keeps what a person has said.
    (ran.root / "scaled.json").unlink()
    assert ran.run() == {"scale": "restored"}
    assert lock(ran).accepted
    # Who has no such lock knows of no run of this code.
    (ran.root / ".pivot/stages/scale.lock").unlink()
    assert ran.run() == {"scale": "ran"}
    assert not lock(ran).accepted


def test_code_that_is_as_it_was_again_needs_nobodys_word(ran, invoke):
    before = lock(ran)
    ran.write("helper.py", OTHER)
    invoke("accept", "scale")
    ran.write("helper.py", HELPER)
    assert ran.run() == {"scale": "restored"}
    assert lock(ran) == before


def test_a_second_change_leads_back_to_what_made_the_outputs(ran, invoke):
    before = lock(ran)
    ran.write("helper.py", OTHER)
    invoke("accept", "scale", "-m", "first")
    ran.write("helper.py", HELPER.replace("value * by", "value.__mul__(by)"))
    assert invoke("accept", "scale", "-m", "second").status == 0
    [one] = lock(ran).accepted
    assert (one.made, one.reason) == (before.code[one.key], "second")


def test_another_change_than_one_of_code_is_refused_and_nothing_is_written(ran, invoke):
    before = lock(ran)
    ran.write("helper.py", OTHER)
    ran.write("numbers.json", "[1, 2, 3]")
    done = invoke("accept", "scale")
    assert done.status == 1
    assert "there is another: Input changed: numbers.json" in done.err
    ran.write("numbers.json", "[1, 2]")
    ran.write("params.yaml", "scale: {by: 3}\n")
    assert "Parameter changed: by" in invoke("accept", "scale").err
    assert lock(ran) == before


def test_outputs_that_nobody_has_can_not_be_accepted(ran, invoke):
    ran.write("helper.py", OTHER)
    (ran.root / "scaled.json").unlink()
    for blob in (ran.root / ".pivot/cache/files").glob("*/*"):
        blob.unlink()
    done = invoke("accept", "scale")
    assert done.status == 1
    assert "not to be had: Output missing: scaled.json" in done.err


def test_a_stage_that_never_ran_is_refused_and_one_without_a_change_has_nothing(ran, invoke):
    assert invoke("accept", "scale").out == ("scale: nothing to accept, its code has not changed\n")
    (ran.root / ".pivot/stages/scale.lock").unlink()
    done = invoke("accept", "scale")
    assert (done.status, done.out) == (1, "")
    assert "it can't be accepted: Never run before" in done.err


def test_code_that_ran_before_has_a_result_of_its_own(ran, invoke):
    ran.write("helper.py", OTHER)
    ran.run()
    ran.write("helper.py", HELPER)
    assert "'pivot run' restores that" in invoke("accept", "scale").err


def test_a_dry_run_changes_nothing(ran, invoke):
    before = lock(ran)
    ran.write("helper.py", OTHER)
    done = invoke("accept", "scale", "--dry-run", "--json")
    found = json.loads(done.out)
    assert [change["name"] for change in found["stages"][0]["changes"]] == ["func:helper:scaled"]
    assert (found["dry_run"], found["complete"]) == (True, True)
    assert lock(ran) == before


@pytest.mark.parametrize("words", [(), ("nosuch",), ("scale", "-m", "two\nlines")])
def test_what_makes_no_sense_is_status_2(ran, invoke, words):
    assert invoke("accept", *words).status == 2


def test_a_push_sends_the_run_that_was_and_not_what_was_accepted(ran, invoke):
    invoke("config", "set", "remotes.origin", str(ran.root.parent / "store"))
    ran.write("helper.py", OTHER)
    invoke("accept", "scale")
    assert json.loads(invoke("push", "--json").out)["runs"] == 1
    # Elsewhere, without the lock: what ran is found, what was accepted isn't.
    for name in ("cache", "stages", "state.lmdb"):
        shutil.rmtree(ran.root / ".pivot" / name)
    (ran.root / "scaled.json").unlink()
    assert ran.run(pull=True) == {"scale": "ran"}
    ran.write("helper.py", HELPER)
    for name in ("cache", "stages", "state.lmdb"):
        shutil.rmtree(ran.root / ".pivot" / name)
    (ran.root / "scaled.json").unlink()
    assert ran.run(pull=True) == {"scale": "restored"}
