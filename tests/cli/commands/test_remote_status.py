"""`pivot remote status`: what a push would send, and a fetch would get."""

from __future__ import annotations

import json
import shutil

import pytest

from pivot.store.layout import Layout


@pytest.fixture
def shared(scaling, tmp_path, invoke):
    """A project that ran, and has a remote."""
    assert invoke("run", "--executor", "inline").status == 0
    assert invoke("config", "set", "remotes.origin", str(tmp_path / "share")).status == 0
    return scaling


def test_before_a_push_all_is_to_be_pushed(shared, invoke):
    done = invoke("remote", "status")
    assert (done.status, done.err) == (0, "")
    assert [line.split()[:4] for line in done.out.splitlines()[:2]] == [
        ["to", "push", "scale", "scaled.json"],
        ["to", "push", "total", "total.json"],
    ]
    assert done.out.endswith("origin holds 0 of 2 outputs, 2 to push\n")


def test_after_it_nothing_is(shared, invoke):
    invoke("push")
    assert invoke("remote", "status").out == "origin holds 2 of 2 outputs\n"


def test_what_only_the_remote_holds_is_to_be_fetched(shared, invoke):
    invoke("push", "total.json")
    shutil.rmtree(Layout(shared.root).blobs)
    done = invoke("remote", "status")
    assert done.status == 1
    assert done.out.startswith("nowhere   scale  scaled.json")
    assert "to fetch  total  total.json" in done.out
    assert done.out.endswith("origin holds 1 of 2 outputs, 1 to fetch, 1 nowhere\n")


def test_a_target_is_looked_at_alone(shared, invoke):
    found = json.loads(invoke("remote", "status", "total", "--json").out)
    assert [(out["stage"], out["here"], out["there"]) for out in found["outputs"]] == [
        ("total", True, False)
    ]


def test_a_stage_that_never_ran_is_named(shared, invoke):
    (shared.root / ".pivot/stages/total.lock").unlink()
    assert invoke("remote", "status").out.endswith("since they never ran: total\n")


def test_another_remote_can_be_named(shared, invoke, tmp_path):
    invoke("config", "set", "remotes.other", str(tmp_path / "other"))
    assert "other holds 0 of 2" in invoke("remote", "status", "--remote", "other").out
