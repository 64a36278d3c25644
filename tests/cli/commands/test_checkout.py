"""`pivot checkout`: outputs become what the locks say, and nothing is lost."""

from __future__ import annotations

import json
import shutil

import pytest

import pivot
from pivot.store.layout import Layout


@pytest.fixture
def ran(scaling, invoke):
    """A project that ran."""
    assert invoke("run", "--executor", "inline").status == 0
    return scaling


def test_what_was_deleted_comes_back(ran, invoke):
    (ran.root / "scaled.json").unlink()
    (ran.root / "total.json").unlink()
    done = invoke("checkout")
    assert (done.status, done.err) == (0, "")
    assert done.out == "restored 2 outputs: scaled.json, total.json; 0 unchanged\n"
    assert ran.run() == {"scale": "unchanged", "total": "unchanged"}


def test_a_target_is_a_stage_or_a_path(ran, invoke):
    for target in ("total", "total.json", "./total.json", "tot*"):
        (ran.root / "scaled.json").unlink(missing_ok=True)
        (ran.root / "total.json").unlink()
        assert invoke("checkout", target).out.startswith("restored 1 output: total.json;")


def test_what_was_edited_is_left_alone_and_is_status_1(ran, invoke):
    ran.write("total.json", '{"total": 99}')
    (ran.root / "scaled.json").unlink()
    done = invoke("checkout")
    assert done.status == 1
    assert done.err == (
        "error: total.json of total was edited, and is left as it is\n"
        "  --force saves it in the cache, and replaces it\n"
    )
    assert done.out == "restored 1 output: scaled.json; 0 unchanged\n"
    assert ran.read("total.json") == '{"total": 99}'


def test_by_force_it_is_saved_and_replaced(ran, invoke):
    ran.write("total.json", '{"total": 99}')
    done = invoke("checkout", "--force")
    assert done.status == 0
    assert "it is saved in the cache as" in done.err
    assert json.loads(ran.read("total.json")) == {"total": 13.5}


def test_what_an_earlier_version_made_is_no_edit(ran, invoke):
    old = (ran.root / ".pivot/stages/total.lock").read_bytes()
    ran.write("numbers.json", "[4]")
    ran.run()
    (ran.root / ".pivot/stages/total.lock").write_bytes(old)  # as git checkout does
    assert invoke("checkout", "total").status == 0
    assert json.loads(ran.read("total.json")) == {"total": 13.5}


def test_what_a_failed_stage_left_is_no_edit(ran, invoke):
    ran.edit(
        "pipeline.py",
        '    return {"total": sum(numbers)}',
        '    pathlib.Path("total.json").write_text("half")\n    raise ValueError',
    )
    assert ran.run() == {"scale": "unchanged", "total": "failed"}
    assert ran.read("total.json") == "half"
    assert invoke("checkout", "total").status == 0
    assert json.loads(ran.read("total.json")) == {"total": 13.5}


def test_what_is_edited_after_a_failed_stage_was_undone_is_an_edit(ran, invoke):
    ran.edit(
        "pipeline.py",
        '    return {"total": sum(numbers)}',
        '    pathlib.Path("total.json").write_text("half")\n    raise ValueError',
    )
    ran.run()
    assert invoke("checkout", "total").status == 0
    ran.write("total.json", "mine")
    assert invoke("checkout", "total").status == 1
    assert ran.read("total.json") == "mine"


def test_what_the_cache_lacks_is_named_and_is_status_1(ran, invoke):
    shutil.rmtree(Layout(ran.root).blobs)
    (ran.root / "total.json").unlink()
    done = invoke("checkout")
    assert done.status == 1
    assert done.err.startswith("error: total.json of total is not in the cache\n")
    assert done.out == "restored 0 outputs; 1 unchanged\n"


def test_a_stage_that_never_ran_is_named(scaling, invoke):
    done = invoke("checkout")
    assert done.status == 0
    assert done.out.endswith("without results, since they never ran: scale, total\n")


def test_an_unknown_target_is_status_2(ran, invoke):
    done = invoke("checkout", "totl")
    assert done.status == 2
    assert "did you mean 'total'" in done.err


def test_the_report_is_json(ran, invoke):
    assert json.loads(invoke("checkout", "--json").out) == {
        "restored": [],
        "unchanged": 2,
        "edited": [],
        "missing": [],
        "never_run": [],
        "warnings": [],
        "complete": True,
    }


def test_programs_get_the_same(ran):
    ran.write("total.json", "1")
    report = pivot.checkout(ran.root)
    assert (report.complete, report.edited) == (False, (("total", "total.json"),))
